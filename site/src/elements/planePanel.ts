/** One side of the plane: regions, points, and a cursor that labels them by pointer or keyboard. */
import { Delaunay } from 'd3-delaunay';
import { html, nothing } from 'lit';
import { CLASS_NAMES } from '../colors';
import { drawPanel, placeIn } from '../draw/plane';
import type { PlanePoints } from '../protocol';
import { fitCanvas, PageElement, pointIn } from './base';

/** The reader's choice of a class for a point, or −1 for none. */
export type LabelEvent = CustomEvent<{ readonly point: number; readonly label: number }>;

/** A place in the plane where the reader draws. */
export type DrawEvent = CustomEvent<{ readonly x: number; readonly y: number }>;

const KEYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

export class PlanePanel extends PageElement {
  static override properties = {
    points: { attribute: false },
    field: { attribute: false },
    description: { type: String },
    drawing: { type: Boolean },
    cursor: { state: true },
    chosen: { state: true },
  };
  declare points: PlanePoints | undefined;
  declare field: Float32Array | undefined;
  declare description: string;
  declare drawing: boolean;
  declare cursor: number | undefined;
  declare chosen: number | undefined;
  #resized = new ResizeObserver(() => this.#draw());

  constructor() {
    super();
    this.description = '';
    this.drawing = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  get #canvas(): HTMLCanvasElement | null {
    return this.querySelector('canvas');
  }

  override firstUpdated(): void {
    if (this.#canvas) this.#resized.observe(this.#canvas);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('points')) [this.cursor, this.chosen] = [undefined, undefined];
  }

  override updated(): void {
    this.#draw();
    if (this.chosen !== undefined && !this.contains(document.activeElement))
      this.querySelector<HTMLButtonElement>('.menu button')?.focus();
  }

  #draw(): void {
    const canvas = this.#canvas;
    if (!canvas || !this.points || canvas.clientWidth === 0) return;
    fitCanvas(canvas);
    drawPanel(canvas, {
      points: this.points,
      ...(this.field && { field: this.field }),
      ...(this.cursor !== undefined && { cursor: this.cursor }),
    });
  }

  #placeOf(event: PointerEvent): readonly [number, number] {
    return pointIn(this.#canvas as HTMLCanvasElement, event, this.points?.reach ?? 1);
  }

  #press(event: PointerEvent): void {
    if (!this.points) return;
    const [x, y] = this.#placeOf(event);
    if (this.drawing) {
      this.dispatchEvent(new CustomEvent('draw', { detail: { x, y } }));
      return;
    }
    if (this.points.given.length === 0) return;
    this.cursor = new Delaunay(this.points.x).find(x, y);
    this.chosen = this.cursor;
  }

  #move(event: PointerEvent): void {
    if (!this.drawing || event.buttons === 0) return;
    const [x, y] = this.#placeOf(event);
    this.dispatchEvent(new CustomEvent('draw', { detail: { x, y } }));
  }

  /** Moves the cursor to the nearest point in a direction. */
  #step([dx, dy]: readonly [number, number]): void {
    const { x, given } = this.points as PlanePoints;
    const from =
      this.cursor ??
      Math.max(
        0,
        given.findIndex((label) => label >= 0),
      );
    let best = from;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < given.length; i++) {
      const ox = (x[2 * i] as number) - (x[2 * from] as number);
      const oy = (x[2 * i + 1] as number) - (x[2 * from + 1] as number);
      const along = ox * dx + oy * dy;
      const across = Math.abs(ox * dy) + Math.abs(oy * dx);
      if (along > 0.02 && along + 2 * across < least) [best, least] = [i, along + 2 * across];
    }
    this.cursor = best;
  }

  #key(event: KeyboardEvent): void {
    if (!this.points || this.points.given.length === 0) return;
    const direction = KEYS[event.key];
    if (direction) this.#step(direction);
    else if (event.key === 'Enter' || event.key === ' ') this.chosen = this.cursor;
    else return;
    event.preventDefault();
  }

  #choose(label: number): void {
    const point = this.chosen;
    this.#close();
    if (point === undefined) return;
    this.dispatchEvent(new CustomEvent('label', { detail: { point, label } }));
  }

  #close(): void {
    this.chosen = undefined;
    this.#canvas?.focus();
  }

  #menu() {
    const { points, chosen } = this;
    if (!points || chosen === undefined) return nothing;
    const given = points.given[chosen] as number;
    const [x, y] = placeIn(points.reach, 100)(
      points.x[2 * chosen] as number,
      points.x[2 * chosen + 1] as number,
    );
    const style = `${x < 50 ? `left:${x}%` : `right:${100 - x}%`};${y < 50 ? `top:calc(${y}% + 16px)` : `bottom:calc(${100 - y}% + 16px)`}`;
    return html`<div class="menu" role="group" aria-label="Class of this point" style=${style}
      @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && this.#close()}>
      ${CLASS_NAMES.slice(0, points.classes).map(
        (name, k) => html`<button type="button" class="class-${k}" aria-pressed=${k === given}
          @click=${() => this.#choose(k)}>${name}</button>`,
      )}
      <button type="button" @click=${() => (given < 0 ? this.#close() : this.#choose(-1))}>${given < 0 ? 'Cancel' : 'No label'}</button>
    </div>`;
  }

  override render() {
    return html`<canvas tabindex="0" role="application" aria-label=${this.description}
        @pointerdown=${this.#press} @pointermove=${this.#move} @keydown=${this.#key}
        class=${this.drawing ? 'drawing' : ''}></canvas>${this.#menu()}`;
  }
}
customElements.define('plane-panel', PlanePanel);
