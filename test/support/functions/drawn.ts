/** Arguments as they are drawn: plain values, from which the arguments of a call are made anew for each run. */
import { isDeepStrictEqual } from 'node:util';
import { type DataType, type Tensor, tensor } from '@tensorflow/tfjs-core';

/** A tensor before it is made. */
export class DrawnTensor {
  constructor(
    readonly shape: readonly number[],
    readonly values: readonly (number | string)[],
    readonly dtype: DataType = 'float32',
    readonly disposed = false,
  ) {}

  toString(): string {
    return `${this.disposed ? 'disposed ' : ''}${this.dtype} [${this.shape}] of ${this.values}`;
  }

  make(): Tensor {
    const made = tensor([...this.values] as number[], [...this.shape], this.dtype);
    if (this.disposed) made.dispose();
    return made;
  }
}

/** What is no plain value: a stream, a model, a function. Damage replaces it as a whole. */
export class Opaque {
  constructor(
    readonly make: () => unknown,
    readonly name: string,
  ) {}

  toString(): string {
    return this.name;
  }
}

/** A record or an array that damage may reach into. */
export const isContainer = (value: unknown): value is Record<string, unknown> | unknown[] =>
  Array.isArray(value) ||
  (typeof value === 'object' &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value)));

/** Whether a value is a tensor. */
const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'dataId' in value && 'isDisposed' in value;

/** The arguments of a call, and the tensors among them. */
export interface MadeArguments {
  readonly values: readonly unknown[];
  readonly tensors: readonly Tensor[];
}

/** Makes the arguments of one call. */
export function makeArguments(drawn: readonly unknown[]): MadeArguments {
  const tensors: Tensor[] = [];
  const make = (value: unknown): unknown => {
    if (value instanceof DrawnTensor) {
      const made = value.make();
      tensors.push(made);
      return made;
    }
    if (value instanceof Opaque) return value.make();
    if (Array.isArray(value)) return value.map(make);
    if (isContainer(value))
      return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, make(entry)]));
    return ArrayBuffer.isView(value) && 'slice' in value ? (value as unknown as Uint8Array).slice() : value;
  };
  return { values: drawn.map(make), tensors };
}

/** Whether a call left its arguments as they were made. */
export function isUnchanged(drawn: unknown, made: unknown): boolean {
  if (drawn instanceof Opaque) return true;
  if (drawn instanceof DrawnTensor) {
    const { isDisposed } = made as Tensor;
    if (isDisposed || drawn.disposed || drawn.dtype === 'string') return isDisposed === drawn.disposed;
    const values = Array.from((made as Tensor).dataSync());
    return values.every((value, i) => Object.is(value, toType(drawn.values[i] as number, drawn.dtype)));
  }
  if (!isContainer(drawn)) return isDeepStrictEqual(drawn, made);
  const [before, after] = [Object.entries(drawn), made as Record<string, unknown>];
  return (
    before.length === Object.keys(after).length &&
    before.every(([name, value]) => isUnchanged(value, after[name]))
  );
}

const toType = (value: number, dtype: DataType): number =>
  dtype === 'int32' ? value | 0 : dtype === 'bool' ? (value ? 1 : 0) : Math.fround(value);

/** Every tensor in what a function returned. */
export function tensorsIn(value: unknown): readonly Tensor[] {
  if (isTensor(value)) return [value];
  return isContainer(value) ? Object.values(value).flatMap(tensorsIn) : [];
}
