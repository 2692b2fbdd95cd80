/** VitePress's own theme, with the picture of the home page and the element that runs snippets. */
import { type Theme, withBase } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { h } from 'vue';
import samples from '../../figures/mnist-samples.png';
import './style.css';

const picture = () =>
  h('img', { src: samples, alt: 'Samples of each class of MNIST, one class a row, by M2 from 100 labels' });

const theme: Theme = {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-hero-image': picture }),
  enhanceApp() {
    if (import.meta.env.SSR) return;
    // Built with the demo, whose worker it uses.
    const script = document.createElement('script');
    Object.assign(script, { type: 'module', src: withBase('/demo/run.js') });
    document.head.append(script);
  },
};

export default theme;
