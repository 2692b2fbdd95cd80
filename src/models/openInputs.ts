/** Inputs as plain arrays or tensors, checked once and read in batches. */

import { slice, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { assertNotIntegers } from '../core/assert';
import { type ByteMeaning, valuesOfBytes } from '../core/byteValues';
import { describe, formatShape } from '../core/describe';
import { movesOf } from '../core/held';
import { inputsHint } from '../core/hints';
import { assertRead, isRawInput, type RawInputs, rawInWords, readInputs } from '../core/inputs/readers';
import { parseInput } from '../core/inputs/registry';
import { assertNotRgba, rgbaHint } from '../core/pixels';
import { assertShapes, sizeOf } from '../core/shape';
import { assertWithin, FINITE } from '../core/support';
import { arrayKind, inputValues, isBytes } from '../core/typedArrays';
import { isRecord } from '../files/json';
import { assertBackend } from '../host/backendTraits';
import { createRests } from '../host/rests';
import { assertSameReading } from './fits';
import { byteMeaningOf, supportOf } from './inputs';
import type { Model } from './model';

/**
 * N examples: one after another as bytes (value / 255, a canvas's clamped ones too, or counts where the model's likelihood
 * says so), float32 values or numbers as they are, in the range that the model was trained on; or as a float32 tensor
 * [N, …]. A model that was made for rows, vectors, texts or images takes these as well; an array is then one of them.
 * Typed arrays and tensors hold what the data set has in `x`: numbers as `columns` or `vectors` scaled them. Vectors one after
 * another that are not scaled yet are `{ values, width }`.
 */
export type Inputs = Uint8Array | Uint8ClampedArray | Float32Array | readonly number[] | Tensor | RawInputs;

/** Checked inputs: how many examples, and any range of them as a tensor that belongs to the caller. */
export interface OpenedInputs {
  readonly count: number;
  between(from: number, to: number): Tensor;
}

/** The end of the message where a model that reads no raw inputs gets some. */
const rawHint = (value: unknown): string =>
  typeof value === 'string' || (typeof value === 'object' && value !== null)
    ? ': the model reads numbers alone, as it was made without data of columns, vectors, text or images'
    : '';

/** Numbers as float32 values; an entry of another type is refused by its index. */
const toFloats = (where: string, name: string, numbers: readonly unknown[]): Float32Array =>
  Float32Array.from(numbers, (value, i) => {
    if (typeof value !== 'number')
      throw new RangeError(`${where}: ${name}[${i}] is ${describe(value)}, needed a number${rawHint(value)}`);
    return value;
  });

const openTensor = (where: string, name: string, inputs: Tensor, model: Model): OpenedInputs => {
  const { inputShape, input } = model;
  if (isRecord(inputs) && 'x' in inputs && inputs.input !== undefined)
    assertSameReading(where, model, parseInput(where, inputs.input));
  if (!Array.isArray(inputs?.shape) || 'x' in inputs)
    throw new TypeError(
      `${where}: ${name} is ${describe(inputs)}, needed ${input ? `${rawInWords(input)}; or ` : ''}bytes, float32 values, numbers or a tensor${arrayKind(inputs) ? `: Float32Array.from(${name}, Number), divided by 255 where they are bytes` : inputsHint(name, inputs, input !== undefined)}`,
    );
  assertNotIntegers(where, name, inputs);
  if (inputs.shape.length === 0 || formatShape(inputs.shape.slice(1)) !== formatShape(inputShape))
    throw new RangeError(
      `${where}: ${name} is ${describe(inputs)}, needed [N,${inputShape}], or bytes, float32 values or numbers`,
    );
  assertShapes(where, { [name]: [inputs, 'N ...', 'float32'] });
  return { count: inputs.shape[0] as number, between: (from, to) => slice(inputs, from, to - from) };
};

const openValues = (
  where: string,
  name: string,
  values: Uint8Array | Float32Array,
  bytes: ByteMeaning,
  inputShape: readonly number[],
): OpenedInputs => {
  const size = sizeOf(inputShape);
  if (values.length % size !== 0)
    throw new RangeError(
      `${where}: ${name} holds ${values.length} values, needed a multiple of ${size} for inputs ${formatShape(inputShape)}${rgbaHint(values.length, inputShape)}`,
    );
  return {
    count: values.length / size,
    between(from, to) {
      const part = values.subarray(from * size, to * size);
      const floats = isBytes(part) ? valuesOfBytes(part, bytes) : part.slice();
      return tensor(floats, [to - from, ...inputShape], 'float32');
    },
  };
};

/**
 * Inputs of one model as it is at the first batch: a training step meanwhile would mix the results of two models.
 *
 * @throws Error naming the call that was not awaited
 */
const ofOneModel = (where: string, { variables }: Model, { count, between }: OpenedInputs): OpenedInputs => {
  const [first] = Object.values(variables);
  let begun: number | undefined;
  return {
    count,
    between(from, to) {
      const now = first ? movesOf(first) : 0;
      begun ??= now;
      if (now !== begun)
        throw new Error(
          `${where}: the model took a training step meanwhile, needed the same weights for all batches: await ${where}(…) before training goes on`,
        );
      return between(from, to);
    },
  };
};

/**
 * Checks inputs against a model: its input shape, and what its likelihood is a density of. A tensor is read once.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param wereRead whether typed arrays are values of a data set, which says how they were read from raw inputs
 * @throws TypeError when they are not inputs
 * @throws RangeError when they do not divide into examples of the model, a value is outside or not finite, or they show that they
 *   were not read as the data of the model was; later, an Error when the model is trained between two batches
 */
export async function openInputs(
  where: string,
  name: string,
  inputs: Inputs,
  model: Model,
  wereRead = false,
): Promise<OpenedInputs> {
  assertBackend(where);
  const { inputShape, input } = model;
  const isRead = wereRead && arrayKind(inputs) !== undefined;
  const unread = isRead ? undefined : input;
  if (unread !== undefined && isRawInput(unread, inputs)) {
    const { x } = readInputs(where, name, unread, inputs);
    return ofOneModel(where, model, openValues(where, name, x, byteMeaningOf(model), inputShape));
  }
  const support = supportOf(model) ?? FINITE;
  const bytes = byteMeaningOf(model);
  const values = Array.isArray(inputs) ? toFloats(where, name, inputs) : inputValues(inputs);
  if (values !== undefined) {
    const given = inputs as ArrayLike<number>;
    assertNotRgba(where, name, given, inputShape);
    const opened = openValues(where, name, values, bytes, inputShape);
    assertWithin(where, name, isBytes(values) ? values : given, support, { bytes });
    if (unread !== undefined) assertRead(where, name, unread, given);
    return ofOneModel(where, model, opened);
  }
  const opened = openTensor(where, name, inputs as Tensor, model);
  const numbers = await (inputs as Tensor).data();
  assertWithin(where, name, numbers, support);
  if (unread !== undefined) assertRead(where, name, unread, numbers);
  return ofOneModel(where, model, opened);
}

/**
 * Calls `visit` with each batch in order, the last one as short as it comes; gives way to other work between them.
 *
 * @param visit reads `x`, examples `from` to `to`, without freeing it
 */
export async function forEachBatch(
  { count, between }: OpenedInputs,
  batchSize: number,
  visit: (x: Tensor, from: number, to: number) => Promise<void>,
): Promise<void> {
  // Reading a tensor settles at once on some backends, and a page would freeze.
  const rest = createRests();
  for (let from = 0; from < count; from += batchSize) {
    await rest();
    const to = Math.min(from + batchSize, count);
    const x = between(from, to);
    try {
      await visit(x, from, to);
    } finally {
      x.dispose();
    }
  }
}
