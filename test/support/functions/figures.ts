/** Figures. */
import fc from 'fast-check';
import { sizeOf } from '../../../src/core/shape';
import { figures as f } from '../../../src/index';
import { CLASSES, SHAPE } from '../tiny';
import { models, optional, seeds, shares } from './arbitraries';
import { type Descriptions, described } from './description';
import { Opaque } from './drawn';
import { isJson, must } from './promises';

const isGrid = ({ width, height, channels, pixels }: f.PixelGrid): void =>
  must(pixels.length === width * height * channels && pixels.length > 0, 'height × width × channels bytes');

const share = fc.double({ min: 0, max: 1, noNaN: true });
const title = fc.constantFrom('a title', 'another');
const padding = fc.nat(3);
const inputs = shares([3, ...SHAPE]);
const labels = fc.array(fc.nat(CLASSES - 1), { minLength: 3, maxLength: 3 });

const bins = fc.array(
  fc.record({
    from: share,
    to: share,
    confidence: share,
    accuracy: share,
    count: fc.integer({ min: 1, max: 99 }),
  }),
  { minLength: 1, maxLength: 4 },
);

const rows = fc.array(fc.record({ epoch: fc.nat(5), loss: share }), { minLength: 1, maxLength: 5 });

const loss = fc.constant(
  new Opaque(() => (row: { readonly loss: number }) => row?.loss, 'the loss of a row'),
);

export const figures: Descriptions = {
  'figures.imageGrid': described(
    f.imageGrid,
    fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom([2, 2], [2, 3, 1], [1, 2, 3]))
      .chain(([count, shape]) => {
        const length = count * sizeOf(shape);
        return fc.tuple(
          fc.oneof(
            fc.uint8Array({ minLength: length, maxLength: length }),
            fc.float32Array({ minLength: length, maxLength: length, noNaN: true }),
          ),
          fc.record(
            {
              shape: fc.constant(shape),
              columns: fc.integer({ min: 1, max: 4 }),
              padding,
              background: fc.nat(255),
            },
            { requiredKeys: ['shape'] },
          ),
        );
      }) as never,
    { always: isGrid },
  ),
  'figures.classSamples': described(
    f.classSamples,
    fc.tuple(
      models,
      fc.record(
        { perClass: fc.integer({ min: 1, max: 2 }), seed: seeds, padding },
        { requiredKeys: ['seed'] },
      ),
    ) as never,
    { share: 0.1, always: isGrid },
  ),
  'figures.reconstructions': described(
    f.reconstructions,
    fc.tuple(models, inputs, optional({ labels, columns: fc.integer({ min: 1, max: 4 }), padding })) as never,
    { share: 0.1, always: isGrid },
  ),
  'figures.analogies': described(
    f.analogies,
    fc.tuple(models, inputs, optional({ labels, padding })) as never,
    {
      share: 0.1,
      always: isGrid,
    },
  ),
  'figures.calibrationDiagram': described(
    f.calibrationDiagram,
    fc.tuple(
      fc.dictionary(fc.constantFrom('M1', 'M2'), bins, { minKeys: 1, noNullPrototype: true }),
      optional({ title, width: fc.integer({ min: 1, max: 900 }) }),
    ) as never,
    { valid: isJson },
  ),
  'figures.confusionMatrix': described(
    f.confusionMatrix,
    fc
      .integer({ min: 1, max: 4 })
      .chain((K) =>
        fc.tuple(
          fc.array(fc.array(fc.nat(9), { minLength: K, maxLength: K }), { minLength: K, maxLength: K }),
          optional({ title, classNames: fc.constant(Array.from({ length: K }, (_, k) => `class ${k}`)) }),
        ),
      ) as never,
    { valid: isJson },
  ),
  'figures.learningCurves': described(
    f.learningCurves<{ readonly epoch: number; readonly loss: number }>,
    fc.tuple(
      fc.dictionary(fc.constantFrom('M1', 'M2'), rows, { minKeys: 1, noNullPrototype: true }),
      fc.record(
        {
          value: loss,
          quantity: fc.constant('Loss'),
          unit: fc.constantFrom('nats', '%'),
          title,
          reference: fc.record({ value: share, label: fc.constant('least') }),
          width: fc.integer({ min: 1, max: 900 }),
          height: fc.integer({ min: 1, max: 900 }),
        },
        { requiredKeys: ['value', 'quantity', 'unit'] },
      ),
    ) as never,
    { valid: isJson },
  ),
  'figures.entropyByEpoch': described(
    f.entropyByEpoch<{ readonly epoch: number; readonly loss: number }>,
    fc.tuple(
      fc.dictionary(fc.constantFrom('M1', 'M2'), rows, { minKeys: 1, noNullPrototype: true }),
      fc.record(
        { value: loss, classes: fc.integer({ min: 1, max: 99 }), title },
        { requiredKeys: ['value', 'classes'] },
      ),
    ) as never,
    { valid: isJson },
  ),
};
