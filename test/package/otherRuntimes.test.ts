import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUserProject, type UserProject } from '../support/installedLibrary';

const run = promisify(execFile);

/** A run with checkpoints, its resume, and a model that is saved and loaded. */
const PROGRAM = `
import { createBatches, createM2, loadModel, predict, regularized, saveModel, splitDataset, train, twoMoons } from 'ssvae';
import { file, folder, selectBackend } from 'ssvae/node';

const [backend, threads, place] = process.argv.slice(2);
const { description, execute } = await selectBackend({ backend, threads: Number(threads) });
const dataset = twoMoons({ count: 200, seed: 1 });
const split = splitDataset(dataset, { labeled: 10, seed: 1 });
const batches = createBatches({ dataset, split, batchSize: { labeled: 10, unlabeled: 20 }, seed: 1 });
const model = createM2({ data: dataset, latent: 2, nets: { preset: 'mlp', widths: [16] }, seed: 1 });
const checkpoint = { storage: folder(place + '/run') };
const objective = regularized({ labelHandling: 'gumbel' });
const options = { objective, batches, seed: 1, execute, checkpoint, resume: true, onWarning() {} };
const first = await train(model, { ...options, epochs: 2 });
const second = await train(model, { ...options, epochs: 4 });
await saveModel(model, file(place + '/model.safetensors'));
const loaded = await loadModel(file(place + '/model.safetensors'), { kind: 'm2' });
const [before, after] = [await predict(model, dataset.x), await predict(loaded, dataset.x)];
const isSame = before.probabilities.every((value, i) => value === after.probabilities[i]);
const steps = [first.step, second.resumed.step, second.step];
console.log('result ' + JSON.stringify({ description, steps, isSame, probabilities: [...after.probabilities] }));
`;

/** What the program finds. */
interface Result {
  readonly description: string;
  readonly steps: readonly number[];
  readonly isSame: boolean;
  readonly probabilities: readonly number[];
}

/** Where a runtime is: on the PATH, or where `scripts/setup-others.ts` installs it. */
const pathOf = (name: string): string | undefined =>
  [...(process.env.PATH ?? '').split(delimiter), resolve('runs/others/node_modules/.bin')]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  deno: ['run', '--allow-read', '--allow-write', '--allow-env', '--allow-sys'],
  bun: [],
};

describe('other runtimes', () => {
  let project: UserProject;
  let places = 0;

  beforeAll(async () => {
    project = await createUserProject();
    await writeFile(join(project.folder, 'program.mjs'), PROGRAM);
    await writeFile(join(project.folder, 'package.json'), '{ "private": true, "type": "module" }');
  });

  afterAll(() => project.remove());

  async function train(command: string, args: readonly string[], backend: string, threads: number) {
    const given = [...args, 'program.mjs', backend, String(threads), `place-${places++}`];
    const { stdout } = await run(command, given, { cwd: project.folder });
    return JSON.parse(/^result (.*)$/m.exec(stdout)?.[1] ?? 'null') as Result;
  }

  describe.each(Object.entries(RUNTIMES))('%s', (name, args) => {
    const path = pathOf(name);

    it.for([
      ['wasm', 1],
      ['wasm', 2],
      ['cpu', 1],
    ] as const)(
      'trains, resumes, saves and loads as Node does: %s, threads: %i',
      async ([backend, threads], context) => {
        if (path === undefined) {
          context.skip(`${name} is absent; npx tsx scripts/setup-others.ts installs it`);
          return;
        }
        const expected = await train(process.execPath, [], backend, threads);
        const found = await train(path, args, backend, threads);
        expect(found.description).toBe(expected.description);
        expect(found.description).toContain(threads === 2 ? '2 threads' : 'as asked');
        expect([found.steps, found.isSame]).toEqual([[18, 18, 36], true]);
        expect(found.probabilities).toHaveLength(400);
        // Engines differ in the last digits of functions and of fused operations; training makes more of that.
        const distances = found.probabilities.map((p, i) =>
          Math.abs(p - (expected.probabilities[i] as number)),
        );
        expect(Math.max(...distances)).toBeLessThan(0.02);
      },
    );
  });
});
