/** The order of the pages. */
import type { DefaultTheme } from 'vitepress';

type Item = DefaultTheme.SidebarItem;

const page = (text: string, link: string): Item => ({ text, link });

const models: readonly Item[] = [page('Models', '/models')];

const ENTRIES = [
  'ssvae',
  'ssvae/node',
  'ssvae/browser',
  'ssvae/onnx',
  'ssvae/recorded',
  'ssvae/testing',
  'ssvae/wasm',
];

export const sidebar: DefaultTheme.Sidebar = [
  { text: 'Use it', items: [page('Guide', '/guide'), page('Choosing settings', '/choosing')] },
  { text: 'Models', items: [...models, page('Notation', '/notation'), page('Extending', '/extending')] },
  {
    text: 'Where it runs',
    items: [
      page('Environments', '/environments'),
      page('The recorded step', '/recorded-step'),
      page('Many machines', '/many-machines'),
      page('Other programs', '/interop'),
    ],
  },
  {
    text: 'How good it is',
    items: [
      page('Results', '/results'),
      page('Performance', '/performance'),
      page('Reliability', '/reliability'),
      page('Troubleshooting', '/troubleshooting'),
      page('Architecture', '/architecture'),
    ],
  },
  { text: 'API', collapsed: true, items: ENTRIES.map((name) => page(name, `/api/${name}/`)) },
];
