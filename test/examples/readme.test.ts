import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the program of the README runs as it stands', () => {
  const [, program = ''] = /```ts\n(.*?)```/s.exec(readFileSync('README.md', 'utf8')) ?? [];
  const short = program.replace('epochs: 8', 'epochs: 1');
  expect(short).not.toBe(program);
  // Beside the sources, where `ssvae` means them; the checkpoint goes elsewhere.
  const folder = join('runs', `readme-${process.pid}`);
  const cwd = mkdtempSync(join(tmpdir(), 'ssvae-readme-'));
  mkdirSync(folder, { recursive: true });
  const path = join(process.cwd(), folder, 'program.ts');
  try {
    writeFileSync(path, `${short}\nconsole.log(name, history.length, images.shape, accuracy);\n`);
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
    const [, rows, accuracy] = /(\d+) \[ 3, 28, 28, 1 \] (\S+)/.exec(stdout) ?? [];
    expect(rows).toBe('1');
    expect(Number(accuracy)).toBeGreaterThan(0.5);
    expect(readFileSync(join(cwd, 'runs/m2.safetensors')).length).toBeGreaterThan(1e6);
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(cwd, { recursive: true });
  }
});
