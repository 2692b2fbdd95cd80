/** The scene of digits: samples that take shape, a map of handwriting, and a pad. */
import { html, nothing } from 'lit';
import recorded from '../../data/digits.json';
import type { Trouble } from '../client';
import { COLUMNS, DIGIT_BUDGETS, type DigitsSettings, UNLABELED } from '../digits/settings';
import type { Answer, DigitsFrame, Reading } from '../protocol';
import './digitImages';
import './drawPad';
import type { DrawingEvent, DrawPad } from './drawPad';
import { percent } from './planeState';
import { TrainingScene } from './trainingScene';
import './styleMap';
import type { CodeEvent, StyleMap } from './styleMap';

const PIXELS = 784;

export class DigitsScene extends TrainingScene {
  protected override readonly scene = 'digits';
  static override properties = {
    examples: { state: true },
    reading: { state: true },
    decoded: { state: true },
  };
  declare settings: DigitsSettings;
  declare frame: DigitsFrame | undefined;
  declare examples: Uint8Array | undefined;
  declare reading: Reading | undefined;
  declare decoded: Uint8Array | undefined;
  #drawing: Uint8Array | undefined;
  #busy = false;

  override start(): void {
    this.begin({ type: 'digits', settings: this.settings });
  }

  hear(answer: Answer): void {
    if (answer.type === 'reading') [this.reading, this.#busy] = [answer, false];
    if (answer.type === 'decoded') this.decoded = answer.images;
    if (answer.type === 'failed' && answer.during === 'read') this.#busy = false;
    if (!('run' in answer)) return;
    // Another run in the worker ends this one.
    if (answer.run !== this.run) {
      if (answer.run > this.run) this.running = false;
      return;
    }
    if (answer.type === 'examples') this.examples = answer.pixels;
    if (answer.type === 'digitsFrame') {
      this.frame = answer;
      this.rate = answer.rate;
      this.#read();
      this.client.send({ type: 'decode', code: this.querySelector<StyleMap>('style-map')?.at ?? [0, 0] });
    }
    if (answer.type === 'done') [this.running, this.rate] = [false, answer.rate];
  }

  trouble(trouble: Trouble): void {
    const { during, fatal } = trouble;
    const isOurs = during === 'digits' || during === 'read' || during === 'decode';
    // Where nothing can train, the first scene says so.
    if (isOurs || (fatal && (this.running || this.frame))) this.problem = trouble;
    if (during === 'digits' || fatal) this.running = false;
  }

  /** Asks again what the model makes of the drawing, one question at a time. */
  #read(pixels = this.#drawing): void {
    this.#drawing = pixels;
    if (!pixels || !this.frame || this.#busy) return;
    this.#busy = true;
    this.client.send({ type: 'read', pixels });
  }

  #change(change: Partial<DigitsSettings>): void {
    this.settings = { ...this.settings, ...change };
    this.dispatchEvent(new CustomEvent('settings', { detail: this.settings }));
    this.start();
  }

  #useExample(digit: number): void {
    const image = this.examples?.slice(digit * PIXELS, (digit + 1) * PIXELS);
    const pad = this.querySelector<DrawPad>('draw-pad');
    pad?.clear();
    if (pad) pad.image = image;
    this.#read(image);
  }

  #bars({ probabilities }: Reading) {
    const most = probabilities.indexOf(Math.max(...probabilities));
    return html`<p class="reads">The model reads a <strong>${most}</strong>, ${percent(probabilities[most])} sure.</p>
      <ol class="bars" start="0">${Array.from(probabilities, (q, digit) => html`<li><span>${digit}</span><meter min="0" max="1" value=${q} aria-label="digit ${digit}"></meter></li>`)}</ol>`;
  }

  #pad() {
    const { reading, examples } = this;
    return html`<section class="card" aria-label="Your digit">
      <h3>Draw a digit</h3>
      <div class="pad-row"><draw-pad @drawing=${({ detail }: DrawingEvent) => this.#read(detail)}></draw-pad>
        <div>${reading ? this.#bars(reading) : html`<p class="hint">The model reads what you draw while it learns.</p>`}</div></div>
      <p class="hint">Or take one of these:</p>
      <div class="choices small">${Array.from({ length: examples ? 10 : 0 }, (_, digit) => html`<button type="button" @click=${() => this.#useExample(digit)}>${digit}</button>`)}</div>
      ${reading ? html`<p>The same handwriting, as each of the ten digits:</p><digit-images .images=${reading.analogies} columns="10" description="Your digit's handwriting as the digits 0 to 9"></digit-images>` : nothing}
    </section>`;
  }

  #pictures(frame: DigitsFrame) {
    return html`<section class="card" aria-label="Digits that the model makes">
        <h3>Digits it makes</h3>
        <digit-images .images=${frame.grid} columns=${COLUMNS} description="Made digits: a row for each of 0 to 9, a handwriting in each column"></digit-images>
        <p class="hint">A row for each digit, a handwriting in each column.</p>
      </section>
      <section class="card" aria-label="Map of handwriting">
        <h3>Map of handwriting</h3>
        <style-map .codes=${frame.codes} .read=${frame.read} @code=${({ detail }: CodeEvent) => this.client.send({ type: 'decode', code: detail })}></style-map>
        ${this.decoded ? html`<digit-images .images=${this.decoded} columns="10" description="Each digit in the handwriting under the ring"></digit-images>` : nothing}
        <p class="hint">Each number is a test digit. Its place is its handwriting, and its color the digit that the model reads. Move over the map to see the ten digits written so.</p>
      </section>`;
  }

  override render() {
    const { frame, settings } = this;
    return html`
      <div class="actions">
        <button type="button" class="main" @click=${this.toggle}>${this.running ? (this.paused ? 'Go on' : 'Pause') : 'Train on digits'}</button>
        <button type="button" @click=${() => this.#change({ seed: settings.seed + 1 })}>Other seed</button>
        <label>Labels of each digit <select @change=${(event: Event) => this.#change({ perClass: Number((event.target as HTMLSelectElement).value) })}>
          ${DIGIT_BUDGETS.map((n) => html`<option value=${n} ?selected=${n === settings.perClass}>${n}</option>`)}</select></label>
        <span class="step">${frame ? `step ${frame.step} of ${frame.steps} · ` : ''}seed ${settings.seed}</span>
      </div>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.message}</p>` : nothing}
      <p role="status" aria-live="polite" class="digits-accuracy">${frame ? html`<strong>${percent(frame.accuracy)}</strong> of 500 new digits read right, with ${10 * settings.perClass} labels and ${UNLABELED.toLocaleString('en-US')} digits without.` : html`${10 * settings.perClass} labels, and ${UNLABELED.toLocaleString('en-US')} digits without. With ${recorded.labels} labels and seed ${recorded.seed}, ${recorded.accuracy.toFixed(1)} % of new digits were read right after ${recorded.steps} steps.`}</p>
      ${frame ? html`<div class="cards">${this.#pictures(frame)}${this.#pad()}</div>` : nothing}`;
  }
}
customElements.define('digits-scene', DigitsScene);

declare global {
  interface HTMLElementTagNameMap {
    'digits-scene': DigitsScene;
  }
}
