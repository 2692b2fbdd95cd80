import { broadcast_util, type KernelConfig, util } from '@tensorflow/tfjs-core';
import { groupAxes } from './axes';
import type { BINARY } from './exports';
import { address, overStock } from './kernels';
import { exportsOf } from './module';

/** One axis of the result, and by how many values each operand moves along it; 0 where it is repeated. */
interface Loop {
  readonly size: number;
  readonly a: number;
  readonly b: number;
}

const NONE: Loop = { size: 1, a: 0, b: 0 };

/** Loops over the result, the innermost first. */
function loopsOf(a: readonly number[], b: readonly number[], out: readonly number[]): readonly Loop[] {
  const has = (shape: readonly number[], axis: number): boolean =>
    (shape[axis - out.length + shape.length] ?? 1) !== 1;
  const groups = groupAxes(
    out,
    (axis) => ({ inA: has(a, axis), inB: has(b, axis) }),
    (p, q) => p.inA === q.inA && p.inB === q.inB,
  );
  let [nextOfA, nextOfB] = [1, 1];
  return groups.reverse().map(({ size, kind: { inA, inB } }) => {
    const loop = { size, a: inA ? nextOfA : 0, b: inB ? nextOfB : 0 };
    if (inA) nextOfA *= size;
    if (inB) nextOfB *= size;
    return loop;
  });
}

/**
 * A function of two tensors with broadcasting, four values at a time. Other types than float32, and operands repeated
 * along more than three groups of axes, go to the stock kernel.
 *
 * @returns the kernel, around the one registered now
 */
export function binary(kernelName: string, name: (typeof BINARY)[number]): KernelConfig {
  return overStock(kernelName, ({ backend, input }, runStock) => {
    const [a, b] = [input('a'), input('b')];
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return runStock();
    const shape = broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const loops = loopsOf(a.shape, b.shape, shape);
    if (loops.length > 3) return runStock();
    const out = backend.makeOutput(shape, 'float32');
    if (util.sizeFromShape(shape) === 0) return out;
    const [inner = NONE, middle = NONE, outer = NONE] = loops;
    exportsOf(backend)[name](
      address(backend, out),
      outer.size,
      middle.size,
      inner.size,
      address(backend, a),
      4 * outer.a,
      4 * middle.a,
      inner.a,
      address(backend, b),
      4 * outer.b,
      4 * middle.b,
      inner.b,
    );
    return out;
  });
}
