/** Variables to and from files: shared by saved models and checkpoints. */
import { type Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { describe, formatShape } from '../core/describe';
import { sameShape } from '../core/shape';
import { isFloats } from '../core/typedArrays';
import { own } from '../files/json';
import type { StoredArray } from '../files/safetensors';

/**
 * Values of tensors, by name.
 *
 * @param tensors float32 tensors, left as they are
 * @throws RangeError naming the first that is disposed, as when a callback of training frees the model
 */
export async function readTensors(
  tensors: Readonly<Record<string, Tensor>>,
): Promise<Record<string, StoredArray>> {
  const entries = Object.entries(tensors);
  for (const [name, { isDisposed }] of entries)
    if (isDisposed) throw new RangeError(`train: ${describe(name)} is disposed, needed a living tensor`);
  const values = await Promise.all(entries.map(([, source]) => source.data()));
  return Object.fromEntries(
    entries.map(([name, { shape }], i) => [
      name,
      { shape: [...shape], data: Float32Array.from(values[i] as ArrayLike<number>) },
    ]),
  );
}

/**
 * Accepts arrays of float32 values only: the bytes of a float, read as an integer, would give a wrong number.
 *
 * @throws RangeError naming the array
 */
export function assertFloats(where: string, name: string, { data }: StoredArray): void {
  if (!isFloats(data))
    throw new RangeError(`${where}: ${name} is ${describe(data)} in the file, needed Float32Array`);
}

/**
 * Refuses stored values that are not those of the variables.
 *
 * @param where name of the reader, for messages
 * @param variables by name
 * @param arrays by the same names
 * @throws RangeError naming the first variable that differs
 */
export function assertStored(
  where: string,
  variables: Readonly<Record<string, Variable>>,
  arrays: Readonly<Record<string, StoredArray>>,
): void {
  for (const [name, { shape }] of Object.entries(variables)) {
    const stored = own(arrays, name);
    if (stored === undefined)
      throw new RangeError(
        `${where}: the file has no variable ${describe(name)}, needed ${formatShape(shape)}`,
      );
    if (!sameShape(stored.shape, shape))
      throw new RangeError(
        `${where}: variable ${describe(name)} is ${formatShape(stored.shape)} in the file, needed ${formatShape(shape)}`,
      );
    assertFloats(where, `variable ${describe(name)}`, stored);
  }
  const extra = Object.keys(arrays).find((name) => !Object.hasOwn(variables, name));
  if (extra !== undefined)
    throw new RangeError(`${where}: the file has a variable ${describe(extra)} that the model lacks`);
}

/** A stored array as a float32 tensor. */
export const toTensor = ({ shape, data }: StoredArray): Tensor =>
  tensor(isFloats(data) ? data : Float32Array.from(data), [...shape], 'float32');

/**
 * Puts stored values into variables.
 *
 * @param where name of the reader, for messages
 * @param variables by name
 * @param arrays by the same names
 * @throws RangeError naming the first variable that differs, before any is changed
 */
export function assignVariables(
  where: string,
  variables: Readonly<Record<string, Variable>>,
  arrays: Readonly<Record<string, StoredArray>>,
): void {
  assertStored(where, variables, arrays);
  tidy(() => {
    for (const [name, variable] of Object.entries(variables))
      variable.assign(toTensor(own(arrays, name) as StoredArray));
  });
}
