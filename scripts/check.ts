/** Everything that must hold before a release: one line a step, and the output of a step only where it fails. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Step = readonly [name: string, command: string];

const folder = await mkdtemp(join(tmpdir(), 'ssvae-check-'));
const tarball = join(folder, 'ssvae.tgz');

const ofSource: readonly Step[] = [
  ['types', 'tsc'],
  ['lint and format', 'biome ci --colors=off --error-on-warnings'],
  ['direction of imports', 'depcruise src --output-type err'],
  ['length of functions', 'tsx scripts/check-functions.ts'],
  ['unused exports and dependencies', 'knip'],
  ['compiled kernels', 'tsx scripts/build-wasm.ts --check'],
  ['checksums of packages', 'tsx scripts/check-lock.ts'],
  ['prose and links', 'tsx scripts/check-prose.ts'],
  ['tables of results', 'tsx bench/tables.ts --check'],
  ['documentation of every export, and the site', 'npm run --silent site:check'],
];

const ofPackage: readonly Step[] = [
  ['build', 'tsup'],
  [
    'pack',
    `npm pack --ignore-scripts --silent --pack-destination "${folder}" && mv "${folder}"/ssvae-*.tgz "${tarball}"`,
  ],
  ['size', 'size-limit'],
  ['package.json', `publint --strict "${tarball}"`],
  ['types of the package', `attw "${tarball}"`],
  ['pages and examples of the package', `tsx scripts/check-contents.ts "${tarball}"`],
  ['imports of the package', `tsx scripts/check-imports.ts "${tarball}"`],
  ['runners of tests', `tsx scripts/check-runners.ts "${tarball}"`],
  ['bundlers', `tsx scripts/check-bundlers.ts "${tarball}"`],
];

/** Runs a command to its end; resolves to what it printed and whether it succeeded. */
function run(command: string): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, {
      shell: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/** Runs steps one after the other, all of them unless `needed` fails; resolves to the names of those that failed. */
async function runAll(steps: readonly Step[], needed: readonly string[] = []): Promise<string[]> {
  const failed: string[] = [];
  for (const [name, command] of steps) {
    const start = performance.now();
    const { ok, output } = await run(command);
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${seconds} s  ${name}`);
    if (ok) continue;
    console.log(`$ ${command}\n${output.trimEnd()}`);
    failed.push(name);
    if (needed.includes(name)) break;
  }
  return failed;
}

const failed = (await Promise.all([runAll(ofSource), runAll(ofPackage, ['build', 'pack'])])).flat();
await rm(folder, { recursive: true });
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
