/**
 * Measures what one setting does: `npx tsx bench/tabular/settings.ts [--sets cancer,digits8] [--settings alpha,boundWeight]
 * [--splits 3] [--backend wasm]`.
 *
 * Each run is `fit` with one setting changed, at 5 labels a class, on the splits of run.ts. Each is a line of
 * docs/results/settings.jsonl, and one that is there is not run again.
 */
import { parseArgs } from 'node:util';
import { createM2, fit, modelOptionsOf, recipeWith, type SearchSettings } from 'ssvae';
import { selectBackend } from 'ssvae/node';
import { appendLine, readLines } from '../lines';
import type { SettingLine } from './line';
import { SETS_BY_NAME } from './sets';
import { splitOf } from './split';

const LABELS = 5;

/** Settings other than those of `fit`, one at a time. */
const CHANGES: readonly SearchSettings[] = [
  {},
  { alpha: 5 },
  { alpha: 200 },
  { boundWeight: 0.1 },
  { boundWeight: 1 },
  { mutualInformationWeight: 0 },
  { mutualInformationWeight: 5 },
  { entropyPenalty: 0 },
  { consistency: 0 },
  { steps: 1500 },
  { latent: 2 },
  { sigma: 0.3 },
  { sigma: 1 },
  { activation: 'softplus', norm: 'none' },
];

const { values: flags } = parseArgs({
  options: {
    sets: { type: 'string', default: 'wine,cancer,penguins,adverse,arms,digits8,counts' },
    settings: { type: 'string' },
    splits: { type: 'string', default: '3' },
    backend: { type: 'string', default: 'wasm' },
    out: { type: 'string', default: 'docs/results/settings.jsonl' },
  },
});

const asked = flags.settings?.split(',');
const changes = CHANGES.filter(
  (change) => asked === undefined || Object.keys(change).some((name) => asked.includes(name)),
);
const { name: backend, execute } = await selectBackend({ backend: flags.backend as 'wasm' });
const lines = await readLines<SettingLine>(flags.out);
const keyOf = ({ set, split, settings }: Pick<SettingLine, 'set' | 'split' | 'settings'>): string =>
  JSON.stringify([set, split, settings]);
const done = new Set(lines.map(keyOf));

for (const set of flags.sets.split(',')) {
  const data = SETS_BY_NAME[set]?.();
  if (data === undefined) throw new Error(`${set} is not a set, needed one of ${Object.keys(SETS_BY_NAME)}`);
  for (const settings of changes) {
    // σ belongs to inputs whose likelihood is Gaussian as a whole.
    if (settings.sigma !== undefined && data.likelihood?.kind !== 'gaussian') continue;
    for (let split = 0; split < Number(flags.splits); split++) {
      if (done.has(keyOf({ set, split, settings }))) continue;
      const parts = splitOf(data, LABELS, split);
      const { nets, ...options } = modelOptionsOf(settings);
      const model = createM2({
        data,
        latent: 10,
        ...options,
        nets: { preset: 'mlp', widths: [128], ...(nets as object) },
        seed: split,
      });
      const started = performance.now();
      const { heldBack } = await fit(model, data, {
        ...recipeWith(model, parts, settings),
        split: parts,
        seed: split,
        folds: 0,
        execute,
      });
      model.dispose();
      const line: SettingLine = {
        set,
        labels: LABELS,
        split,
        settings,
        backend,
        labelsAlone: heldBack?.labelsAlone.accuracy ?? Number.NaN,
        fit: heldBack?.model.accuracy ?? Number.NaN,
        seconds: (performance.now() - started) / 1000,
      };
      await appendLine(flags.out, line);
      console.log(
        `${set}, ${JSON.stringify(settings)}, split ${split}: ${(100 * line.labelsAlone).toFixed(1)} → ${(100 * line.fit).toFixed(1)} %`,
      );
    }
  }
}
