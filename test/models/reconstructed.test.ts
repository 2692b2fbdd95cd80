import { zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { everyLabel } from '../../src/bounds/everyLabel';
import { swissRoll } from '../../src/distributions/swissRoll';
import { cleanUpAfterEach } from '../support/numbers';
import {
  CLASSES,
  SHAPE,
  tinyAae,
  tinyAdgm,
  tinyLadder,
  tinyM1M2,
  tinyM2,
  tinyMarginal,
  tinySdgm,
  tinyStacked,
  tinyToken,
} from '../support/tiny';

const MODELS = {
  m2: tinyM2,
  marginal: tinyMarginal,
  m1m2: tinyM1M2,
  stacked: tinyStacked,
  adgm: tinyAdgm,
  sdgm: tinySdgm,
  ladder: tinyLadder,
  aae: tinyAae,
  'aae with a class prior': () => tinyAae({ classPrior: swissRoll({ classes: CLASSES }), latent: 2 }),
};

describe('reconstruct', () => {
  cleanUpAfterEach();

  it.each(Object.entries(MODELS))('of %s refuses labels of other shapes in its own name', (_, make) => {
    const model = make();
    const x = zeros([2, ...SHAPE]);
    const wide = zeros([2, CLASSES + 1]);
    const [many, y] = [zeros([3, CLASSES]), zeros([2, CLASSES])];
    for (const wrong of [wide, many])
      for (const as of [undefined, y])
        expect(() => model.reconstruct(x, wrong, as)).toThrow(
          new RangeError(`reconstruct: y has shape [${wrong.shape}], needed [2,${CLASSES}]`),
        );
    for (const given of [undefined, y]) {
      expect(() => model.reconstruct(x, given, wide)).toThrow(
        new RangeError(`reconstruct: as has shape [2,${CLASSES + 1}], needed [R,${CLASSES}]`),
      );
      expect(() => model.reconstruct(x, given, many)).toThrow(
        new RangeError('reconstruct: as has 3 rows, needed a multiple of the 2 rows of x'),
      );
    }
    expect(model.reconstruct(x, y, everyLabel(2, CLASSES)).shape).toEqual([2 * CLASSES, ...SHAPE]);
    model.dispose();
  });

  it('of a model with a token refuses them alike', () => {
    const model = tinyToken();
    const x = zeros([2, ...SHAPE]);
    const c = zeros([2, CLASSES + 1]);
    expect(() => model.reconstruct(x, zeros([3, CLASSES + 1]))).toThrow(
      `reconstruct: c has shape [3,${CLASSES + 1}], needed [2,${CLASSES + 1}]`,
    );
    expect(() => model.reconstruct(x, c, zeros([2, CLASSES]))).toThrow(
      `reconstruct: as has shape [2,${CLASSES}], needed [R,${CLASSES + 1}]`,
    );
    expect(() => model.reconstruct(x, c, zeros([3, CLASSES + 1]))).toThrow(
      'reconstruct: as has 3 rows, needed a multiple of the 2 rows of x',
    );
    model.dispose();
  });
});
