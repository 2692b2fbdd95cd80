/** Variables to and from files: shared by saved models and checkpoints. */
import { type Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { StoredArray } from '../core/safetensors';
import { describe, formatShape } from '../core/shape';

/**
 * Values of tensors, by name.
 *
 * @param tensors float32 tensors, left as they are
 */
export async function readTensors(
  tensors: Readonly<Record<string, Tensor>>,
): Promise<Record<string, StoredArray>> {
  const entries = Object.entries(tensors);
  const values = await Promise.all(entries.map(([, source]) => source.data()));
  return Object.fromEntries(
    entries.map(([name, { shape }], i) => [
      name,
      { shape: [...shape], data: Float32Array.from(values[i] as ArrayLike<number>) },
    ]),
  );
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
    const stored = arrays[name];
    if (stored === undefined)
      throw new RangeError(`${where}: the file has no variable "${name}", needed ${formatShape(shape)}`);
    if (formatShape(stored.shape) !== formatShape(shape)) {
      throw new RangeError(
        `${where}: variable "${name}" is ${formatShape(stored.shape)} in the file, needed ${formatShape(shape)}`,
      );
    }
  }
  const extra = Object.keys(arrays).find((name) => variables[name] === undefined);
  if (extra !== undefined)
    throw new RangeError(`${where}: the file has a variable ${describe(extra)} that the model lacks`);
}

/** A stored array as a float32 tensor. */
export const toTensor = ({ shape, data }: StoredArray): Tensor =>
  tensor(data instanceof Float32Array ? data : Float32Array.from(data), [...shape], 'float32');

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
    for (const [name, stored] of Object.entries(arrays)) variables[name]?.assign(toTensor(stored));
  });
}
