/** The scene in the plane: two methods with the same labels, side by side. */
import { html, nothing } from 'lit';
import { verdict } from '../bands';
import type { Trouble } from '../client';
import { type PlaneSettings, withEdit } from '../plane/settings';
import type { Answer, PlaneFrame, PlanePoints } from '../protocol';
import './budgetChart';
import { brushButtons, budgetSlider, setButtons } from './planeControls';
import './planePanel';
import type { DrawEvent, LabelEvent } from './planePanel';
import { countsOf, inWords, lead, METHOD_LIST, METHOD_NAMES, percent, withSet } from './planeState';
import './samplesView';
import { TrainingScene } from './trainingScene';

const SPOKEN_EVERY_MS = 3000;

export class PlaneScene extends TrainingScene {
  protected override readonly scene = 'plane';
  static override properties = {
    points: { state: true },
    brush: { state: true },
    spoken: { state: true },
  };
  declare settings: PlaneSettings;
  declare points: PlanePoints | undefined;
  declare frame: PlaneFrame | undefined;
  declare brush: number;
  declare spoken: string;
  #spokenAt = 0;
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    [this.brush, this.spoken] = [-1, ''];
  }

  override start(): void {
    clearTimeout(this.#soon);
    if (this.settings.set === 'own' && this.settings.own.length === 0) {
      this.#choose('own');
      return;
    }
    this.begin({ type: 'plane', settings: this.settings });
  }

  /** Takes other settings and trains with them, once the reader rests. */
  change(settings: PlaneSettings, wait = 150): void {
    this.settings = settings;
    this.dispatchEvent(new CustomEvent('settings', { detail: settings }));
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.start(), wait);
  }

  hear(answer: Answer): void {
    if (!('run' in answer) || answer.run !== this.run) return;
    if (answer.type === 'points') {
      this.points = answer;
      this.#head();
    }
    if (answer.type === 'planeFrame') {
      document.querySelector('#first-frame')?.remove();
      this.frame = answer;
      this.rate = answer.rate;
      this.#speak();
    }
    if (answer.type === 'done') {
      this.running = false;
      this.rate = answer.rate;
      this.#speak(true);
    }
  }

  /** Puts the numbers of labels and points into the page's headline. */
  #head(): void {
    const line = document.querySelector('.lead');
    if (!line || !this.points) return;
    const [labels, others] = countsOf(this.points);
    const { left, right } = this.settings;
    const isUsual = left === 'labels' && right !== 'labels';
    line.textContent = isUsual ? lead(labels, others) : `Both sides have the same ${labels} labels.`;
  }

  trouble(trouble: Trouble): void {
    if (trouble.during === 'plane' || trouble.fatal) [this.problem, this.running] = [trouble, false];
  }

  #speak(now = false): void {
    if (!now && performance.now() - this.#spokenAt < SPOKEN_EVERY_MS) return;
    this.#spokenAt = performance.now();
    this.spoken = inWords(this.settings, this.frame, this.points);
  }

  #label({ detail }: LabelEvent): void {
    const { point, label } = detail;
    if (label < 0 && this.points && countsOf(this.points)[0] <= 1) return;
    if (this.points) {
      const given = this.points.given.slice();
      given[point] = label;
      this.points = { ...this.points, given };
    }
    this.change(withEdit(this.settings, [point, label]), 0);
  }

  #draw({ detail: { x, y } }: DrawEvent): void {
    const { own, edits } = this.settings;
    const point = own.length / 2;
    if (point >= 600) return;
    const placed = [...own, Math.round(100 * x) / 100, Math.round(100 * y) / 100];
    const settings = { ...this.settings, own: placed };
    const next = this.brush < 0 ? settings : { ...settings, edits: [...edits, [point, this.brush] as const] };
    this.#showOwn(next);
    const ready = next.edits.length > 1 && placed.length >= 20;
    if (ready) this.change(next, 700);
    else {
      this.settings = next;
      this.dispatchEvent(new CustomEvent('settings', { detail: next }));
    }
  }

  #showOwn({ own, edits }: PlaneSettings): void {
    const given = new Int32Array(own.length / 2).fill(-1);
    for (const [point, label] of edits) given[point] = label;
    this.points = { x: Float32Array.from(own), given, classes: 2, reach: 2.2 };
    document.querySelector('#first-frame')?.remove();
  }

  #choose(set: PlaneSettings['set']): void {
    if (set !== 'own') {
      this.change(withSet(this.settings, set), 0);
      return;
    }
    this.client.send({ type: 'stop' });
    this.settings = withSet(this.settings, 'own');
    [this.frame, this.running, this.brush] = [undefined, false, 0];
    this.#showOwn(this.settings);
    this.dispatchEvent(new CustomEvent('settings', { detail: this.settings }));
  }

  #side(side: 0 | 1) {
    const name = side === 0 ? 'left' : 'right';
    const shown = this.frame?.sides[side];
    const own = this.settings.set === 'own';
    return html`<section class="side" aria-label=${METHOD_NAMES[this.settings[name]]}>
      <label class="method"><span class="visually-hidden">Method on the ${name}</span>
        <select .value=${this.settings[name]} @change=${(event: Event) =>
          this.change({ ...this.settings, [name]: (event.target as HTMLSelectElement).value })}>
          ${METHOD_LIST.map(([value, text]) => html`<option value=${value} ?selected=${value === this.settings[name]}>${text}</option>`)}
        </select></label>
      <p class="accuracy" data-side=${name}>${own ? nothing : percent(shown?.accuracy)}</p>${own ? nothing : html`<p class="hint of">of 1,000 new points right</p>`}
      <plane-panel .points=${this.points} .field=${shown?.field} ?drawing=${own}
        description=${own ? 'Drawing area' : 'Points and decision regions. Arrow keys move between points, Enter labels one.'}
        @label=${this.#label} @draw=${this.#draw}></plane-panel>
      <samples-view .points=${this.points} .samples=${shown?.samples}></samples-view>
    </section>`;
  }

  #actions() {
    const reseed = () =>
      this.change(
        {
          ...this.settings,
          seed: this.settings.seed + 1,
          edits: this.settings.set === 'own' ? this.settings.edits : [],
        },
        0,
      );
    return html`<div class="actions">
      <button type="button" class="main" @click=${this.toggle}>${this.running ? (this.paused ? 'Go on' : 'Pause') : 'Train'}</button>
      <button type="button" @click=${reseed}>Other seed</button>
      ${this.settings.edits.length > 0 ? html`<button type="button" @click=${() => this.change({ ...this.settings, edits: [], own: [] }, 0)}>Undo my changes</button>` : nothing}
      <span class="step">${this.frame ? `step ${this.frame.step} of ${this.frame.steps} · ` : ''}seed ${this.settings.seed}</span></div>`;
  }

  override render() {
    const { set, perClass } = this.settings;
    const own = set === 'own';
    const [left, right] = this.frame?.sides ?? [];
    const done =
      this.frame?.step === this.frame?.steps && left?.accuracy !== undefined && right?.accuracy !== undefined;
    const run = done
      ? { perClass, left: 100 * (left?.accuracy ?? 0), right: 100 * (right?.accuracy ?? 0) }
      : undefined;
    return html`${setButtons(this.settings.set, (to) => this.#choose(to))}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.message}${this.frame ? '' : ' The picture shows a recorded run.'} <button type="button" @click=${this.start}>Start again</button></p>` : nothing}
      <div class="panels" ?hidden=${!this.points || (!this.frame && !own)}>${this.#side(0)}${this.#side(1)}</div>
      ${
        own
          ? brushButtons(this.brush, (to) => {
              this.brush = to;
            })
          : html`<p class="hint">Click a point to label it, or to give it a wrong label. Gray points have no label.</p>`
      }
      ${this.#actions()}
      <p class="visually-hidden" role="status" aria-live="polite">${this.spoken}</p>
      ${own ? nothing : html`<div class="luck"><div>${budgetSlider(this.settings, (to) => this.change(to))}<p class="verdict">${verdict(set, perClass) ?? ''}</p></div><budget-chart set=${set} .own=${run}></budget-chart></div>`}`;
  }
}
customElements.define('plane-scene', PlaneScene);

declare global {
  interface HTMLElementTagNameMap {
    'plane-scene': PlaneScene;
  }
}
