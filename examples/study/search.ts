// Settings by `search`, each run in a process of its own: npx tsx examples/study/search.ts --study runs/search --workers 2
// The same call goes on where the last one was ended. With a run as JSON it is the program of that run, as run.ts is.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { digits, type SearchRun, type SearchSpace, search, searchRun, splitDataset } from 'ssvae';
import { file, runProgram, selectBackend } from 'ssvae/node';
import { inProcesses } from './processes';

const { execute } = await selectBackend({ backend: 'wasm' });
const data = digits({ count: Number(process.env.EXAMPLES ?? 2000), seed: 1 });
/** What all runs share. */
const shared = {
  split: splitDataset(data, { labeled: 50, validation: data.count / 10, seed: 1 }),
  settings: { steps: Number(process.env.STEPS ?? 600), widths: [128] },
  seed: 1,
  execute,
};
const SPACE: SearchSpace = { latent: [2, 10, 50], alpha: { from: 1, to: 50, log: true } };

/** Draws settings, and has each run done by a process. */
async function searchAll(study: string, trials: number, workers: number): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  for (const end of ['SIGTERM', 'SIGINT'] as const) process.once(end, () => stop.abort());
  const perform = inProcesses(workers, { program: fileURLToPath(import.meta.url), study, signal });
  const storage = file(join(study, 'search.json'));
  try {
    const options = { ...shared, trials, perform, storage, signal, refit: false };
    const { best, why } = await search(data, SPACE, options);
    console.log(JSON.stringify({ best, why }));
  } catch (error) {
    if (!signal.aborted) throw error;
    process.exitCode = 75;
  }
}

if (process.argv[2]?.startsWith('{'))
  await runProgram({
    run: (run: SearchRun, { storage, signal }) => searchRun(data, run, { ...shared, storage, signal }),
  });
else {
  const { values } = parseArgs({
    options: {
      study: { type: 'string', default: 'runs/search' },
      trials: { type: 'string', default: '16' },
      workers: { type: 'string', default: '2' },
    },
  });
  await searchAll(values.study, Number(values.trials), Number(values.workers));
}
