/** The element `<run-snippet>`, for the pages of the documentation. */
import { RunSnippet } from './snippets/element';

const here = import.meta.url;
RunSnippet.wasmPaths = new URL('wasm/', here).href;
customElements.define('run-snippet', RunSnippet);
