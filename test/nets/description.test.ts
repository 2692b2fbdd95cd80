import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createM2 } from '../../src/models/m2/model';
import { type M2Preset, presetValues } from '../../src/models/m2/nets';

const width = fc.integer({ min: 1, max: 5 });
const common = { norm: fc.constantFrom('batch', 'layer', 'none'), sharedTrunk: fc.boolean() };

const presets: fc.Arbitrary<M2Preset> = fc.oneof(
  fc.record({
    preset: fc.constant('mlp' as const),
    widths: fc.array(width, { minLength: 1, maxLength: 3 }),
    ...common,
  }),
  fc.record({
    preset: fc.constant('conv' as const),
    filters: fc.array(width, { minLength: 1, maxLength: 2 }),
    depth: fc.integer({ min: 1, max: 3 }),
    width,
    ...common,
  }),
);

test('the values of a preset are known before it is built, to the last one', () => {
  const drawn = fc.record({
    nets: presets,
    inputShape: fc.constantFrom([4, 8, 1], [4, 4, 3]),
    classes: fc.integer({ min: 2, max: 4 }),
    latent: width,
    encoderSeesLabel: fc.boolean(),
  });
  fc.assert(
    fc.property(drawn, ({ nets, ...shape }) => {
      const model = createM2({ nets, ...shape });
      const built = Object.values(model.variables).map(({ size }) => size);
      model.dispose();
      const known = presetValues('createM2', { ...shape, outputShape: shape.inputShape }, nets);
      const total = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);
      expect(total(known)).toBe(total(built));
      expect(known.length).toBeLessThan(built.length);
    }),
    { numRuns: 60, seed: 20250101 },
  );
});

test.each([
  ['latent', { latent: 2 ** 40 }],
  ['widths', { nets: { preset: 'mlp', widths: [2 ** 20, 2 ** 20] } }],
  ['filters', { nets: { preset: 'conv', filters: [2 ** 30] } }],
  ['an input', { inputShape: [2 ** 16, 2 ** 16, 1] }],
] as const)('%s that nothing could hold are refused before anything is made', (_, options) => {
  expect(() => createM2({ inputShape: [8, 8, 1], classes: 3, ...options } as never)).toThrow(
    /^createM2: the size of the nets is \d+(\.\d+e\+\d+)?, needed at most 2147483647 values$/,
  );
});
