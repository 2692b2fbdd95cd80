/**
 * CIFAR-10, at 4,000 labels above all, with what helps: the report's kind of small nets, and deeper ones (six convolutions).
 *
 *   npx tsx bench/study/cifar10.ts --data DIR [--case photographs-conv|photographs-deep|… …] [--labels N …] [--seed S …]
 */
import { commandOf } from './shared/command';
import { runCells } from './shared/runCells';

const { cells, ...where } = commandOf({
  prefix: 'consistent',
  cases: [
    'photographs-conv',
    'photographs-conv-labels-only',
    'photographs-deep',
    'photographs-deep-labels-only',
  ],
  labels: { cifar10: [4000, 1000, 10000] },
  seeds: (_, labels) => (labels === 4000 ? [1, 2, 3] : [1]),
  epochs: 40,
});
await runCells(cells, where);
