/**
 * What each part of the Optimized-ELBO buys at 100 labels of MNIST: each alone on the bound of M2, and all; with the
 * labelled cross-entropy and without.
 *
 *   npx tsx bench/study/ablation.ts --data DIR [--seed S …] [--case NAME …]
 */
import { commandOf } from './shared/command';
import { runCells } from './shared/runCells';

const { cells, ...where } = commandOf({
  prefix: 'ablation',
  cases: [
    'm2-conv',
    'entropy-penalty',
    'mutual-information',
    'both-entropies',
    'label-prior',
    'smoothed-labels',
    'smoothed-labels-reverse',
    'optimized-elbo-conv',
    'optimized-elbo-reverse',
  ],
  labels: { mnist: [100] },
  seeds: () => [1, 2, 3],
  epochs: 10,
});
const withoutCrossEntropy = cells.map((cell) => ({ ...cell, settings: { ...cell.settings, alpha: 0 } }));
await runCells([...cells, ...withoutCrossEntropy], where);
