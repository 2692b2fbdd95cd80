/** What keeps a run: its link, its model as a file, its code; and what computes it. */
import { html } from 'lit';
import type { Client, Trouble } from '../client';
import digitsCode from '../digits/model.ts?raw';
import planeCode from '../plane/methods.ts?raw';
import type { Answer, Backend, Scene } from '../protocol';
import { PageElement } from './base';
import type { DigitsScene } from './digitsScene';
import type { PlaneScene } from './planeScene';

/** The scenes of the page. */
interface Scenes {
  readonly plane: PlaneScene;
  readonly digits: DigitsScene;
}

/** Files above this are not read. */
const MOST_BYTES = 64 * 2 ** 20;

export class PageTools extends PageElement {
  static override properties = { note: { state: true }, rate: { state: true }, scene: { state: true } };
  declare client: Client;
  declare scenes: Scenes;
  declare note: string;
  declare rate: number;
  declare scene: Scene;

  constructor() {
    super();
    [this.note, this.rate, this.scene] = ['', 0, 'plane'];
  }

  hear(answer: Answer): void {
    if (answer.type === 'ready') this.requestUpdate();
    if ('rate' in answer && answer.rate > 0) this.rate = answer.rate;
    if (answer.type === 'planeFrame') this.scene = 'plane';
    if (answer.type === 'digitsFrame') this.scene = 'digits';
    if (answer.type === 'saved') this.#download(answer.bytes);
    if (answer.type === 'failed' && (answer.during === 'open' || answer.during === 'save'))
      this.note = answer.message;
  }

  trouble({ message, fatal }: Trouble): void {
    if (!fatal) return;
    if (this.client.backend === 'webgpu') {
      this.note = `WebGPU does not run here, so WebAssembly computes. (${message})`;
      this.#take('wasm');
    } else this.note = message;
  }

  #download(bytes: Uint8Array): void {
    const url = URL.createObjectURL(new Blob([bytes.slice()]));
    const name = `ssvae-${this.scene}.safetensors`;
    Object.assign(document.createElement('a'), { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
    this.note = `Saved ${name}. In Node: await loadModel(file('${name}'))`;
  }

  async #open(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    input.value = '';
    if (!file) return;
    if (file.size > MOST_BYTES) {
      this.note = `${file.name} has ${Math.round(file.size / 2 ** 20)} MB, and a model of this page less than 1.`;
      return;
    }
    this.note = `Opened ${file.name}.`;
    this.scenes[this.scene].open(new Uint8Array(await file.arrayBuffer()));
  }

  async #link(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href);
      this.note = 'The link is copied. It holds the settings and the seed.';
    } catch {
      this.note = `The address holds the settings and the seed: ${location.href}`;
    }
  }

  #take(backend: Backend): void {
    this.rate = 0;
    this.client.restart(backend);
    this.dispatchEvent(new CustomEvent('backend'));
  }

  override render() {
    const backend = this.client?.backend ?? 'wasm';
    return html`<div class="actions">
        <button type="button" @click=${this.#link}>Copy link</button>
        <button type="button" @click=${() => this.client.send({ type: 'save', scene: this.scene })}>Save the model</button>
        <label class="file">Open a model<input type="file" accept=".safetensors" @change=${this.#open} /></label>
        <label><input type="checkbox" .checked=${backend === 'webgpu'} @change=${() => this.#take(backend === 'webgpu' ? 'wasm' : 'webgpu')} /> Compute on WebGPU</label>
        <span class="step" data-rate=${this.rate}>${this.client?.description.replace(/: as asked$/, '') || 'Not started'}${this.rate > 0 ? `: ${this.rate.toFixed(0)} steps a second` : ''}</span>
      </div>
      <p role="status" class="note">${this.note}</p>
      <details><summary>Code of the points</summary><pre tabindex="0"><code>${planeCode}</code></pre></details>
      <details><summary>Code of the digits</summary><pre tabindex="0"><code>${digitsCode}</code></pre></details>`;
  }
}
customElements.define('page-tools', PageTools);
