/** Training batches out of iterators. */
import { assertInteger, recordOf } from '../core/assert';
import { type Batch, type BatchSource, disposeBatch } from '../core/batch';
import { describe } from '../core/describe';
import { covariatesOf, flagsOf, weightsOf } from '../core/extras';
import { assertProbabilities } from '../core/labels';
import { integersFrom, number, optional, readOptions, record, text } from '../core/options';
import { assertWithin, type Supports } from '../core/support';
import {
  assertBatch,
  type BatchIterable,
  ENDED,
  isIterable,
  type Opened,
  open,
  WHERE,
} from './batchIterable';
import { createQueue } from './queue';

/** What an iterator does not tell. */
export interface BatchesFromOptions {
  /** batches in an epoch; a pass that has more is left there, and one that has fewer is an error */
  readonly stepsPerEpoch: number;
  /** examples of either kind in the whole set: the default of α and the weighting `'dataset'` need them */
  readonly counts: BatchSource['counts'];
  /** names data and order, so that a run is resumed only on the same: a version, a checksum; default none */
  readonly identity?: string;
}

/** Batches out of an iterator. */
export interface IteratedBatches extends BatchSource {
  /** whether any step can be asked for: batches come from a function, and not from one iterator alone */
  readonly replayable: boolean;
  /** Leaves the current pass: calls `return` of its iterator and frees a held-back batch. A later step begins the pass again. */
  close(): Promise<void>;
}

type Source = Parameters<typeof batchesFrom>[0];

const PARTS = ['labeled', 'unlabeled'] as const;

/** Refuses a batch with a part of which there are no examples: the loss would leave the part out. */
const assertCounted = (batch: Batch, step: number, counts: BatchSource['counts']): void => {
  for (const part of PARTS)
    if (batch[part] !== undefined && counts[part] === 0)
      throw new RangeError(
        `${WHERE}: batch ${step} has a part ${part} and counts.${part} is 0, needed the number of ${part} examples in the whole set`,
      );
};

/** Refuses inputs outside a support, and labels that are not probabilities. */
const assertValues = async (
  where: string,
  { labeled, unlabeled }: Batch,
  step: number,
  support: Supports,
): Promise<void> => {
  for (const [name, x] of Object.entries({ 'labeled.x': labeled?.x, 'unlabeled.x': unlabeled?.x }))
    if (x) assertWithin(where, `batch ${step}.${name}`, await x.data(), support);
  for (const [part, extras] of Object.entries({ labeled, unlabeled })) {
    const place = { where, prefix: `batch ${step}.${part}.` };
    const { weight, covariates, observed } = extras ?? {};
    if (weight) weightsOf(place, await weight.data(), weight.size);
    if (covariates) covariatesOf(place, await covariates.data(), covariates.shape[0] as number);
    if (observed) flagsOf(place, 'observed', await observed.data());
  }
  if (!labeled) return;
  const { y, allowed } = labeled;
  const classes = y.shape[1] as number;
  const labels = await y.data();
  assertProbabilities(where, `batch ${step}.labeled.y`, labels, classes);
  if (allowed) assertSets(where, `batch ${step}.labeled`, await allowed.data(), labels, classes);
};

/** Refuses sets without a class, and labels that are not uniform over their set. */
const assertSets = (
  where: string,
  name: string,
  allowed: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): void => {
  flagsOf({ where, prefix: `${name}.` }, 'allowed', allowed);
  for (let from = 0; from < allowed.length; from += classes) {
    const places = Array.from({ length: classes }, (_, k) => from + k);
    const size = places.filter((i) => allowed[i] === 1).length;
    const row = from / classes;
    if (size === 0)
      throw new RangeError(`${where}: ${name}.allowed[${row}] holds no class, needed at least one`);
    for (const i of places)
      if (Math.abs((labels[i] as number) - (allowed[i] as number) / size) > 1e-4)
        throw new RangeError(
          `${where}: ${name}.y[${row}] has ${labels[i]} at class ${i - from}, needed ${(allowed[i] as number) / size}: y is uniform over the classes of ${name}.allowed[${row}]`,
        );
  }
};

