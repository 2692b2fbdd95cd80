/** The examples that a model is checked on: a few of those given, or drawn ones. */
import { isUnknown } from '../core/labels';
import { createNoise } from '../core/noise';
import { sizeOf } from '../core/shape';
import { type Support, supportsOf } from '../core/support';
import { createDataset, type Dataset } from '../data/dataset';
import { subset } from '../data/gather';
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

/** The support of each place of an input's last axis; one where all have the same. */
const supportsWithDefault = (model: Model): readonly Support[] => supportsOf(supportOf(model) ?? PIXELS);

/** The float32 nearest to a value that lies within a support. */
const within = (value: number, { min, max, integers, levels }: Support): number => {
  if (levels !== undefined) {
    const step = (max - min) / (levels - 1);
    return Math.fround(min + step * Math.min(levels - 1, Math.max(0, Math.round((value - min) / step))));
  }
  if (integers) return Math.min(max, Math.max(min, Math.round(value)));
  const near = Math.fround(Math.min(max, Math.max(min, value)));
  // Rounding may have stepped over a bound that float32 does not hold.
  const step = 1e-6 * Math.max(1, Math.abs(near));
  return near < min ? near + step : near > max ? near - step : near;
};

/** Inputs, each value made with the support of its place. */
const inputsOf = (
  model: Model,
  count: number,
  draw: (support: Support, i: number) => number,
): Float32Array => {
  const supports = supportsWithDefault(model);
  return Float32Array.from({ length: count * sizeOf(model.inputShape) }, (_, i) => {
    const support = supports[i % supports.length] as Support;
    return within(draw(support, i), support);
  });
};

/** `value` at every place of an input, or what lies nearest to it in the support of the model's likelihood. */
export const constantInputs = (model: Model, value: number, count: number): Float32Array =>
  inputsOf(model, count, () => value);

/** Draws within supports: uniform between two bounds, exponential beside one, normal without. Integers are twice as wide. */
const drawInputs = (model: Model, count: number): Float32Array => {
  const noise = createNoise(17).split('inputs');
  const total = count * sizeOf(model.inputShape);
  const [u, n] = [noise.split('uniform').uniforms(total), noise.split('normal').normals(total)];
  return inputsOf(model, count, ({ min, max, integers = false }, i) => {
    const [uniform, scale] = [u[i] as number, integers ? 2 : 1];
    if (Number.isFinite(min) && Number.isFinite(max))
      return integers ? min - 0.5 + (max - min + 1) * uniform : min + (max - min) * uniform;
    if (Number.isFinite(min)) return min - scale * Math.log(uniform);
    if (Number.isFinite(max)) return max + scale * Math.log(uniform);
    return scale * (n[i] as number);
  });
};

/** Classes of the examples; a model that knows of none is shown some all the same. */
const classesOf = ({ classes = 2 }: Model): number => classes;

/** One-hot covariates, in another order than the classes. */
const drawCovariates = (covariates: number, count: number): Float32Array =>
  Float32Array.from({ length: count * covariates }, (_, i) =>
    Math.floor(i / covariates / 2) % covariates === i % covariates ? 1 : 0,
  );

const drawExamples = (model: Model, count: number): Dataset =>
  createDataset({
    name: 'drawn',
    x: drawInputs(model, count),
    y: Uint8Array.from({ length: count }, (_, i) => i % classesOf(model)),
    ...(model.covariates !== undefined && { covariates: drawCovariates(model.covariates, count) }),
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
