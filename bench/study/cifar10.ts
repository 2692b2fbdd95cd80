/**
 * CIFAR-10 at 4,000 labels with what helps: the report's kind of small nets, and deeper ones (six convolutions).
 *
 *   npx tsx bench/study/cifar10.ts --data DIR [--case photographs-conv|photographs-deep] [--seed S …] [--set NAME=JSON …]
 */
import { commandOf } from './shared/command';
import { runCells } from './shared/runCells';

const { cells, ...where } = commandOf({
  prefix: 'consistent',
  cases: ['photographs-conv', 'photographs-deep'],
  labels: { cifar10: [4000] },
  seeds: () => [1, 2, 3],
  epochs: 40,
});
await runCells(cells, where);
