import { type Tensor2D, tidy, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import type { BoundContext, SemiSupervisedVae } from '../../src/models/model';
import { cleanUpAfterEach } from '../support/numbers';
import {
  CLASSES,
  SHAPE,
  tinyAdgm,
  tinyLadder,
  tinyM1,
  tinyM1M2,
  tinyM2,
  tinyMarginal,
  tinySdgm,
  tinyStacked,
  tinyToken,
} from '../support/tiny';

const WRONG: readonly [title: string, context: unknown, reason: string][] = [
  ['no context', undefined, 'context is undefined, needed'],
  ['a seed', { seed: 1 }, 'context.noise is undefined, needed a stream of draws such as createNoise(1)'],
  ['a stream in place of a context', createNoise(1), 'context.noise is undefined, needed a stream of draws'],
  ['a number for the stream', { noise: 1 }, 'context.noise is 1, needed a stream of draws'],
  [
    'a misspelled name',
    { noise: createNoise(1), trainning: true },
    'context.trainning is not a part of a context, needed another name: did you mean training?',
  ],
  [
    'a long misspelled name',
    { noise: createNoise(1), updateStatistic: false },
    'context.updateStatistic is not a part of a context, needed another name: did you mean updateStatistics?',
  ],
];

describe.each<[string, () => SemiSupervisedVae]>([
  ['M2', tinyM2],
  ['M1+M2', tinyM1M2],
  ['stacked M1+M2', tinyStacked],
  ['ADGM', tinyAdgm],
  ['SDGM', tinySdgm],
  ['the ladder VAE', tinyLadder],
  ['the conditional VAE', tinyMarginal],
])('infer and sampleMean of %s', (_, create) => {
  cleanUpAfterEach();

  it('refuse misspelled options of the bound at a label', () => {
    const model = create();
    const [x, y] = [zeros([2, ...SHAPE]), zeros([2, CLASSES])];
    tidy(() => {
      const { bound } = model.infer(x, { noise: createNoise(1) });
      expect(() => bound(y as Tensor2D, { logweight: true } as object)).toThrow(
        /^bound: logweight is not an option, needed/,
      );
      expect(() => bound(y as Tensor2D, { noise: 3 as never })).toThrow('bound: noise is 3, needed');
    });
    x.dispose();
    y.dispose();
    model.dispose();
  });

  it.each(WRONG)('refuse %s', (_, context, reason) => {
    const model = create();
    const [x, y] = [zeros([2, ...SHAPE]), zeros([2, CLASSES])];
    expect(() => model.infer(x, context as BoundContext)).toThrow(`infer: ${reason}`);
    if (model.sampleMean)
      expect(() => model.sampleMean?.(y as never, context as BoundContext)).toThrow(`sampleMean: ${reason}`);
    x.dispose();
    y.dispose();
    model.dispose();
  });
});

describe.each([
  ['a VAE', tinyM1],
  ['the conditional VAE with a token', tinyToken],
] as const)('bound of %s', (_, create) => {
  cleanUpAfterEach();

  it.each(WRONG)('refuses %s', (_, context, reason) => {
    const model = create();
    const x = zeros([2, ...SHAPE]);
    const bound = model.bound as (x: unknown, context: unknown, y?: unknown) => unknown;
    expect(() => bound(x, context)).toThrow(`bound: ${reason}`);
    x.dispose();
    model.dispose();
  });
});
