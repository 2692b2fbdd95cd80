/** Numbers of tensors, read without blocking (WebGPU has no synchronous reads). */
import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect } from 'vitest';
import { ofValue } from './tolerance';

/** A number, or rows of them. */
export type Nested = number | readonly Nested[];

/** The numbers of a tensor, flat; the tensor is disposed. */
export async function read(tensor: Tensor): Promise<number[]> {
  const values = Array.from(await tensor.data());
  tensor.dispose();
  return values;
}

/** The numbers of a matrix, by row; the tensor is disposed. */
export async function readRows(tensor: Tensor): Promise<number[][]> {
  const width = tensor.shape.at(-1) ?? 1;
  const values = await read(tensor);
  return Array.from({ length: values.length / width }, (_, b) => values.slice(b * width, (b + 1) * width));
}

const flatten = (values: Nested): number[] =>
  typeof values === 'number' ? [values] : values.flatMap(flatten);

const shapeOf = (values: Nested): number[] =>
  typeof values === 'number' ? [] : [values.length, ...(values[0] === undefined ? [] : shapeOf(values[0]))];

/** Fails unless each number is within `tolerance` of the expected one, relative to the larger of 1 and it. */
export function expectClose(
  actual: readonly number[],
  expected: readonly number[],
  tolerance = ofValue(),
): void {
  expect(actual.length).toBe(expected.length);
  const strays = expected.flatMap((e, i) => {
    const a = actual[i] as number;
    return Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e)) ? [] : [`[${i}]: ${a}, expected ${e}`];
  });
  expect(strays, `beyond a tolerance of ${tolerance}`).toEqual([]);
}

/** Fails unless the numbers of an array are those expected to `tolerance` of the largest of them, and of 1. */
export function expectNear(
  actual: readonly number[],
  expected: readonly number[],
  what: string,
  tolerance = 1e-5,
): void {
  expect(actual.length, what).toBe(expected.length);
  const scale = expected.reduce((most, e) => Math.max(most, Math.abs(e)), 1);
  const off = expected.reduce((most, e, i) => Math.max(most, Math.abs((actual[i] as number) - e)), 0);
  expect(off / scale, what).toBeLessThanOrEqual(tolerance);
}

/** The same for a tensor, whose shape must be that of the expected rows; the tensor is disposed. */
export async function expectTensor(actual: Tensor, expected: Nested, tolerance = ofValue()): Promise<void> {
  expect(actual.shape).toEqual(shapeOf(expected));
  expectClose(await read(actual), flatten(expected), tolerance);
}

/** Frees, after each test of a file, every tensor that the test made. Variables stay. */
export function cleanUpAfterEach(): void {
  beforeEach(() => engine().startScope('test'));
  afterEach(() => engine().endScope());
}
