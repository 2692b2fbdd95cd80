/**
 * M2 against the Optimized-ELBO by the number of labels: the report's conv nets, Adam at 1e-3, 50 epochs, fewer where the
 * validation accuracy has not risen for 15.
 *
 *   npx tsx bench/study/accuracy.ts --data DIR [--dataset mnist|fashion-mnist|cifar10] [--labels N …] [--seed S …]
 */
import { commandOf } from './shared/command';
import { runCells } from './shared/runCells';

/** Where three label seeds are run, one elsewhere. */
const THREE_SEEDS = new Set(['mnist 100', 'cifar10 4000']);

const { cells, ...where } = commandOf({
  prefix: 'accuracy',
  cases: ['labels-only-conv', 'm2-conv', 'optimized-elbo-conv'],
  labels: {
    mnist: [100, 600, 1000, 3000],
    'fashion-mnist': [100, 600, 1000, 3000],
    cifar10: [4000, 1000, 10000],
  },
  seeds: (dataset, labels) => (THREE_SEEDS.has(`${dataset} ${labels}`) ? [1, 2, 3] : [1]),
  epochs: 50,
  patience: 15,
});
await runCells(cells, where);
