/**
 * Writes which examples our runs label and hold out, for PyTorch to train on the same.
 *
 *   npx tsx bench/parity/splits.ts --data DIR [--dataset mnist] [--labels 100] [--seed 1 …] [--out runs/parity]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type DatasetName, loadDataset } from 'ssvae/node';
import { splitOf } from '../study/shared/data';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    dataset: { type: 'string', default: 'mnist' },
    labels: { type: 'string', default: '100' },
    seed: { type: 'string', multiple: true, default: ['1', '2', '3'] },
    out: { type: 'string', default: 'runs/parity' },
  },
});
if (flags.data === undefined) throw new Error('splits: --data is missing, needed the folder of the data set');

const { train } = await loadDataset(flags.dataset as DatasetName, { dir: flags.data });
await mkdir(flags.out, { recursive: true });
for (const seed of flags.seed) {
  const { labeled, validation } = splitOf(train, Number(flags.labels), Number(seed));
  const path = join(flags.out, `${flags.dataset}-${flags.labels}-${seed}.json`);
  await writeFile(path, JSON.stringify({ labeled: [...labeled], validation: [...validation] }));
  console.log(path);
}
