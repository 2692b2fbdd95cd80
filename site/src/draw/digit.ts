/** Drawings as the model's digits: strokes placed and drawn as the training digits are, and images on canvases. */

const IMAGE_SIDE = 28;
const PIXELS = IMAGE_SIDE * IMAGE_SIDE;

/** A stroke of the pen: points from 0 to 1. */
export type Stroke = readonly (readonly [number, number])[];

/** Height and width of the box that training digits fill. */
const [BOX_HEIGHT, BOX_WIDTH] = [19, 17];

/** The drawing in the middle of 28 × 28 pixels, bright on black. */
export function pixelsOf(strokes: readonly Stroke[]): Uint8Array | undefined {
  const points = strokes.flat();
  if (points.length === 0) return undefined;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(BOX_WIDTH / Math.max(right - left, 1e-3), BOX_HEIGHT / Math.max(bottom - top, 1e-3));
  const at = ([x, y]: readonly [number, number]): readonly [number, number] => [
    IMAGE_SIDE / 2 + scale * (x - (left + right) / 2),
    IMAGE_SIDE / 2 + scale * (y - (top + bottom) / 2),
  ];
  const canvas = Object.assign(document.createElement('canvas'), { width: IMAGE_SIDE, height: IMAGE_SIDE });
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  context.fillRect(0, 0, IMAGE_SIDE, IMAGE_SIDE);
  Object.assign(context, { lineWidth: 2.7, lineCap: 'round', lineJoin: 'round', strokeStyle: '#fff' });
  for (const stroke of strokes) {
    context.beginPath();
    for (const point of stroke) context.lineTo(...at(point));
    if (stroke.length === 1) context.lineTo(...at(stroke[0] as readonly [number, number]));
    context.stroke();
  }
  const { data } = context.getImageData(0, 0, IMAGE_SIDE, IMAGE_SIDE);
  return Uint8Array.from({ length: PIXELS }, (_, i) => data[4 * i] as number);
}

/** Draws gray images, dark on light, `columns` in a row. */
export function drawImages(canvas: HTMLCanvasElement, images: Uint8Array, columns: number): void {
  const count = images.length / PIXELS;
  const rows = Math.ceil(count / columns);
  Object.assign(canvas, { width: columns * IMAGE_SIDE, height: rows * IMAGE_SIDE });
  const context = canvas.getContext('2d');
  if (!context) return;
  const picture = new ImageData(canvas.width, canvas.height);
  for (let n = 0; n < count; n++)
    for (let i = 0; i < PIXELS; i++) {
      const x = (n % columns) * IMAGE_SIDE + (i % IMAGE_SIDE);
      const y = Math.floor(n / columns) * IMAGE_SIDE + Math.floor(i / IMAGE_SIDE);
      const light = 255 - (images[n * PIXELS + i] as number);
      picture.data.set([light, light, light, 255], 4 * (y * canvas.width + x));
    }
  context.putImageData(picture, 0, 0);
}
