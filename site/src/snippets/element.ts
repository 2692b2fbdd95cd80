/** The button under a snippet, and what the snippet prints. */
import { css, html, LitElement, nothing } from 'lit';
import { Client, type Trouble } from '../client';
import type { Answer } from '../protocol';

export class RunSnippet extends LitElement {
  static override properties = {
    name: {},
    state: { state: true },
    lines: { state: true },
    note: { state: true },
  };

  static override styles = css`
    :host { display: block; margin: -8px 0 16px; }
    button {
      min-height: 44px; padding: 0 20px; border: 1px solid transparent; border-radius: 22px; font: inherit;
      font-size: 14px; font-weight: 600; cursor: pointer; color: var(--vp-button-brand-text, #fff);
      background: var(--vp-button-brand-bg, #3451b2);
    }
    button:hover { background: var(--vp-button-brand-hover-bg, #3a5ccc); }
    button:focus-visible { outline: 2px solid var(--vp-c-brand-1, #3451b2); outline-offset: 2px; }
    .note { margin-left: 12px; font-size: 14px; color: var(--vp-c-text-2, #555); }
    pre {
      margin: 12px 0 0; padding: 12px 16px; border-left: 4px solid var(--vp-c-brand-1, #3451b2); overflow-x: auto;
      white-space: pre-wrap; overflow-wrap: anywhere; background: var(--vp-c-bg-soft, #f6f6f7);
      font: 14px/1.6 var(--vp-font-family-mono, monospace); color: var(--vp-c-text-1, #222);
    }
    .failed { border-color: var(--vp-c-danger-1, #b8272c); }
  `;

  /** of the snippet, among those that were built with the page */
  declare name: string;
  declare state: 'idle' | 'running' | 'ended' | 'failed';
  declare lines: readonly string[];
  declare note: string;
  readonly #client: Client;

  constructor() {
    super();
    this.state = 'idle';
    this.lines = [];
    this.note = '';
    this.#client = new Client(RunSnippet.wasmPaths);
    this.#client.listen(this);
  }

  /** the folder of the .wasm files */
  static wasmPaths = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop('idle');
  }

  /** A worker of its own for each run: nothing is left of the run before. */
  start(): void {
    this.#client.restart('wasm');
    Object.assign(this, { state: 'running', lines: [], note: 'Loading …' });
    this.#client.send({ type: 'snippet', name: this.name });
  }

  #stop(state: typeof this.state): void {
    this.#client.restart('wasm');
    this.state = state;
  }

  hear(answer: Answer): void {
    if (answer.type === 'ready') this.note = 'Running …';
    if (answer.type === 'printed') this.lines = [...this.lines, answer.text];
    if (answer.type === 'ran') {
      this.note = `Ran in ${answer.seconds.toFixed(1)} s on ${this.#client.description.replace(/[,:].*/, '')}, in this page`;
      this.#stop('ended');
    }
  }

  trouble({ message }: Trouble): void {
    this.lines = [...this.lines, message];
    this.note = '';
    this.#stop('failed');
  }

  #press(): void {
    if (this.state === 'running') {
      this.note = 'Stopped';
      this.#stop('idle');
    } else this.start();
  }

  protected override render() {
    const label = this.state === 'running' ? 'Stop' : this.state === 'idle' ? 'Run' : 'Run again';
    return html`<button type="button" @click=${this.#press}>${label}</button>
      <span class="note" role="status">${this.note}</span>
      ${
        this.lines.length === 0
          ? nothing
          : html`<pre class=${this.state} tabindex="0" role="log" aria-label="Output">${this.lines.join('\n')}</pre>`
      }`;
  }
}
