/**
 * `npm start` over several seeds, each with its own digits, labels, weights and noise: `npm run seeds`.
 *
 * Takes the flags of `npm start`; `--seed` is the first of them, and `--seeds` their number, 3. Prints mean ± standard
 * deviation and the paired differences to the labels alone, and leaves a line for each run in OUT/seeds.jsonl. With
 * `--resume`, runs of lines that are there are not repeated. Samples are measured by a judge that has seen every label of other digits, or of the training set.
 */
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BackendName, selectBackend } from 'ssvae/node';
import { loadData } from './data';
import { type MethodSettings, runMethod, settingsOfMethod } from './experiment';
import { judgeOf, type Samples, samplesOf } from './judge';
import { titleOf } from './methods';
import type { Method } from './models';
import { parseLines, spreadOf } from './statistics';
import { withSettings } from './terminal';

interface Result extends MethodSettings {
  readonly accuracy: number;
  readonly validationAccuracy: number;
  /** where the method generates */
  readonly samples?: Samples;
  /** where the model has a bound */
  readonly elbo?: number;
  readonly entropy: number;
  readonly seconds: number;
}

const percent = (values: readonly number[]): string => {
  const { mean, deviation } = spreadOf(values.map((value) => 100 * value));
  return `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`;
};

await withSettings('npm run seeds', async (settings, signal) => {
  const { name, description, execute } = await selectBackend({ backend: settings.backend });
  const backend = name as BackendName;
  console.log(`backend: ${backend} (${description})`);
  const path = join(settings.out, 'seeds.jsonl');
  await mkdir(settings.out, { recursive: true });
  if (!settings.resume) await rm(path, { force: true });
  const known = parseLines<Result>(await readFile(path, 'utf8').catch(() => ''));

  const judge = judgeOf(settings, execute);
  const results: Result[] = [];
  for (let seed = settings.seed; seed < settings.seed + settings.seeds; seed++) {
    const own = { ...settings, seed };
    const { train, test } = await loadData({ ...own, signal });
    for (const method of settings.methods) {
      const cell = settingsOfMethod(method, own, backend);
      const found = known.find((result) =>
        Object.entries(cell).every(
          ([key, value]) => JSON.stringify(result[key as keyof Result]) === JSON.stringify(value),
        ),
      );
      if (found) {
        results.push(found);
        continue;
      }
      const outcome = await runMethod(method, { settings: own, train, test, backend, execute, signal });
      const samples =
        method === 'labels-only'
          ? undefined
          : await samplesOf(outcome.model, { judge: await judge(train), test, seed, execute });
      outcome.model.dispose();
      const result = {
        ...cell,
        accuracy: outcome.test.accuracy,
        validationAccuracy: outcome.history.at(-1)?.['validation.accuracy'] ?? Number.NaN,
        ...(samples && { samples }),
        ...(outcome.elbo !== undefined && { elbo: outcome.elbo }),
        entropy: outcome.test.entropy,
        seconds: outcome.seconds,
      };
      await appendFile(path, `${JSON.stringify(result)}\n`);
      results.push(result);
    }
  }

  const accuracies = (method: Method): number[] =>
    results.filter((result) => result.method === method).map(({ accuracy }) => accuracy);
  const baseline = accuracies('labels-only');
  for (const method of settings.methods) {
    const values = accuracies(method);
    const paired =
      method === 'labels-only' || baseline.length === 0
        ? ''
        : `, over labels alone ${percent(values.map((value, i) => value - (baseline[i] as number)))}`;
    console.log(`${titleOf(method, settings.model).padEnd(26)} accuracy ${percent(values)} %${paired}`);
    const samples = results.flatMap((result) => (result.method === method && result.samples) || []);
    if (samples.length === 0) continue;
    const elbos = results.flatMap(({ method: its, elbo }) =>
      its === method && elbo !== undefined ? [elbo] : [],
    );
    const { mean, deviation } = spreadOf(elbos);
    const bound = elbos.length > 0 ? `ELBO ${mean.toFixed(1)} ± ${deviation.toFixed(1)}, ` : '';
    const of = (name: keyof Samples): string => percent(samples.map((found) => found[name]));
    console.log(
      `  ${bound}fidelity ${of('fidelity')} %, confident ${of('confident')} %, spread ${of('spread')} %, trained on samples ${of('trainedOnSamples')} %`,
    );
  }
});
