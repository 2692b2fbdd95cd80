/**
 * The lowest error, at 100 labels of MNIST above all: interpolation consistency, batch norm, affine changes, averaged
 * weights; and what is left of it without the bound, the entropies, the consistency, and without unlabelled images; and with the term of generated labels.
 *
 *   npx tsx bench/study/flagship.ts --data DIR [--dataset mnist|fashion-mnist] [--labels N …] [--seed S …] [--epochs E]
 */
import { commandOf } from './shared/command';
import { runCells } from './shared/runCells';

const { cells, ...where } = commandOf({
  prefix: 'flagship',
  cases: [
    'flagship',
    'flagship-generated',
    'flagship-without-bound',
    'flagship-without-entropies',
    'flagship-without-consistency',
    'flagship-labels-only',
  ],
  labels: { mnist: [100, 600, 1000, 3000], 'fashion-mnist': [100, 600, 1000, 3000] },
  seeds: (dataset, labels) => (dataset === 'mnist' && labels === 100 ? [1, 2, 3] : [1]),
  epochs: 24,
});
await runCells(cells, where);
