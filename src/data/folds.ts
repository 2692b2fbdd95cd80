/** Folds for cross-validation: stratified, by seed. */
import { describe, oneLine } from '../core/describe';
import type { Noise } from '../core/noise';
import { integersFrom, number, readOptions, seedStream } from '../core/options';
import type { Dataset } from './dataset';
import { assertDataset } from './gather';
import { byClass, type Split } from './split';

/** How folds are made. */
export interface FoldsOptions {
  /** number of folds, at least 2 */
  readonly folds: number;
  /** seed of the choice */
  readonly seed: number | Noise;
}

/**
 * Splits for cross-validation. Each example of a known class is held back in one of them, as `validation`, and labeled in the
 * others; unlabeled examples are in all of them. Every class is spread over the folds as evenly as its number allows.
 *
 *   example j of class k, in a drawn order, is held back in fold (j + o_k) mod folds,   o_k = examples of the classes before it
 *
 * Examples of a coarse label are labeled in every fold. To read off an accuracy without luck, take its mean over the folds.
 *
 * @param dataset of which some classes are known
 * @param options number of folds, seed
 * @returns a split for each fold, with an empty `test`
 * @throws RangeError when a class has a single known example, or there are fewer known examples than folds
 * @example foldsOf(twoMoons({ count: 10, seed: 1 }), { folds: 5, seed: 1 }).map(({ validation }) => validation.length) // [2, 2, 2, 2, 2]
 */
export function foldsOf(dataset: Dataset, options: FoldsOptions): readonly Split[] {
  const { folds, seed: noise } = readOptions('foldsOf', options, {
    folds: number(integersFrom(2)),
    seed: seedStream(),
  });
  assertDataset('foldsOf', dataset);
  return dividedInto('foldsOf', dataset, folds, noise);
}

/** {@link foldsOf} for a function that is named in messages. */
export function dividedInto(where: string, dataset: Dataset, folds: number, noise: Noise): readonly Split[] {
  const { members, coarse, unknown } = byClass(dataset);
  const known = members.reduce((sum, examples) => sum + examples.length, 0);
  if (known < folds)
    throw new RangeError(
      `${where}: folds is ${folds}, needed at most ${known}, the examples of a known class in "${oneLine(dataset.name)}"`,
    );
  const single = members.findIndex((examples) => examples.length === 1);
  if (single >= 0)
    throw new RangeError(
      `${where}: class ${dataset.classNames ? describe(dataset.classNames[single]) : single} has one known example, needed two at least: the fold that holds it back has none to learn from`,
    );
  const foldOf = new Map<number, number>();
  for (const [k, examples] of members.entries())
    for (const position of noise.split(k).permutation(examples.length))
      foldOf.set(examples[position] as number, foldOf.size % folds);
  const all = [...foldOf.keys()].sort((a, b) => a - b);
  return Array.from({ length: folds }, (_, fold) => ({
    labeled: Int32Array.from([...coarse, ...all.filter((i) => foldOf.get(i) !== fold)]).sort(),
    unlabeled: Int32Array.from(unknown),
    validation: Int32Array.from(all.filter((i) => foldOf.get(i) === fold)),
    test: new Int32Array(0),
  }));
}
