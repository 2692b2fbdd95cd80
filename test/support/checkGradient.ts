/** Gradients against central differences, and what a function leaves behind. */
import { add, grads, memory, mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { read } from './numbers';
import { ofDifference, ofRounding } from './tolerance';

/** A function of tensors. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor;

/** How a gradient is checked. */
export interface CheckGradientOptions {
  /** of the random upstream and directions */
  readonly seed?: number;
  /** h of the central difference: below 1e-3 float32 rounding drowns it, above 1e-2 its truncation shows */
  readonly step?: number;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((total, value, i) => total + value * (b[i] as number), 0);

const dotOfMagnitudes = (a: readonly number[], b: readonly number[]): number =>
  dot(a.map(Math.abs), b.map(Math.abs));

/**
 * Compares, for a random upstream u and a random direction v in one input at a time,
 *
 *   ⟨∇ ⟨u, f(x)⟩, v⟩   with   ⟨u, f(x + h·v) − f(x − h·v)⟩ / 2h
 *
 * the inner products being taken in float64. Inputs are not disposed.
 */
export async function checkGradient(
  f: TensorFunction,
  inputs: readonly Tensor[],
  { seed = 1, step = 5e-3 }: CheckGradientOptions = {},
): Promise<void> {
  const noise = createNoise(seed).split('gradient check');
  const value = f(...inputs);
  const upstream = noise.normal(value.shape);
  const gradients = grads(f)([...inputs], upstream);
  const [u, y] = [await read(upstream), await read(value)];
  for (const [i, input] of inputs.entries()) {
    const direction = noise.normal(input.shape);
    const shift = mul(direction, step);
    const at = (moved: Tensor): Tensor => f(...inputs.map((other, j) => (j === i ? moved : other)));
    const [above, below] = [await read(at(add(input, shift))), await read(at(sub(input, shift)))];
    const v = await read(direction);
    const gradient = await read(gradients[i] as Tensor);
    const change = above.map((a, k) => a - (below[k] as number));
    const numeric = dot(u, change) / (2 * step);
    const allowed =
      ofDifference() * dotOfMagnitudes(gradient, v) +
      (ofRounding() *
        dotOfMagnitudes(
          u,
          y.map((a) => Math.abs(a) + 1),
        )) /
        step;
    expect(
      Math.abs(dot(gradient, v) - numeric),
      `derivative along input ${i}: ${dot(gradient, v)}, by differences ${numeric}`,
    ).toBeLessThanOrEqual(allowed);
    shift.dispose();
  }
}

/** Fails unless f leaves `leaves` tensors, and its gradient one for each input. Inputs are not disposed. */
export function expectNoLeak(
  f: TensorFunction,
  inputs: readonly Tensor[],
  leaves = 1,
  differentiable = true,
): void {
  const before = memory().numTensors;
  f(...inputs);
  expect(memory().numTensors - before, 'tensors left by the value').toBe(leaves);
  if (!differentiable) return;
  const upstream = f(...inputs);
  const held = memory().numTensors;
  grads(f)([...inputs], upstream);
  expect(memory().numTensors - held, 'tensors left by the gradient').toBe(inputs.length);
}
