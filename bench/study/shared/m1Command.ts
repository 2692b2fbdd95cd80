/** What the command of M1 is told. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { DatasetName } from 'ssvae/node';
import { countOf, overridesOf } from './flags';
import type { M1Cell } from './m1Results';
import { MACHINE, MACHINE_NAMES, type MachineSettings, VAE, VAE_NAMES, type VaeSettings } from './m1Settings';

const OPTIONS = {
  data: { type: 'string' },
  dataset: { type: 'string', default: 'fashion-mnist' },
  labels: { type: 'string', multiple: true, default: ['100', '600', '1000', '3000'] },
  seed: { type: 'string', multiple: true, default: ['1', '2', '3', '4', '5'] },
  set: { type: 'string', multiple: true, default: [] },
  machine: { type: 'string', multiple: true, default: [] },
  choose: { type: 'boolean', default: false },
  out: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

/** The cells of one VAE and one machine, label count by label count, and where they go. */
export function m1CommandOf() {
  const { values } = parseArgs({ options: OPTIONS });
  const { data: dir, dataset, choose } = values;
  if (dir === undefined) throw new Error('m1-svm: --data is missing, needed the folder of the data set');
  const vae = { ...VAE, ...overridesOf<VaeSettings>('set', values.set, VAE_NAMES) };
  const machine = { ...MACHINE, ...overridesOf<MachineSettings>('machine', values.machine, MACHINE_NAMES) };
  const seeds = values.seed.map((seed) => countOf('seed', seed));
  const purpose = choose ? 'choose' : 'report';
  const cells = values.labels
    .map((count) => countOf('labels', count))
    .flatMap((labels) => seeds.map((seed): M1Cell => ({ dataset, labels, seed, vae, machine, purpose })));
  const out = values.out ?? `docs/results/m1-svm-${dataset}${choose ? '-choose' : ''}.jsonl`;
  return { dir, dataset: dataset as DatasetName, choose, vae, machine, cells, out };
}
