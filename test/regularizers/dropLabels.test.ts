import { tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { everyLabel } from '../../src/bounds/everyLabel';
import { createNoise } from '../../src/core/noise';
import { dropLabels } from '../../src/regularizers/dropLabels';
import { checkGradient } from '../support/checkGradient';
import { cleanUpAfterEach, expectTensor, read, readRows } from '../support/numbers';
import { alive } from '../support/tiny';

describe('dropLabels', () => {
  cleanUpAfterEach();

  const labels = () =>
    tensor2d([
      [1, 0, 0],
      [0, 0, 1],
      [0.5, 0.5, 0],
    ]);

  it('keeps every label at 0, and none at 1; the last column is the token', async () => {
    const noise = createNoise(1);
    await expectTensor(dropLabels(labels(), { rate: 0, noise }), [
      [1, 0, 0, 0],
      [0, 0, 1, 0],
      [0.5, 0.5, 0, 0],
    ]);
    await expectTensor(dropLabels(labels(), { rate: 1, noise }), [
      [0, 0, 0, 1],
      [0, 0, 0, 1],
      [0, 0, 0, 1],
    ]);
  });

  it('drops whole labels at the rate, and keeps the others as they are', async () => {
    const rows = await readRows(dropLabels(everyLabel(1000, 3), { rate: 0.2, noise: createNoise(1) }));
    const dropped = rows.filter(([, , , token]) => token === 1);
    for (const row of dropped) expect(row).toEqual([0, 0, 0, 1]);
    for (const [i, row] of rows.entries())
      if (row[3] === 0) expect(row).toEqual([0, 1, 2, 3].map((k) => (k === i % 3 ? 1 : 0)));
    // Five standard deviations of 3,000 draws.
    expect(Math.abs(dropped.length / 3000 - 0.2)).toBeLessThan(5 * Math.sqrt((0.2 * 0.8) / 3000));
  });

  it('draws from the stream alone: the same again from the same', async () => {
    const at = (seed: number) => read(dropLabels(everyLabel(9, 3), { rate: 0.5, noise: createNoise(seed) }));
    expect(await at(1)).toEqual(await at(1));
    expect(await at(2)).not.toEqual(await at(1));
  });

  it('has a gradient in the labels that are kept, and leaves one tensor', async () => {
    const f = (y: Parameters<typeof dropLabels>[0]) => dropLabels(y, { rate: 0.5, noise: createNoise(1) });
    await checkGradient(f as never, [labels()]);
    const given = labels();
    const before = alive().tensors;
    f(given);
    expect(alive().tensors - before).toBe(1);
  });

  it('refuses a rate that is none, labels without classes, and no noise', () => {
    const noise = createNoise(1);
    expect(() => dropLabels(labels(), { rate: 2, noise })).toThrow(
      new RangeError('dropLabels: rate is 2, needed a number in [0, 1]'),
    );
    expect(() => dropLabels(zeros([3]), { rate: 0, noise })).toThrow(
      'dropLabels: labels has shape [3], needed [B,K]',
    );
    expect(() => dropLabels(labels(), { rate: 0 } as never)).toThrow('dropLabels: noise is undefined');
  });
});
