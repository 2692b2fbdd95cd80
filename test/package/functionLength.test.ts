import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = join(process.cwd(), 'scripts/check-functions.ts');
const loader = join(process.cwd(), 'node_modules/tsx/dist/loader.mjs');

let folder = '';

/** Runs the script in the folder; returns what it reports, without the advice. */
const check = () => {
  const { status, stderr } = spawnSync(process.execPath, ['--import', loader, script], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, faults: stderr.trim().replace(/: move .*/gm, '') };
};

/** A function of a number of lines, and one line before it. */
const ofLines = (head: string, lines: number, tail = '}'): string =>
  `/** Its comment does not count. */\n${head}\n${'  // a line\n'.repeat(lines - 2)}${tail}\n`;

describe('check-functions', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ssvae-functions-test-'));
    mkdirSync(join(folder, 'src/deep'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('passes functions of 80 lines, and long values and comments that are not functions', () => {
    writeFileSync(join(folder, 'src/a.ts'), ofLines('export function short() {', 80));
    writeFileSync(join(folder, 'src/b.ts'), ofLines('export const LIST = [', 200, '];'));
    expect(check()).toEqual({ status: 0, faults: '' });
  });

  it('reports each longer function with its file, line, name and length, within others too', () => {
    writeFileSync(join(folder, 'src/a.ts'), ofLines('export function long() {', 81));
    const method = ofLines('  run() {', 90, '  },');
    writeFileSync(join(folder, 'src/deep/b.ts'), `const make = (x: number) => ({\n${method}});\n`);
    expect(check()).toEqual({
      status: 1,
      faults: [
        'src/a.ts:2: long has 81 lines, needed at most 80',
        'src/deep/b.ts:1: make has 93 lines, needed at most 80',
        'src/deep/b.ts:3: run has 90 lines, needed at most 80',
      ].join('\n'),
    });
  });
});
