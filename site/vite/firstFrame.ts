/** The page before any script runs: the last frame of the recorded run, as SVG. */
import { css, PALETTE, type Rgb } from '../src/colors';
import { svgPath } from '../src/draw/shapes';
import { lead } from '../src/elements/planeState';

/** What `npm run demo:first` writes. */
export interface FirstFrame {
  readonly steps: number;
  /** the first frame whose right side is ahead by {@link GAIN} */
  readonly gainStep: number;
  readonly classes: number;
  readonly reach: number;
  /** coordinates in turn */
  readonly x: readonly number[];
  /** labeled points and their classes */
  readonly given: readonly (readonly [point: number, label: number])[];
  readonly sides: readonly {
    /** in percent */
    readonly accuracy: number;
    /** a PNG file of the decision regions, in base 64 */
    readonly field: string;
    readonly samples: readonly number[];
  }[];
}

/** A gain that an eye sees: 3 points of accuracy. */
export const GAIN = 0.03;

const SIZE = 480;

const shape = (label: number, at: readonly [number, number], radius: number): string =>
  svgPath(label, at, radius);

function panel(frame: FirstFrame, side: 0 | 1): string {
  const { x, reach, given, sides, classes } = frame;
  const place = (i: number, from = x): readonly [number, number] => [
    (SIZE / 2) * (1 + (from[2 * i] as number) / reach),
    (SIZE / 2) * (1 - (from[2 * i + 1] as number) / reach),
  ];
  const labeled = new Set(given.map(([point]) => point));
  const others = Array.from({ length: x.length / 2 }, (_, i) => i)
    .filter((i) => !labeled.has(i))
    .map((i) => `M${place(i).map(Math.round).join(' ')}h0`)
    .join('');
  const marks = Array.from({ length: classes }, (_, k) => {
    const d = given.filter(([, label]) => label === k).map(([point]) => shape(k, place(point), SIZE / 52));
    return `<path d="${d.join('')}" fill="${css(PALETTE[k] as Rgb)}" stroke="#16181d" stroke-width="2.5"/>`;
  });
  const shown = sides[side];
  if (!shown) throw new Error(`firstFrame: side ${side} is missing, needed two: run npm run demo:first`);
  const each = shown.samples.length / 2 / classes;
  const made = Array.from({ length: each > 0 ? classes : 0 }, (_, k) => {
    const d = Array.from({ length: each }, (_, i) =>
      shape(k, place(k * each + i, [...shown.samples]), SIZE / 75),
    );
    return `<path d="${d.join('')}" fill="${css(PALETTE[k] as Rgb)}"/>`;
  });
  const [method, below] =
    side === 0
      ? ['Labels alone', '<div class="no-samples"><p>A classifier alone cannot make new points.</p></div>']
      : [
          'M2, with the other points',
          `<svg class="plot" viewBox="0 0 ${SIZE} ${SIZE}" aria-hidden="true">${made.join('')}</svg><p class="hint made">Points that it makes, class by class</p>`,
        ];
  return `<section class="side"><p class="method">${method}</p><p class="accuracy">${shown.accuracy.toFixed(1)} %</p><p class="hint of">of 1,000 new points right</p>
<svg class="plot" viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label="${method}: decision regions, ${shown.accuracy.toFixed(1)} % of new points right"><image href="data:image/png;base64,${shown.field}" width="${SIZE}" height="${SIZE}" preserveAspectRatio="none"/><path d="${others}" stroke="#282c34" stroke-opacity="0.42" stroke-width="3.6" stroke-linecap="round" fill="none"/>${marks.join('')}</svg>
${below}</section>`;
}

/** The first frame as HTML. */
export const firstFrame = (frame: FirstFrame): string =>
  `<div class="panels">${panel(frame, 0)}${panel(frame, 1)}</div><p class="hint">A recorded run of ${frame.steps} steps, of the code that this page trains with.</p>`;

/** The headline of the recorded run. */
export const headline = ({ x, given }: FirstFrame): string => lead(given.length, x.length / 2 - given.length);
