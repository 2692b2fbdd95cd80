/** The documentation's site: `npm run site`. */
import { defineConfig } from 'vitepress';
import packageJson from '../../package.json';
import { anchorOf } from '../../scripts/pages';
import { formulasAndButtons, formulasOfComments, links } from './markdown';
import { sidebar } from './sidebar';

const repository = packageJson.repository.url.replace(/^git\+|\.git$/g, '');

// The demo's.
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='5' cy='8' r='4.5' fill='%230072b2'/%3E%3Ccircle cx='11' cy='8' r='4.5' fill='%23e69f00' fill-opacity='.85'/%3E%3C/svg%3E";

export default defineConfig({
  title: 'ssvae',
  description: packageJson.description,
  lang: 'en',
  // The path of the site on its server, with a slash at both ends.
  base: process.env.BASE ?? '/',
  // SSVAE_SITE=pages leaves out the pages of the interface, which are most of the build.
  srcExclude: process.env.SSVAE_SITE === 'pages' ? ['api/**'] : [],
  head: [['link', { rel: 'icon', href: ICON }]],
  metaChunk: true,
  // Pages of few headings use the whole width for their programs and formulas.
  transformPageData: ({ relativePath, frontmatter }) => {
    if (/^(?:models\/|recipes\/|backends)/.test(relativePath)) frontmatter.aside = false;
  },
  markdown: {
    math: true,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
    // Formulas in braces are formulas.
    attrs: { disable: true },
    anchor: { slugify: anchorOf },
    config: (md) => {
      links(md, `${repository}/blob/main`);
      formulasOfComments(md);
      formulasAndButtons(md);
    },
  },
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag === 'run-snippet' } } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: repository, ariaLabel: 'Source code' }],
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Guide', link: '/guide' },
      { text: 'Models', link: '/models' },
      { text: 'API', link: '/api/' },
      // Not a page of VitePress: the browser loads it anew.
      { text: 'Demo', link: '/demo/index.html', target: '_self' },
    ],
    sidebar,
  },
});
