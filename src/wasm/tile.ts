import { type KernelConfig, Tile, util } from '@tensorflow/tfjs-core';
import { address, overStock } from './kernels';
import { exportsOf } from './module';

/**
 * Repetition along one axis, whole pieces of memory at a time; the stock kernel, which takes the rest, works out the
 * place of every value.
 *
 * @returns the kernel, around the one registered now
 */
export function tile(): KernelConfig {
  return overStock(Tile, ({ backend, input, attributes }, runStock) => {
    const x = input('x');
    const reps = attributes.reps as number[];
    const repeated = reps.flatMap((times, axis) => (times === 1 ? [] : [axis]));
    const shape = x.shape.map((size, axis) => size * (reps[axis] as number));
    if (x.dtype !== 'float32' || repeated.length !== 1 || util.sizeFromShape(shape) === 0) return runStock();
    const [axis] = repeated as [number];
    const out = backend.makeOutput(shape, 'float32');
    const pieces = util.sizeFromShape(x.shape.slice(0, axis));
    const bytes = 4 * util.sizeFromShape(x.shape.slice(axis));
    exportsOf(backend).tile(address(backend, out), address(backend, x), pieces, bytes, reps[axis] as number);
    return out;
  });
}
