import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sizeOf } from '../../../src/core/shape';
import { type Places, repeatedPlaces } from '../../../src/host/gpu/webgpu/places';

const placeIn = (places: Places, place: number): number =>
  places?.reduce((sum, { stride, size, step }) => sum + (Math.floor(place / stride) % size) * step, 0) ??
  place;

/** By coordinates, modulo the sizes of the input. */
const byCoordinates = (input: readonly number[], output: readonly number[], place: number): number => {
  let rest = place;
  let at = 0;
  let stride = 1;
  for (let i = output.length - 1; i >= 0; i--) {
    const size = input[i - (output.length - input.length)] ?? 1;
    at += ((rest % (output[i] as number)) % size) * stride;
    rest = Math.floor(rest / (output[i] as number));
    stride *= size;
  }
  return at;
};

it('reads an input at the place that its coordinates have, repeated along any axes', () => {
  const axis = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }));
  fc.assert(
    fc.property(fc.array(axis, { maxLength: 5 }), fc.nat(2), (axes, fewer) => {
      const output = axes.map(([size, times]) => size * times);
      // Axes in front may be missing, which is as if they were of size 1.
      const input = axes.map(([size]) => size).slice(Math.min(fewer, axes.length));
      const places = repeatedPlaces(input, output);
      for (let place = 0; place < sizeOf(output); place++)
        expect(placeIn(places, place)).toBe(byCoordinates(input, output, place));
    }),
  );
});

it('reads axes that lie side by side as one', () => {
  expect(repeatedPlaces([3, 4], [5, 3, 4])).toEqual([{ stride: 1, size: 12, step: 1 }]);
  expect(repeatedPlaces([5, 1, 1], [5, 3, 4])).toEqual([{ stride: 12, size: 5, step: 1 }]);
  expect(repeatedPlaces([], [5, 3])).toEqual([]);
  expect(repeatedPlaces([3, 1], [3, 1])).toBeUndefined();
});
