import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const programs = [...readFileSync('README.md', 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(
  ([, program]) => program as string,
);

/** Runs a program in an empty folder, hands what it printed and that folder to `look`, and takes both away. */
function run(program: string, look: (stdout: string, folder: string) => void): void {
  // Beside the sources, where `ssvae` means them; what it writes goes elsewhere.
  const folder = join('runs', `readme-${process.pid}`);
  const cwd = mkdtempSync(join(tmpdir(), 'ssvae-readme-'));
  mkdirSync(folder, { recursive: true });
  const path = join(process.cwd(), folder, 'program.ts');
  try {
    writeFileSync(path, program);
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--import', join(process.cwd(), 'node_modules/tsx/dist/loader.mjs'), path],
      {
        cwd,
        encoding: 'utf8',
        env: { ...process.env, TSX_TSCONFIG_PATH: join(process.cwd(), 'tsconfig.json') },
      },
    );
    expect(stderr).not.toMatch(/Error/);
    expect(status).toBe(0);
    look(stdout, cwd);
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(cwd, { recursive: true });
  }
}

test('the program of the README runs as it stands', () => {
  const [program = ''] = programs;
  const short = program.replace('epochs: 8', 'epochs: 1');
  expect(short).not.toBe(program);
  run(`${short}\nconsole.log(name, history.length, images.shape, accuracy);\n`, (stdout, folder) => {
    const [, rows, accuracy] = /(\d+) \[ 3, 28, 28, 1 \] (\S+)/.exec(stdout) ?? [];
    expect(rows).toBe('1');
    expect(Number(accuracy)).toBeGreaterThan(0.5);
    expect(readFileSync(join(folder, 'runs/m2-checkpoint.safetensors')).length).toBeGreaterThan(1e6);
  });
});

test('the check of a model in the README holds', () => {
  const [, program = ''] = programs;
  run(`${program}\nconsole.log(checked.length, checked[0]);\n`, (stdout) => {
    expect(stdout).toMatch(/^35 describes itself$/m);
  });
});

test('the way from a canvas to a prediction leads there', () => {
  const program = programs.find((one) => one.includes('getImageData')) ?? '';
  // What a page has and Node has not: a canvas on which white has been drawn in the upper half.
  const page = `
    import { createM2, predict } from 'ssvae';
    import { selectBackend } from 'ssvae/node';
    await selectBackend({ backend: 'cpu' });
    const model = createM2({ inputShape: [28, 28, 1], classes: 10, latent: 2, nets: { preset: 'mlp', widths: [4] } });
    const canvas = {};
    globalThis.OffscreenCanvas = class {
      getContext() {
        const data = new Uint8ClampedArray(28 * 28 * 4);
        return {
          fillRect: () => data.forEach((_, i) => { data[i] = i % 4 === 3 ? 255 : 0; }),
          drawImage: () => data.fill(255, 0, data.length / 2),
          getImageData: () => ({ data }),
        };
      }
    };`;
  run(`${page}\n${program}\nconsole.log(labels.length, grey[0], grey[783]);\n`, (stdout) => {
    expect(stdout).toMatch(/^1 255 0$/m);
  });
});
