/** Elements in the page's own tree, so that one style sheet serves them all. */
import { LitElement } from 'lit';

export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}

/** Sizes a canvas for its place on the screen; whether it changed. */
export function fitCanvas(canvas: HTMLCanvasElement): boolean {
  const size = Math.max(64, Math.round(canvas.clientWidth * Math.min(2, devicePixelRatio)));
  if (canvas.width === size) return false;
  canvas.width = size;
  canvas.height = size;
  return true;
}
