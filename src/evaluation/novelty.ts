/** How unlike the training data an example is. */
import { assertNumber, assertNumbers } from '../core/assert';
import { describe } from '../core/describe';
import type { Noise } from '../core/noise';
import { FINITE_NUMBER, integersFrom, number, readOptions, unchecked } from '../core/options';
import { hasLabels, type SemiSupervisedVae, type Vae } from '../models/model';
import { drawRules, type Examples, MOST_SAMPLES, openExamples } from './examples';
import { importanceBoundsOf, openToBound } from './importanceBound';
import { forEachLogits, posteriorAt } from './posteriors';

/** What novelty is measured against, and how. */
export interface NoveltyScoreOptions {
  /**
   * examples like the training data that training has not seen, 100 or more: `{ x }`, or a data set. Or the `referenceBounds`
   * of an earlier call, as they are or as a list, which are then not computed again: the model and `samples` must be those of
   * that call, or the p-values mean nothing. Inputs as bare numbers are
   * refused where they show as such; give them as `{ x }`
   */
  readonly reference: Examples | Float64Array | readonly number[];
  /** S, draws of the latents for each example and label; default 10 */
  readonly samples?: number;
  /** examples at once, each with its K labels; default 100 */
  readonly batchSize?: number;
  /** seed of the draws: the same one gives the same estimates at the same `batchSize` */
  readonly seed: number | Noise;
}

/** What {@link noveltyScore} finds, an entry for each example. */
export interface NoveltyScores {
  /** ranks among the reference, in (0, 1]; small: novel */
  readonly pValues: Float64Array;
  /** bounds on log p(x), nats */
  readonly bounds: Float64Array;
  /** max_y q(y|x), as `predict` gives it; absent in a model without labels */
  readonly confidences?: Float64Array;
  /** H(q(y|x)), nats; absent in a model without labels */
  readonly entropies?: Float64Array;
  /** bounds of the M reference examples, to pass as `reference` again, with the same model and `samples` */
  readonly referenceBounds: Float64Array;
}

const NEEDED = 'needed examples, { x }, or the referenceBounds of an earlier call';

/** What shows that a list holds inputs and not bounds; nothing where it may hold bounds. */
function signOfInputs(list: ArrayLike<number>, { x }: Examples): string | undefined {
  if (ArrayBuffer.isView(list) && !(list instanceof Float64Array)) return describe(list);
  if (isVector(x) && x.length === list.length && Array.from(list).every((value, i) => value === x[i]))
    return 'the x of data';
  // Bounds are sums of logarithms.
  if (list.length > 1 && Array.from(list).every((value) => Number.isInteger(value)))
    return `${list.length} whole numbers`;
  return undefined;
}

const isVector = (x: unknown): x is ArrayLike<number> =>
  ArrayBuffer.isView(x) || (Array.isArray(x) && typeof x[0] === 'number');

/** Refuses a list of bounds that is empty, or holds anything but numbers, or inputs. */
function checkedBounds(where: string, bounds: ArrayLike<number>, data: Examples): Float64Array {
  assertNumbers(where, 'reference', bounds);
  const inputs = signOfInputs(bounds, data);
  if (inputs !== undefined) throw new TypeError(`${where}: reference is ${inputs}, ${NEEDED}`);
  if (bounds.length === 0)
    throw new RangeError(`${where}: reference holds no bound, needed those of 100 examples or more`);
  for (let i = 0; i < bounds.length; i++)
    assertNumber(where, `reference[${i}]`, bounds[i], FINITE_NUMBER.needed, FINITE_NUMBER.holds);
  return Float64Array.from(bounds);
}

/** How many entries of a rising list are at most `value`. */
function countUpTo(rising: Float64Array, value: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Novelty of examples: how rare so low a bound on log p(x) is among examples like the training data.
 *
 *   p(x) = ( 1 + #{ m : b(x_m) ≤ b(x) } ) / (1 + M),   b: the importance-weighted bound, x_1 … x_M: the reference
 *
 * For an example of the same kind as the reference, p(x) ≤ a has a probability of at most a (a conformal p-value, Bates et
 * al. 2023). Its smallest value is 1/(M + 1). Beside it stand max_y q(y|x) and H(q(y|x)), which tell how sure the classifier is.
 *
 * The bound rises with S, and differs from model to model. Bounds of a reference that you pass again must therefore come from
 * the same model and the same `samples`. Nothing in them tells, so this is not checked.
 *
 * On images the bound alone misleads: simple images of another kind often have a higher likelihood than the training data
 * (Nalisnick et al. 2019). Measure it on examples that you know to be novel, as docs/results.md does on digits, before you rely
 * on it.
 *
 * @param model a VAE with or without labels
 * @param data inputs; labels are not needed
 * @param options reference, samples, batch size, seed
 * @returns p-values, bounds and, with labels, confidences and entropies
 * @throws RangeError when there is no example or no reference, x does not fit the model or lies outside its likelihood's
 *   support, samples is not an integer of at least 1, or a bound is NaN
 * @throws TypeError when the model has no bound, or the reference is inputs as bare numbers
 * @example (await noveltyScore(model, rows, { reference: subset(dataset, split.validation), seed: 1 })).pValues // such as [0.42, 0.003]
 */
export async function noveltyScore(
  model: Vae | SemiSupervisedVae,
  data: Examples,
  options: NoveltyScoreOptions,
): Promise<NoveltyScores> {
  const where = 'noveltyScore';
  const { reference, ...draws } = readOptions(where, options, {
    ...drawRules(),
    samples: number(integersFrom(1, MOST_SAMPLES), 10),
    reference: unchecked<NoveltyScoreOptions['reference']>(),
  });
  const isList = typeof (reference as ArrayLike<number> | undefined)?.length === 'number';
  // Both are checked before the bounds of either are computed.
  await openToBound(where, model, data);
  const given = isList ? checkedBounds(where, reference as ArrayLike<number>, data) : undefined;
  if (given === undefined)
    await openToBound(`${where}, of the reference`, model, reference as Examples, 'reference');
  const boundsOf = (examples: Examples, name: string): Promise<Float64Array> =>
    importanceBoundsOf(where, model, examples, { ...draws, seed: draws.seed.split(name) });
  const bounds = await boundsOf(data, 'data');
  const referenceBounds = given ?? (await boundsOf(reference as Examples, 'reference'));
  const rising = referenceBounds.slice().sort();
  return {
    pValues: bounds.map((bound) => (1 + countUpTo(rising, bound)) / (1 + rising.length)),
    bounds,
    ...(hasLabels(model) && (await sureness(where, model, data, draws.batchSize))),
    referenceBounds,
  };
}

/** How sure the classifier is of each example. */
async function sureness(where: string, model: SemiSupervisedVae, data: Examples, batchSize: number) {
  const examples = await openExamples(where, data, model);
  const [confidences, entropies] = [new Float64Array(examples.count), new Float64Array(examples.count)];
  await forEachLogits(where, model, examples, batchSize, (logits, i) => {
    const { confidence, entropy } = posteriorAt(logits);
    confidences[i] = confidence;
    entropies[i] = entropy;
  });
  return { confidences, entropies };
}
