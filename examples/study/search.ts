// Settings by `search`, each run in a process of its own: npx tsx examples/study/search.ts --study runs/search --workers 2
// The same call goes on where the last one was ended. With a run as JSON it is the program of that run, as run.ts is.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { digits, type SearchRun, type SearchSpace, search, searchRun, splitDataset } from 'ssvae';
import { file, runProgram, selectBackend } from 'ssvae/node';

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
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

  const attempt = async (run: SearchRun) => {
    const args = [...process.execArgv, fileURLToPath(import.meta.url), JSON.stringify(run), '--study', study];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const end = () => child.kill('SIGTERM');
    stop.signal.addEventListener('abort', end);
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const [code] = await once(child, 'close');
    stop.signal.removeEventListener('abort', end);
    return { code, line: output.trim().split('\n').at(-1) ?? '' };
  };

  // The search asks for the runs of a round at once: so many are done side by side.
  let free = Array.from({ length: workers }, () => Promise.resolve());
  const perform = (run: SearchRun) => {
    const [place = Promise.resolve(), ...others] = free;
    const outcome = place.then(async () => {
      for (;;) {
        stop.signal.throwIfAborted();
        const { code, line } = await attempt(run);
        if (code === 0) return JSON.parse(line);
        if (code !== 75) throw new Error(`the run ended with ${code}`);
        await setTimeout(1000);
      }
    });
    free = [
      ...others,
      outcome.then(
        () => undefined,
        () => undefined,
      ),
    ];
    return outcome;
  };

  try {
    const { best, why } = await search(data, SPACE, {
      ...shared,
      trials,
      perform,
      storage: file(join(study, 'search.json')),
      signal: stop.signal,
      refit: false,
    });
    console.log(JSON.stringify({ best, why }));
  } catch (error) {
    if (!stop.signal.aborted) throw error;
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
