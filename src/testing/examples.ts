/** The examples that a model is checked on: a few of those given, or drawn ones. */
import { isUnknown } from '../core/labels';
import { createNoise, type Noise } from '../core/noise';
import { sizeOf } from '../core/shape';
import type { Support } from '../core/support';
import { createDataset, type Dataset, subset } from '../data/dataset';
import { supportOf } from '../models/inputs';
import type { Model } from '../models/model';
import type { ModelChecksOptions } from './options';

/** Labeled examples, an example of each class first, and behind them unlabeled ones. */
export interface CheckedExamples {
  /** all of them */
  readonly dataset: Dataset;
  /** how many of them are labeled */
  readonly labeled: number;
  /** how many of them are not; another number, so that neither batch passes for the other */
  readonly unlabeled: number;
}

/** The support without a likelihood: values of pixels. */
const PIXELS: Support = { min: 0, max: 1 };

const supportWithDefault = (model: Model): Support => supportOf(model) ?? PIXELS;

/** The float32 nearest to a value that lies within a support. */
const within = (value: number, { min, max, integers }: Support): number => {
  if (integers) return Math.min(max, Math.max(min, Math.round(value)));
  const near = Math.fround(Math.min(max, Math.max(min, value)));
  // Rounding may have stepped over a bound that float32 does not hold.
  const step = 1e-6 * Math.max(1, Math.abs(near));
  return near < min ? near + step : near > max ? near - step : near;
};

/** `value` at every place of an input, or what lies nearest to it in the support of the model's likelihood. */
export const constantInputs = (model: Model, value: number, count: number): Float32Array =>
  new Float32Array(count * sizeOf(model.inputShape)).fill(within(value, supportWithDefault(model)));

/** Integers of a support: small ones beside a bound, or around 0. */
const drawIntegers = (support: Support, noise: Noise, total: number): Float32Array => {
  const { min, max } = support;
  if (Number.isFinite(min) && Number.isFinite(max))
    return noise.uniforms(total).map((u) => within(min - 0.5 + (max - min + 1) * u, support));
  if (Number.isFinite(min)) return noise.uniforms(total).map((u) => within(min - 2 * Math.log(u), support));
  if (Number.isFinite(max)) return noise.uniforms(total).map((u) => within(max + 2 * Math.log(u), support));
  return noise.normals(total).map((n) => within(2 * n, support));
};

const drawInputs = (model: Model, count: number): Float32Array => {
  const support = supportWithDefault(model);
  const { min, max } = support;
  const noise = createNoise(17).split('inputs');
  const total = count * sizeOf(model.inputShape);
  if (support.integers) return drawIntegers(support, noise, total);
  if (Number.isFinite(min) && Number.isFinite(max))
    return noise.uniforms(total).map((u) => within(min + (max - min) * u, support));
  if (Number.isFinite(min)) return noise.uniforms(total).map((u) => within(min - Math.log(u), support));
  if (Number.isFinite(max)) return noise.uniforms(total).map((u) => within(max + Math.log(u), support));
  return noise.normals(total);
};

/** Classes of the examples; a model that knows of none is shown some all the same. */
const classesOf = ({ classes = 2 }: Model): number => classes;

const drawExamples = (model: Model, count: number): Dataset =>
  createDataset({
    name: 'drawn',
    x: drawInputs(model, count),
    y: Uint8Array.from({ length: count }, (_, i) => i % classesOf(model)),
    shape: model.inputShape,
    classes: classesOf(model),
  });

/** Of each class the first example, and then the first of the others; what is checked takes a class for any of them. */
const byClass = ({ y, count }: Dataset): number[] => {
  const known = Array.from({ length: count }, (_, i) => i).filter((i) => !isUnknown(y[i] as number));
  const isFirst = (i: number): boolean => y.indexOf(y[i] as number) === i;
  return [...known.filter(isFirst), ...known.filter((i) => !isFirst(i))];
};

/** The examples to check a model on. */
export function examplesFor<M extends Model>(model: M, { examples }: ModelChecksOptions<M>): CheckedExamples {
  const labeled = Math.max(4, classesOf(model));
  const unlabeled = labeled + 1;
  const given = examples ?? drawExamples(model, labeled + unlabeled);
  const order = byClass(given);
  // Too few for both parts are shown in both.
  const taken = Array.from({ length: labeled + unlabeled }, (_, i) => order[i % order.length] as number);
  return { dataset: subset(given, taken), labeled, unlabeled };
}
