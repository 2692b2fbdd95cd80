import { grads, logSoftmax, neg, softmax, sum, type Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { sampleGumbelSoftmax } from '../../src/distributions/gumbelSoftmax';
import { crossEntropy } from '../../src/divergences/crossEntropy';
import { smoothLabels } from '../../src/regularizers/labelSmoothing';
import { smoothedLabelKl } from '../../src/regularizers/smoothedLabelKl';
import { law, matrices, toTensor } from '../support/law';
import { expectClose, read, readRows } from '../support/numbers';

const drawn = fc.record({
  logits: matrices({ logits: 60 }).map(({ logits }) => logits),
  seed: fc.integer(),
  temperature: fc.double({ min: 0.05, max: 10, noNaN: true }),
});

describe('Gumbel-softmax draws', () => {
  law('have rows of non-negative numbers that sum to 1', drawn, async ({ logits, seed, temperature }) => {
    const draw = sampleGumbelSoftmax(toTensor(logits), { temperature, noise: createNoise(seed) });
    for (const row of await readRows(draw)) {
      expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
      expectClose([row.reduce((total, value) => total + value, 0)], [1]);
    }
  });

  law('become the straight-through draw as τ → 0', drawn, async ({ logits, seed }) => {
    const at = (temperature: number, hard: boolean) =>
      readRows(sampleGumbelSoftmax(toTensor(logits), { temperature, hard, noise: createNoise(seed) }));
    const [cold, hard] = [await at(1e-6, false), await at(1, true)];
    // A margin of a few τ between the two largest sums comes about once in a million draws.
    for (const [b, row] of cold.entries()) expectClose(row, hard[b] as number[], 1e-3);
  });

  law(
    'are one-hot with the relaxed gradient when straight-through',
    drawn,
    async ({ logits, seed, temperature }) => {
      const draw = (hard: boolean) => (l: Tensor) =>
        sampleGumbelSoftmax(l, { temperature, hard, noise: createNoise(seed) });
      for (const row of await readRows(draw(true)(toTensor(logits)))) {
        expect([...row].sort()).toEqual([...new Array<number>(row.length - 1).fill(0), 1]);
      }
      const upstream = createNoise(seed).split('upstream').normal([logits.rows, logits.columns]);
      const gradient = async (hard: boolean) =>
        read(grads(draw(hard))([toTensor(logits)], upstream)[0] as Tensor);
      expect(await gradient(true)).toEqual(await gradient(false));
    },
  );
});

describe('smoothed labels', () => {
  const labels = fc.record({
    labels: matrices({ labels: 10 }).map(({ labels }) => labels),
    epsilon: fc.double({ min: 0, max: 1, noNaN: true }),
    spread: fc.constantFrom('others', 'uniform'),
  });

  law('sum to 1 in every row, at any ε, under both spreads', labels, async ({ labels, epsilon, spread }) => {
    const smoothed = smoothLabels(softmax(toTensor(labels)), epsilon, { spread });
    for (const row of await readRows(smoothed)) {
      expect(Math.min(...row)).toBeGreaterThanOrEqual(-1e-6);
      expectClose([row.reduce((total, value) => total + value, 0)], [1]);
    }
  });

  law('are at a non-negative divergence from any classifier, in both directions', labels, async (example) => {
    const { labels, spread } = example;
    const epsilon = 0.05 + 0.9 * example.epsilon;
    for (const direction of ['labels||q', 'q||labels'] as const) {
      const logits = toTensor(labels);
      const kl = smoothedLabelKl({ labels: softmax(neg(logits)), logits, epsilon, spread, direction });
      for (const value of await read(kl)) expect(value).toBeGreaterThan(-1e-5);
    }
  });
});

describe('cross-entropy', () => {
  law(
    'has −logSoftmax as its gradient in the labels',
    matrices({ labels: 5, logits: 60 }),
    async (example) => {
      const [labels, logits] = [softmax(toTensor(example.labels)), toTensor(example.logits)];
      const [gradient] = grads((y: Tensor, l: Tensor) => crossEntropy({ labels: y, logits: l }))([
        labels,
        logits,
      ]);
      expectClose(await read(gradient as Tensor), await read(neg(logSoftmax(logits))));
    },
  );

  law(
    'has softmax − labels as its gradient in the logits, which sums to 0',
    matrices({ labels: 5, logits: 60 }),
    async (example) => {
      const [labels, logits] = [softmax(toTensor(example.labels)), toTensor(example.logits)];
      const [, gradient] = grads((y: Tensor, l: Tensor) => crossEntropy({ labels: y, logits: l }))([
        labels,
        logits,
      ]);
      const [q, y] = [await read(softmax(logits)), await read(labels)];
      expectClose(await read(sum(gradient as Tensor, 1)), new Array<number>(example.labels.rows).fill(0));
      expectClose(
        await read(gradient as Tensor),
        q.map((value, i) => value - (y[i] as number)),
      );
    },
  );
});
