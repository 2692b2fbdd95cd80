/** The map of handwriting: codes of test digits, colored by the digit that the model reads. */
import { html } from 'lit';
import { css, DIGIT_COLORS, type Rgb } from '../colors';
import { blankCanvas, PageElement, pointIn } from './base';

/** Half the side of the square of codes that is shown. */
const REACH = 3.2;

/** A code under the pointer. */
export type CodeEvent = CustomEvent<readonly [number, number]>;

export class StyleMap extends PageElement {
  static override properties = {
    codes: { attribute: false },
    read: { attribute: false },
    at: { state: true },
  };
  declare codes: Float32Array | undefined;
  declare read: Uint8Array | undefined;
  declare at: readonly [number, number];

  constructor() {
    super();
    this.at = [0, 0];
  }

  #go(at: readonly [number, number]): void {
    this.at = [Math.max(-3, Math.min(3, at[0])), Math.max(-3, Math.min(3, at[1]))];
    this.dispatchEvent(new CustomEvent('code', { detail: this.at }));
  }

  #point(event: PointerEvent): void {
    this.#go(pointIn(event.currentTarget as HTMLCanvasElement, event, REACH));
  }

  #key(event: KeyboardEvent): void {
    const [dx, dy] = { ArrowLeft: [-0.2, 0], ArrowRight: [0.2, 0], ArrowUp: [0, 0.2], ArrowDown: [0, -0.2] }[
      event.key
    ] ?? [0, 0];
    if (!dx && !dy) return;
    this.#go([this.at[0] + (dx ?? 0), this.at[1] + (dy ?? 0)]);
    event.preventDefault();
  }

  override updated(): void {
    const context = blankCanvas(this);
    if (!context) return;
    const size = context.canvas.width;
    context.font = `600 ${size / 26}px system-ui, sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    const place = (x: number, y: number) =>
      [(size / 2) * (1 + x / REACH), (size / 2) * (1 - y / REACH)] as const;
    for (const [i, digit] of (this.read ?? []).entries()) {
      context.fillStyle = css(DIGIT_COLORS[digit] as Rgb);
      context.fillText(String(digit), ...place(this.codes?.[2 * i] ?? 0, this.codes?.[2 * i + 1] ?? 0));
    }
    context.beginPath();
    context.arc(...place(...this.at), size / 34, 0, 2 * Math.PI);
    context.lineWidth = size / 130;
    context.strokeStyle = '#16181d';
    context.stroke();
  }

  override render() {
    return html`<canvas tabindex="0" role="application" aria-label="Map of handwriting. Arrow keys move the ring; the images beside it show each digit written so."
      @pointermove=${this.#point} @pointerdown=${this.#point} @keydown=${this.#key}></canvas>`;
  }
}
customElements.define('style-map', StyleMap);
