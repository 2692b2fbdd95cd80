/** Training batches by step. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { assertInteger } from '../core/assert';
import type { BatchSource } from '../core/batch';
import { assertWithin, type Supports } from '../core/support';
import { bytesOf, isBytes } from '../core/typedArrays';
import { crc32 } from '../files/crc32';
import { assertBackend } from '../host/backendTraits';
import { type BatchesOptions, type BatchSettings, batchSettings } from './batchesOptions';
import { binarize as toBinary } from './binarize';
import type { Dataset } from './dataset';
import { type ExampleOrder, orderOf } from './exampleOrder';
import { EXTRA_NAMES, gatherExtras, isCoarse } from './extras';
import { gatherLabels } from './gather';
import { hostInputs, residentInputs } from './inputSource';

export type { BatchesOptions };

/** Whether all values lie in a support. */
const isWithin = (x: Dataset['x'], support: Supports, bytes: Dataset['bytes']): boolean => {
  try {
    assertWithin('', '', x, support, { bytes });
    return true;
  } catch {
    return false;
  }
};

/** Refuses values of the examples that are shown, where they lie outside a support. */
const assertShownWithin = (
  where: string,
  { x, bytes, count }: Dataset,
  orders: readonly ExampleOrder[],
  support: Supports,
): void => {
  const size = x.length / count;
  const shown = orders.reduce((sum, { indices }) => sum + indices.length, 0);
  // Where half of them or more are shown, one look at all of them takes a fraction of the time of as many looks.
  if (2 * shown >= count && isWithin(x, support, bytes)) return;
  for (const { indices } of orders)
    for (const n of indices)
      assertWithin(where, 'dataset.x', x, support, { bytes, from: n * size, to: (n + 1) * size });
};

/** What batches depend on, in one line. It looks at every value once. */
const identityOf = ({ dataset, split, batchSize, binarize, seed: noise }: BatchSettings): string => {
  const content = crc32(bytesOf(dataset.x), dataset.y);
  const order = crc32(bytesOf(split.labeled), bytesOf(split.unlabeled));
  const seed = noise.state.key.join('.');
  const counts = dataset.bytes === 'counts' ? ['counts'] : [];
  const extras = EXTRA_NAMES.flatMap((name) => {
    const values = dataset[name];
    return values ? [`${name}:${crc32(bytesOf(values))}`] : [];
  });
  const { labeled, unlabeled } = batchSize;
  return [dataset.name, content, order, seed, labeled, unlabeled, binarize, ...counts, ...extras].join(' ');
};

/**
 * Labeled and unlabeled batches as a pure function of the step: `at(step)` is the same whenever and in whatever
 * order it is asked.
 *
 * The unlabeled examples are reshuffled at every pass, and a pass ends with its last whole batch, so all batches
 * have one shape; what is left over differs from pass to pass, and no example stays out for good. The labeled
 * examples are cycled through: each of their passes is reshuffled, and a batch may reach into the next pass.
 *
 *   unlabeled: e = ⌊step / n⌋, batch step mod n of permutation e, n = ⌊N_u / B_u⌋
 *   labeled:   positions step·B_l … step·B_l + B_l − 1 of permutation 0, permutation 1, …
 *
 * Augmentation is the trainer's (`augment` of `train`); where values are binarized here it sees zeros and ones.
 *
 * An example may be in both parts, or more than once in one; batches then have it that many times. A class may have no
 * labeled example; the model then learns it from unlabeled ones alone (`splitDataset` labels every class).
 * Every mistake is refused here, before any step; only values that the model's likelihood is not a density of are found
 * when training begins, for only then is the model known.
 *
 * @param options data set, split, batch sizes, seed, binarization, steps per epoch
 * @returns a {@link BatchSource}; its tensors belong to the caller: x [B, …shape], y [B, K]; a part of batch size 0 is
 * left out; you dispose a resident one
 * @throws TypeError and RangeError as `createDataset` where the data are none
 * @throws RangeError when both parts are left out, one of them has a batch size but no example, an index is none of the
 * data set, there are fewer unlabeled examples than a batch needs, a value to be binarized is not in [0, 1], or a size
 * is not an integer of at least 0 (steps: 1)
 * @example createBatches({ dataset, split, batchSize: { labeled: 10, unlabeled: 100 }, seed: 1 }).at(0).labeled.y.shape // [10, K]
 */
export function createBatches(options: BatchesOptions): BatchSource {
  const settings = batchSettings(options);
  const { dataset, split, batchSize, seed: noise, binarize, stepsPerEpoch, resident } = settings;
  const labeled = orderOf('labeled', settings);
  const unlabeled = orderOf('unlabeled', settings);
  const orders = [labeled, unlabeled];
  if (binarize !== 'none') assertShownWithin('createBatches', dataset, orders, { min: 0, max: 1 });

  const hasCoarse = labeled.indices.some((index) => isCoarse(dataset, dataset.classes, index));
  const source = resident ? residentInputs(dataset) : hostInputs(dataset);
  const inputs = (part: 'labeled' | 'unlabeled', indices: Int32Array, step: number): Tensor => {
    const x = source.inputs(indices);
    if (binarize === 'none') return x;
    const binary = toBinary(x, binarize, noise.split('binarize').split(part).split(step));
    x.dispose();
    return binary;
  };

  return {
    stepsPerEpoch: stepsPerEpoch ?? (unlabeled.indices.length > 0 ? unlabeled : labeled).steps,
    counts: { labeled: labeled.indices.length, unlabeled: unlabeled.indices.length },
    batchSize: { labeled: batchSize.labeled, unlabeled: batchSize.unlabeled },
    inputShape: dataset.shape,
    ...(isBytes(dataset.x) && { bytes: dataset.bytes ?? 'unit' }),
    ...(dataset.input && { input: dataset.input }),
    classes: dataset.classes,
    ...(dataset.classNames && { classNames: dataset.classNames }),
    ...(dataset.observed && { observed: true }),
    ...(dataset.covariates && {
      covariates: {
        values: dataset.covariates,
        width: dataset.covariates.length / dataset.count,
        examples: orders.map(({ indices }) => indices),
      },
    }),
    split,
    // Read only when a run is written or resumed.
    get identity() {
      return identityOf(settings);
    },
    assertWithin(where, support) {
      // What binarization leaves of any value.
      if (binarize !== 'none') assertWithin(where, 'batches', [0, 1], support);
      else assertShownWithin(where, dataset, orders, support);
    },
    at(step) {
      assertBackend('createBatches');
      assertInteger('createBatches', 'step', step, 0);
      const [shown, hidden] = [labeled.at(step), unlabeled.at(step)];
      return {
        ...(shown.length > 0 && {
          labeled: {
            x: inputs('labeled', shown, step),
            y: gatherLabels(dataset, shown),
            ...gatherExtras(dataset, shown, hasCoarse),
          },
        }),
        ...(hidden.length > 0 && {
          unlabeled: { x: inputs('unlabeled', hidden, step), ...gatherExtras(dataset, hidden, false) },
        }),
      };
    },
    dispose: source.dispose,
  };
}
