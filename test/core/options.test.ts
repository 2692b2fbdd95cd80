import { describe, expect, it } from 'vitest';
import {
  affine,
  cosineDecay,
  createAdam,
  createBatches,
  createM1,
  createNoise,
  cropAndFlip,
  digits,
  linearWarmup,
  m1,
  m2,
  optimizedElbo,
  splitDataset,
} from '../../src/index';
import { selectBackend } from '../../src/node/index';

const noise = createNoise(1);
const dataset = digits({ count: 20, noise });

describe('an option that is misspelt', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['m2', () => m2({ gamma: 1 } as object), /^m2: gamma is no option, needed labelHandling, temperature, /],
    [
      'optimizedElbo',
      () => optimizedElbo({ gama: 1 } as object),
      /^optimizedElbo: gama is no option, needed .*gamma/,
    ],
    ['m2 uncalled', () => m2(dataset as object), /^m2: name is no option/],
    ['m1', () => m1({ kl: 1 } as object), /^m1: kl is no option, needed klWeight$/],
    [
      'createAdam',
      () => createAdam({ lr: 1 } as object),
      /^createAdam: lr is no option, needed learningRate, /,
    ],
    ['createM1', () => createM1({ inputShape: [2], hidden: 3 } as never), /^createM1: hidden is no option/],
    [
      'splitDataset',
      () => splitDataset(dataset, { labeled: 10, validaton: 5, noise } as never),
      /^splitDataset: validaton is no option, needed labeled, validation, noise$/,
    ],
    ['createBatches', () => createBatches({ batches: 3 } as never), /^createBatches: batches is no option/],
    ['affine', () => affine({ rotate: 1 } as object), /^affine: rotate is no option/],
    ['cropAndFlip', () => cropAndFlip({ pad: 4 } as object), /^cropAndFlip: pad is no option/],
    ['linearWarmup', () => linearWarmup({ step: 1 } as never), /^linearWarmup: step is no option/],
    ['cosineDecay', () => cosineDecay({ start: 1 } as never), /^cosineDecay: start is no option/],
  ])('is refused by %s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  it('is refused by selectBackend, and so is a name for options', async () => {
    await expect(selectBackend({ thread: 2 } as object)).rejects.toThrow(
      /^selectBackend: thread is no option/,
    );
    await expect(selectBackend('cpu' as never)).rejects.toThrow(
      /^selectBackend: options is "cpu", needed an object/,
    );
  });
});