/** Refuses a pass without a part of which there are examples: the weights of the loss would count them. */
const assertShown = (
  shown: ReadonlySet<string>,
  pass: number,
  { stepsPerEpoch, counts }: BatchesFromOptions,
): void => {
  for (const part of PARTS)
    if (counts[part] > 0 && !shown.has(part))
      throw new RangeError(
        `${WHERE}: no batch of pass ${pass} has a part ${part} and counts.${part} is ${counts[part]}, needed it in at least one of ${stepsPerEpoch} batches, or counts.${part}: 0`,
      );
};

/** Refuses a batch whose parts do not fit the counts; `shown` are those of its pass, which it adds to. */
const assertParts = (batch: Batch, step: number, shown: Set<string>, options: BatchesFromOptions): void => {
  const { stepsPerEpoch, counts } = options;
  assertCounted(batch, step, counts);
  if (step % stepsPerEpoch === 0) shown.clear();
  for (const part of PARTS) if (batch[part] !== undefined) shown.add(part);
  if ((step + 1) % stepsPerEpoch === 0) assertShown(shown, Math.floor(step / stepsPerEpoch), options);
};

/** What is thrown where a source ends before the batch of a step. */
const endedEarly = (replayable: boolean, step: number, stepsPerEpoch: number): RangeError =>
  new RangeError(
    replayable
      ? `${WHERE}: pass ${Math.floor(step / stepsPerEpoch)} ended after ${step % stepsPerEpoch} batches, needed stepsPerEpoch, ${stepsPerEpoch}`
      : `${WHERE}: the iterator ended after ${step} batches, needed one for each step, or a function that begins anew`,
  );

/** The position in a source: its pass, its iterator and the step that comes next. One call at a time. */
const createReader = (source: Source, options: BatchesFromOptions) => {
  const { stepsPerEpoch } = options;
  // Parts that the pass has had so far.
  const shown = new Set<string>();
  const replayable = typeof source === 'function';
  let iterator: Opened | undefined;
  // The step that comes next, and its batch where a bare iterator has given it to be looked at.
  let next = 0;
  let held: Batch | undefined;

  const close = async (): Promise<void> => {
    const left = iterator;
    iterator = replayable ? undefined : ENDED;
    disposeBatch(held);
    held = undefined;
    await left?.return?.();
  };

  const fetch = async (): Promise<Batch> => {
    const pass = Math.floor(next / stepsPerEpoch);
    iterator ??= await open(typeof source === 'function' ? await source(pass) : source);
    const { value, done } = recordOf(WHERE, await iterator.next(), 'what next() gives');
    if (done) {
      // What a generator returns.
      disposeBatch(value);
      throw endedEarly(replayable, next, stepsPerEpoch);
    }
    try {
      assertBatch(value, next);
      assertParts(value, next, shown, options);
    } catch (error) {
      disposeBatch(value);
      throw error;
    }
    return value;
  };

  const take = async (step: number): Promise<Batch> => {
    if (!replayable && step !== next) {
      throw new RangeError(
        `${WHERE}: step ${step} is asked for and ${next} is next, needed steps in order: a bare iterator cannot be replayed or resumed, a function that makes one can`,
      );
    }
    const pass = Math.floor(step / stepsPerEpoch);
    if (replayable && (iterator === undefined || next > step || Math.floor(next / stepsPerEpoch) !== pass)) {
      await close();
      next = pass * stepsPerEpoch;
    }
    for (; next < step; next++) disposeBatch(await fetch());
    const batch = held ?? (await fetch());
    held = undefined;
    next++;
    if (!replayable || next % stepsPerEpoch !== 0) return batch;
    // The pass is over, whatever is left of it: an iterator that holds a file can let it go.
    try {
      await close();
    } catch (error) {
      disposeBatch(batch);
      throw error;
    }
    return batch;
  };

  /** Checks the values of one batch: the first, or the next of a bare iterator, which would lose it and so holds it back. */
  const look = async (where: string, support: Supports): Promise<void> => {
    const step = replayable ? 0 : next;
    const batch = replayable ? await take(step) : (held ?? (await fetch()));
    if (!replayable) held = batch;
    let fits = false;
    try {
      await assertValues(where, batch, step, support);
      fits = true;
    } finally {
      if (replayable) disposeBatch(batch);
      if (replayable || !fits) await close();
    }
  };

  return { replayable, close, take, look };
};

