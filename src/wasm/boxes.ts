import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { type KernelConfig, PadV2, Slice, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { address, overStock } from './kernels';
import { exportsOf } from './module';

/** One axis of an array, and the part of it that a box takes. */
interface Side {
  readonly whole: number;
  readonly begin: number;
  readonly size: number;
}

/** Loops of the box and the run of values that ends it. */
const LOOPS = 3;
const NUMBER = Float32Array.BYTES_PER_ELEMENT;

/** The sides of a box, those it takes whole counted with the axis before. */
function sidesOf(
  shape: readonly number[],
  begin: readonly number[],
  size: readonly number[],
): readonly Side[] {
  const sides: Side[] = [];
  for (const [axis, whole] of shape.entries()) {
    const side = { whole, begin: begin[axis] as number, size: size[axis] as number };
    const last = sides.at(-1);
    if (last === undefined || side.size !== whole) sides.push(side);
    else {
      const { whole: w, begin: b, size: s } = last;
      sides[sides.length - 1] = { whole: w * whole, begin: b * whole, size: s * whole };
    }
  }
  while (sides.length < LOOPS + 1) sides.unshift({ whole: 1, begin: 0, size: 1 });
  return sides;
}

/** Copies a box: out of an array, where it is dense afterwards, or back into one. */
function copyBox(
  backend: BackendWasm,
  array: TensorInfo,
  dense: TensorInfo,
  sides: readonly Side[],
  into: 'array' | 'dense',
): void {
  const sizes = sides.map(({ size }) => size) as [number, number, number, number];
  const strides = (of: readonly number[]): number[] =>
    of.map((_, axis) => NUMBER * util.sizeFromShape(of.slice(axis + 1)));
  const inArray = strides(sides.map(({ whole }) => whole));
  const start = sides.reduce((sum, { begin }, axis) => sum + begin * (inArray[axis] as number), 0);
  const ends = [
    [address(backend, array) + start, ...inArray.slice(0, LOOPS)],
    [address(backend, dense), ...strides(sizes).slice(0, LOOPS)],
  ] as [[number, number, number, number], [number, number, number, number]];
  const [to, from] = into === 'array' ? ends : [ends[1], ends[0]];
  const [outer, middle, inner, values] = sizes;
  exportsOf(backend).copyBox(...to, ...from, outer, middle, inner, values * NUMBER);
}

/**
 * Part of a tensor, in runs as long as they can be. Other types than float32, and more than four axes that are cut, go
 * to the stock kernel.
 *
 * @returns the kernel, around the one registered now
 */
export function slice(): KernelConfig {
  return overStock(Slice, ({ backend, input, attributes }, runStock) => {
    const x = input('x');
    if (x.dtype !== 'float32') return runStock();
    // The engine's type asks for a tensor, of which this reads the shape.
    const [begin = [], size = []] = slice_util.parseSliceParams(
      x as never,
      attributes.begin as number[],
      attributes.size as number[],
    );
    const sides = sidesOf(x.shape, begin, size);
    if (sides.length > LOOPS + 1) return runStock();
    slice_util.assertParamsValid(x as never, begin, size);
    const out = backend.makeOutput(size, 'float32');
    copyBox(backend, x, out, sides, 'dense');
    return out;
  });
}

/**
 * A tensor with a border. Other types than float32, and more than four padded axes, go to the stock kernel.
 *
 * @returns the kernel, around the one registered now
 */
export function pad(): KernelConfig {
  return overStock(PadV2, ({ backend, input, attributes }, runStock) => {
    const x = input('x');
    const paddings = attributes.paddings as [number, number][];
    const shape = x.shape.map((size, axis) => size + util.sum(paddings[axis] ?? []));
    const before = paddings.map(([zeros]) => zeros);
    const sides = sidesOf(shape, before, x.shape);
    const negative = paddings.flat().some((zeros) => zeros < 0);
    if (x.dtype !== 'float32' || sides.length > LOOPS + 1 || negative) return runStock();
    const out = backend.makeOutput(shape, 'float32');
    const constant = (attributes.constantValue as number | undefined) ?? 0;
    exportsOf(backend).fill(address(backend, out), util.sizeFromShape(shape), constant);
    copyBox(backend, out, x, sides, 'array');
    return out;
  });
}
