/**
 * Writes the files that every later version reads: `npx tsx scripts/write-files.ts`, once for each released version.
 *
 * A saved model of each ready kind, a checkpoint of each kind of run, and what comes of them, into `test/keptFiles/VERSION`. A
 * version that has files keeps them: `--again` replaces those of a version that is not released yet.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { file, selectBackend } from 'ssvae/node';
import { saveModel, version } from '../src/index';
import { disturb, KEPT_MODELS, KEPT_RUNS, outputsOf } from '../test/support/keptFiles';

const folder = fileURLToPath(new URL(`../test/keptFiles/${version}`, import.meta.url));
if (existsSync(folder) && !process.argv.includes('--again')) {
  console.error(
    `write-files: test/keptFiles/${version} is there, and what a released version wrote is kept for ever`,
  );
  process.exit(1);
}
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await selectBackend({ backend: 'wasm' });

const models: Record<string, object> = {};
for (const [name, make] of Object.entries(KEPT_MODELS)) {
  const model = make();
  disturb(model);
  models[name] = await outputsOf(model);
  await saveModel(model, file(join(folder, `${name}.safetensors`)));
  model.dispose();
}
const runs: Record<string, object> = {};
for (const [name, { train }] of Object.entries(KEPT_RUNS)) {
  const checkpoint = { storage: file(join(folder, `run-${name}.safetensors`)) };
  await train({ checkpoint, stop: 3 });
  runs[name] = await train({});
}
await writeFile(join(folder, 'expected.json'), `${JSON.stringify({ models, runs }, undefined, 1)}\n`);
