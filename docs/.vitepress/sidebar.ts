/** The order of the pages. */
import type { DefaultTheme } from 'vitepress';

type Item = DefaultTheme.SidebarItem;

const page = (text: string, link: string): Item => ({ text, link });

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
  {
    text: 'Begin',
    items: [page('Start', '/start'), page('Guide', '/guide'), page('Choosing settings', '/choosing')],
  },
  {
    text: 'Your data',
    items: [
      page('Tables', '/recipes/table'),
      page('Images', '/recipes/images'),
      page('Texts', '/recipes/text'),
      page('Counts', '/recipes/counts'),
      page('Batches of your own', '/recipes/own-batches'),
    ],
  },
  {
    text: 'Models',
    items: [
      page('All models', '/models'),
      page('M2', '/models/m2'),
      page('VAE', '/models/vae'),
      page('Ladder VAE', '/models/ladder'),
      page('Conditional VAE', '/models/conditional'),
      page('ADGM and SDGM', '/models/auxiliary'),
      page('M1+M2', '/models/m1m2'),
      page('Stacked M1+M2', '/models/stacked'),
      page('Adversarial autoencoder', '/models/adversarial'),
      page('Objectives', '/objectives'),
      page('Evaluation', '/evaluation'),
      page('Notation', '/notation'),
      page('Extending', '/extending'),
    ],
  },
  {
    text: 'Where it runs',
    items: [
      page('Backends', '/backends'),
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
  { text: 'API', items: ENTRIES.map((name) => page(name, `/api/${name}/`)) },
];
