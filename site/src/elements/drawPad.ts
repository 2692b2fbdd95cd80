/** A pad to draw a digit on, by pointer or with the arrow keys. */
import { html } from 'lit';
import { drawImages, pixelsOf, type Stroke } from '../draw/digit';
import { blankCanvas, PageElement, pointerIn } from './base';

/** A drawing as 28 × 28 gray bytes. */
export type DrawingEvent = CustomEvent<Uint8Array>;

const STEP = 0.04;
const KEYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

export class DrawPad extends PageElement {
  static override properties = {
    image: { attribute: false },
    strokes: { state: true },
    pen: { state: true },
    down: { state: true },
  };
  /** a digit of 28 × 28 gray bytes that is shown until the reader draws */
  declare image: Uint8Array | undefined;
  declare strokes: readonly Stroke[];
  declare pen: readonly [number, number];
  declare down: boolean;

  constructor() {
    super();
    [this.strokes, this.pen, this.down] = [[], [0.5, 0.5], false];
  }

  clear(): void {
    this.image = undefined;
    this.strokes = [];
  }

  #tell(): void {
    const pixels = pixelsOf(this.strokes);
    if (pixels) this.dispatchEvent(new CustomEvent('drawing', { detail: pixels }));
  }

  #extend(point: readonly [number, number]): void {
    this.strokes = [...this.strokes.slice(0, -1), [...(this.strokes.at(-1) ?? []), point]];
    this.#tell();
  }

  #press(event: PointerEvent): void {
    const canvas = event.currentTarget as HTMLCanvasElement;
    canvas.setPointerCapture(event.pointerId);
    this.strokes = [...this.strokes, [pointerIn(canvas, event)]];
  }

  #move(event: PointerEvent): void {
    if (event.buttons > 0 && this.strokes.length > 0)
      this.#extend(pointerIn(event.currentTarget as HTMLCanvasElement, event));
  }

  #key(event: KeyboardEvent): void {
    const direction = KEYS[event.key];
    if (event.key === ' ' || event.key === 'Enter') {
      this.down = !this.down;
      if (this.down) this.strokes = [...this.strokes, [this.pen]];
    } else if (direction) {
      const clamp = (value: number): number => Math.min(0.96, Math.max(0.04, value));
      this.pen = [clamp(this.pen[0] + direction[0]), clamp(this.pen[1] + direction[1])];
      if (this.down) this.#extend(this.pen);
    } else return;
    event.preventDefault();
  }

  override updated(): void {
    const context = blankCanvas(this);
    if (!context) return;
    const { canvas } = context;
    const size = canvas.width;
    if (this.image && this.strokes.length === 0) {
      const picture = document.createElement('canvas');
      drawImages(picture, this.image, 1);
      context.drawImage(picture, 0, 0, size, size);
    }
    Object.assign(context, {
      lineWidth: size / 13,
      lineCap: 'round',
      lineJoin: 'round',
      strokeStyle: '#16181d',
    });
    for (const stroke of this.strokes) {
      context.beginPath();
      for (const [x, y] of stroke) context.lineTo(x * size, y * size);
      if (stroke.length === 1) context.lineTo((stroke[0]?.[0] ?? 0) * size, (stroke[0]?.[1] ?? 0) * size);
      context.stroke();
    }
    if (document.activeElement !== canvas) return;
    context.beginPath();
    context.arc(this.pen[0] * size, this.pen[1] * size, size / 40, 0, 2 * Math.PI);
    context.fillStyle = this.down ? '#d55e00' : '#0072b2';
    context.fill();
  }

  override render() {
    return html`<canvas class="pad" tabindex="0" role="application"
        aria-label="Pad for a digit. Space lowers or lifts the pen, arrow keys move it."
        @pointerdown=${this.#press} @pointermove=${this.#move} @keydown=${this.#key}
        @focus=${() => this.requestUpdate()} @blur=${() => this.requestUpdate()}></canvas>
      <button type="button" @click=${this.clear}>Clear</button>`;
  }
}
customElements.define('draw-pad', DrawPad);
