/** What gives batches one after another, and what it may give. */
import { assertNotIntegers } from '../core/assert';
import { assertParts, type Batch, shapesOfExtras, tensorsOf } from '../core/batch';
import { describe, oneLine } from '../core/describe';
import { assertShapes } from '../core/shape';

/** What gives batches one after another: an iterable, an async one, or a `tf.data` dataset. */
export type BatchIterable =
  | Iterable<Batch>
  | AsyncIterable<Batch>
  | {
      /** makes an iterator, as `tf.data.Dataset` does */
      iterator(): Promise<BatchIterator>;
    };

/** The iterator of a `tf.data` dataset. */
export interface BatchIterator {
  /** the next batch, or that there is none */
  next(): Promise<IteratorResult<Batch>>;
}

/** What the three kinds have in common. */
export interface Opened {
  next(): Promise<IteratorResult<Batch>> | IteratorResult<Batch>;
  return?(): unknown;
}

/** An iterator that is over. */
export const ENDED: Opened = { next: () => ({ done: true, value: undefined }) };

/** Name of the function, for messages. */
export const WHERE = 'batchesFrom';

/** Whether a value gives values one after another. */
export const isIterable = (source: unknown): source is BatchIterable =>
  typeof source === 'object' &&
  source !== null &&
  (Symbol.asyncIterator in source ||
    Symbol.iterator in source ||
    ('iterator' in source && typeof source.iterator === 'function'));

/** Begins a pass. */
export const open = async (source: BatchIterable): Promise<Opened> => {
  if (!isIterable(source))
    throw new TypeError(
      `${WHERE}: source gives ${describe(source)}, needed an iterable or a tf.data dataset`,
    );
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
  if (Symbol.iterator in source) return source[Symbol.iterator]();
  return source.iterator();
};

/** Names of a record's entries, the first of many. */
const namesOf = (record: object): string => oneLine(Object.keys(record).slice(0, 20).join(', '));

/** Refuses anything but a batch; the message says at which step. */
export const assertBatch = (batch: Batch, step: number): void => {
  const at = `batch ${step}`;
  const { labeled, unlabeled } = batch ?? {};
  if (!labeled && !unlabeled) {
    const came = describe(batch);
    throw new TypeError(
      `${WHERE}: ${at} is ${came === 'Object' ? `{ ${namesOf(batch)} }` : came}, needed { labeled: { x, y }, unlabeled: { x } } or either part`,
    );
  }
  assertParts(WHERE, at, batch);
  if (tensorsOf(batch).some(([, tensor]) => (tensor as Partial<typeof tensor> | null)?.isDisposed))
    throw new RangeError(
      `${WHERE}: ${at} holds a disposed tensor, needed one of its own: yield a clone of what you keep`,
    );
  if (labeled) {
    assertNotIntegers(WHERE, `${at}.labeled.x`, labeled.x);
    assertShapes(WHERE, {
      [`${at}.labeled.x`]: [labeled.x, 'B ...', 'float32'],
      [`${at}.labeled.y`]: [labeled.y, 'B K'],
    });
  }
  if (unlabeled) {
    assertNotIntegers(WHERE, `${at}.unlabeled.x`, unlabeled.x);
    assertShapes(WHERE, { [`${at}.unlabeled.x`]: [unlabeled.x, 'B ...', 'float32'] });
  }
  assertShapes(WHERE, shapesOfExtras(at, batch, labeled?.y.shape[1]));
};
