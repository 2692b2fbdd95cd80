/** Draws a panel of the plane on a canvas. */
import { contours } from 'd3-contour';
import { css, PALETTE, type Rgb } from '../colors';
import type { PlanePoints } from '../protocol';
import { fieldPixels, marginOf, SIDE } from './field';
import { tracePath } from './shapes';

/** What a panel shows. */
export interface PanelPicture {
  readonly points: PlanePoints;
  readonly field?: Float32Array;
  /** the point under the keyboard's cursor or the pointer */
  readonly cursor?: number;
}

/** From coordinates to pixels of a canvas of `size` pixels a side. */
export const placeIn =
  (reach: number, size: number) =>
  (x: number, y: number): readonly [number, number] => [
    (size / 2) * (1 + x / reach),
    (size / 2) * (1 - y / reach),
  ];

let scratch: HTMLCanvasElement | undefined;

function drawField(
  context: CanvasRenderingContext2D,
  field: Float32Array,
  classes: number,
  size: number,
): void {
  scratch ??= Object.assign(document.createElement('canvas'), { width: SIDE, height: SIDE });
  scratch.getContext('2d')?.putImageData(new ImageData(fieldPixels(field, classes), SIDE, SIDE), 0, 0);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(scratch, 0, 0, size, size);
  const lines = contours().size([SIDE, SIDE]).smooth(true);
  context.beginPath();
  // The border of one of two classes is that of the other.
  for (let k = classes === 2 ? 1 : 0; k < classes; k++)
    for (const polygon of lines.contour(marginOf(field, classes, k), 0).coordinates)
      for (const ring of polygon)
        for (const [i, [x = 0, y = 0]] of ring.entries()) {
          const at = [(x * size) / SIDE, (y * size) / SIDE] as const;
          if (i === 0) context.moveTo(...at);
          else context.lineTo(...at);
        }
  context.lineWidth = size / 260;
  context.strokeStyle = 'rgb(255 255 255 / 0.9)';
  context.stroke();
}

function drawPoints(context: CanvasRenderingContext2D, { x, given, reach }: PlanePoints, size: number): void {
  const at = placeIn(reach, size);
  context.beginPath();
  const radius = size / 260;
  for (let i = 0; i < given.length; i++) {
    if ((given[i] as number) >= 0) continue;
    const [px, py] = at(x[2 * i] as number, x[2 * i + 1] as number);
    context.moveTo(px + radius, py);
    context.arc(px, py, radius, 0, 2 * Math.PI);
  }
  context.fillStyle = 'rgb(40 44 52 / 0.42)';
  context.fill();
  for (let i = 0; i < given.length; i++) {
    const label = given[i] as number;
    if (label < 0) continue;
    context.beginPath();
    tracePath(context, label, at(x[2 * i] as number, x[2 * i + 1] as number), size / 52);
    context.fillStyle = css(PALETTE[label] as Rgb);
    context.fill();
    context.lineWidth = size / 190;
    context.strokeStyle = '#16181d';
    context.stroke();
  }
}

/** Draws a panel. */
export function drawPanel(canvas: HTMLCanvasElement, { points, field, cursor }: PanelPicture): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const size = canvas.width;
  context.fillStyle = '#f4f5f7';
  context.fillRect(0, 0, size, size);
  if (field) drawField(context, field, points.classes, size);
  drawPoints(context, points, size);
  if (cursor === undefined || cursor >= points.given.length) return;
  const at = placeIn(points.reach, size)(points.x[2 * cursor] as number, points.x[2 * cursor + 1] as number);
  context.beginPath();
  context.arc(...at, size / 30, 0, 2 * Math.PI);
  context.lineWidth = size / 130;
  context.strokeStyle = '#16181d';
  context.stroke();
}

/** Draws points that a model made, as many of each class. */
export function drawSamples(
  canvas: HTMLCanvasElement,
  samples: Float32Array,
  { reach, classes }: PlanePoints,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const size = canvas.width;
  context.fillStyle = '#f4f5f7';
  context.fillRect(0, 0, size, size);
  const at = placeIn(reach, size);
  const each = samples.length / 2 / classes;
  for (let k = 0; k < classes; k++) {
    context.beginPath();
    for (let i = k * each; i < (k + 1) * each; i++)
      tracePath(context, k, at(samples[2 * i] as number, samples[2 * i + 1] as number), size / 75);
    context.fillStyle = css(PALETTE[k] as Rgb);
    context.fill();
  }
}
