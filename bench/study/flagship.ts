/**
 * The lowest error at 100 labels of MNIST: interpolation consistency, batch norm, affine changes, averaged weights.
 *
 *   npx tsx bench/study/flagship.ts --data DIR [--seed S …] [--set NAME=JSON …]
 */
import { commandOf } from './shared/command';
import { runCells } from './shared/runCells';

const { cells, ...where } = commandOf({
  prefix: 'flagship',
  cases: ['flagship'],
  labels: { mnist: [100] },
  seeds: () => [1, 2, 3],
  epochs: 24,
});
await runCells(cells, where);