/**
 * Batches out of iterators: generators, streams, `tf.data` datasets (which are recognized by their `iterator()`).
 *
 * `source` is best a function of the pass (0, 1, 2, …) that begins it anew: each epoch takes `stepsPerEpoch` batches of
 * a pass, so step s is batch s mod stepsPerEpoch of pass ⌊s / stepsPerEpoch⌋. A step ahead is reached by skipping, one
 * that lies back by beginning its pass again. A run is then resumed exactly where each pass gives the same batches
 * whenever it is begun: draw its order from its number. (`shuffle` of `tf.data` reshuffles an existing dataset by how
 * often it was begun; make the dataset in the function, with a seed made of the pass.)
 *
 * A bare iterator is gone through once, across epochs: its steps come in order, and no run can be resumed on it.
 *
 * Tensors are handed over. They belong to the caller of `at` (the trainer frees them); those of skipped,
 * faulty and held-back batches are freed here. So yield a clone of a tensor that you keep. Where the iterator throws, the
 * error passes through, nothing is kept, and the step can be asked for again.
 *
 * Every batch is checked for its parts, their shapes and types; values, of inputs and labels, are checked in one batch alone, the first or of a
 * bare iterator the next, when training begins: reading every one back from a device would cost more than it finds.
 *
 * @param source function of the pass that gives an iterable of {@link Batch}, or a single iterable
 * @param options steps per epoch, counts, identity
 * @returns a {@link BatchSource} for `train`
 * @throws TypeError when `source` is neither a function nor iterable; on `at`, when what it gives is not a batch
 * @throws RangeError when a number is not an integer in its range; on `at`, when a pass ends early, or a bare iterator is asked
 * for a step that is not its next
 * @example batchesFrom((pass) => tf.data.zip({ labeled, unlabeled: pool.shuffle(1000, `pass ${pass}`) }), { stepsPerEpoch: 100, counts })
 */
export function batchesFrom(
  source: BatchIterable | ((pass: number) => BatchIterable | Promise<BatchIterable>),
  options: BatchesFromOptions,
): IteratedBatches {
  const { stepsPerEpoch, counts, identity } = readOptions(WHERE, options, {
    stepsPerEpoch: number(integersFrom(1)),
    counts: record({ labeled: number(integersFrom(0)), unlabeled: number(integersFrom(0)) }),
    identity: optional(text()),
  });
  if (typeof source !== 'function' && !isIterable(source))
    throw new TypeError(
      `${WHERE}: source is ${describe(source)}, needed a function of the pass that gives an iterable, or an iterable`,
    );
  const { replayable, close, take, look } = createReader(source, { stepsPerEpoch, counts });
  const inTurn = createQueue();

  /** A fault ends the pass. It is the error that is thrown, even if closing the iterator fails after it. */
  const orClose = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (replayable) await close().catch(() => undefined);
      throw error;
    }
  };

  return {
    stepsPerEpoch,
    counts,
    replayable,
    ...(identity !== undefined && { identity }),
    assertWithin: (where, support) => inTurn(() => orClose(look(where, support))),
    at(step) {
      assertInteger(WHERE, 'step', step, 0);
      return inTurn(() => orClose(take(step)));
    },
    close: () => inTurn(close),
  };
}
