/** VitePress's own theme, with the picture of the home page and the element that runs snippets. */
import { type Theme, useData, withBase } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { defineComponent, h, watchPostEffect } from 'vue';
import samples from '../../figures/mnist-samples.png';
import './style.css';

const alt = 'Samples of each class of MNIST, one class a row, by M2 from 100 labels';
const picture = () => h('img', { class: 'image-src', src: samples, alt });

const Layout = defineComponent({
  setup() {
    const { frontmatter } = useData();
    // Pages of the home layout have no landmark of their own.
    watchPostEffect(() => {
      const isHome = frontmatter.value.layout === 'home';
      if (import.meta.env.SSR) return;
      const content = document.getElementById('VPContent');
      if (isHome) content?.setAttribute('role', 'main');
      else content?.removeAttribute('role');
    });
    return () => h(DefaultTheme.Layout, null, { 'home-hero-image': picture });
  },
});

/** What the demo's build has for these pages: the element `<run-snippet>`. */
function loadSnippets(): void {
  const script = document.createElement('script');
  Object.assign(script, { type: 'module', src: withBase('/demo/run.js') });
  document.head.append(script);
}

const theme: Theme = {
  extends: DefaultTheme,
  Layout,
  enhanceApp() {
    if (!import.meta.env.SSR) loadSnippets();
  },
};

export default theme;
