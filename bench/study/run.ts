/**
 * Any cell of the study; told nothing else, what the report compares, at 100 labels for ten epochs.
 *
 *   npx tsx bench/study/run.ts --data DIR [--dataset mnist|fashion-mnist|cifar10] [--seed 1 --seed 2 …] [--case NAME …]
 *     [--labels 100] [--epochs 10] [--set NAME=JSON …] [--choose] [--out FILE]        (flags: shared/command.ts)
 */
import { commandOf } from './shared/command';
import { runCells } from './shared/runCells';

const { cells, ...where } = commandOf({
  cases: ['optimized-elbo-conv', 'labels-only-conv', 'm2-conv', 'm2-mlp', 'labels-only-mlp'],
  labels: { mnist: [100], 'fashion-mnist': [100], cifar10: [100] },
  seeds: () => [1],
  epochs: 10,
});
await runCells(cells, where);
