/** Runs both scenes as the page opens with them, and writes what the page quotes before it trains: `npm run demo:first`. */
import { writeFileSync } from 'node:fs';
import { encode } from 'fast-png';
import { digitsRun } from '../src/digits/run';
import { DIGITS_DEFAULTS } from '../src/digits/settings';
import { fieldPixels, SIDE } from '../src/draw/field';
import { useFixedSimd } from '../src/fixedSimd';
import { planeRun } from '../src/plane/run';
import { DEFAULTS } from '../src/plane/settings';
import type { PlaneFrame, PlanePoints } from '../src/protocol';
import { type FirstFrame, GAIN } from '../vite/firstFrame';
import { startWasm } from './wasm';

useFixedSimd();
await startWasm();

let points: PlanePoints | undefined;
let last: PlaneFrame | undefined;
let gainStep: number | undefined;
for await (const event of planeRun(DEFAULTS, () => {})) {
  if (event.type === 'points') points = event.points;
  if (event.type !== 'frame') continue;
  last = event.frame;
  const [left, right] = last.sides;
  if ((right.accuracy ?? 0) >= (left.accuracy ?? 1) + GAIN) gainStep ??= last.step;
}
if (!points || !last || gainStep === undefined) throw new Error('first: the run shows no gain, needed one');

const { classes, reach, given } = points;
const two = (value: number): number => Math.round(100 * value) / 100;
const png = (field: Float32Array): string =>
  Buffer.from(
    encode({ width: SIDE, height: SIDE, data: fieldPixels(field, classes), channels: 4, depth: 8 }),
  ).toString('base64');
const first: FirstFrame = {
  steps: last.steps,
  gainStep,
  classes,
  reach: two(reach),
  x: Array.from(points.x, two),
  given: Array.from(given.entries()).filter(([, label]) => label >= 0) as [number, number][],
  sides: last.sides.map(({ accuracy = 0, field, samples = [] }) => ({
    accuracy: Math.round(1000 * accuracy) / 10,
    field: png(field),
    samples: Array.from(samples, two),
  })),
};
writeFileSync(new URL('../data/first.json', import.meta.url), `${JSON.stringify(first)}\n`);
console.log(`gain at step ${gainStep}; ${first.sides.map(({ accuracy }) => accuracy).join(' and ')} %`);

let digits = 0;
let steps = 0;
for await (const event of digitsRun(DIGITS_DEFAULTS, () => {}))
  if (event.type === 'frame') ({ accuracy: digits, steps } = event.frame);
const { seed, perClass } = DIGITS_DEFAULTS;
const quoted = { seed, labels: 10 * perClass, steps, accuracy: Math.round(1000 * digits) / 10 };
writeFileSync(new URL('../data/digits.json', import.meta.url), `${JSON.stringify(quoted)}\n`);
console.log(`digits: ${quoted.accuracy} %`);
