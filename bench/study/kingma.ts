/**
 * M2 with the MLP of Kingma 2014 at 100 labels of MNIST, which is published with 88.03 %: what it takes is patience.
 *
 *   npx tsx bench/study/kingma.ts --data DIR [--seed S …] [--set NAME=JSON …]
 */
import { commandOf } from './shared/command';
import { runCells } from './shared/runCells';

const { cells, ...where } = commandOf({
  prefix: 'kingma',
  cases: ['m2-mlp-gumbel'],
  labels: { mnist: [100] },
  seeds: () => [1, 2, 3, 4, 5],
  epochs: 100,
});
await runCells(cells, where);
