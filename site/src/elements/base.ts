/** Elements in the page's own tree, so that one style sheet serves them all. */
import { LitElement } from 'lit';

export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}

/** Sizes a canvas for its place on the screen. */
export function fitCanvas(canvas: HTMLCanvasElement): void {
  const size = Math.max(64, Math.round(canvas.clientWidth * Math.min(2, devicePixelRatio)));
  if (canvas.width !== size) [canvas.width, canvas.height] = [size, size];
}

/** The canvas of an element, white and in its size; nothing where it is not on the screen. */
export function blankCanvas(element: HTMLElement): CanvasRenderingContext2D | undefined {
  const canvas = element.querySelector('canvas');
  const context = canvas?.getContext('2d');
  if (!canvas || !context || canvas.clientWidth === 0) return undefined;
  fitCanvas(canvas);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.width);
  return context;
}

/** The place of a pointer on a square canvas: from the left and from the top, as shares of its width. */
export function pointerIn(canvas: Element, event: PointerEvent): readonly [number, number] {
  const { left, top, width } = canvas.getBoundingClientRect();
  return [(event.clientX - left) / width, (event.clientY - top) / width];
}

/** The same where (0, 0) is the center, y points up, and `reach` is half the side. */
export function pointIn(canvas: Element, event: PointerEvent, reach: number): readonly [number, number] {
  const [x, y] = pointerIn(canvas, event);
  return [reach * (2 * x - 1), reach * (1 - 2 * y)];
}
