import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** What a program of bench/memory measures, in a process without anything else. */
const measure = async (program: string, ...options: readonly string[]): Promise<Record<string, number>> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    `bench/memory/${program}.ts`,
    '--json',
    ...options,
  ]);
  return JSON.parse(stdout);
};

// Blocks of 0.8 MB. V8 collects buffers that are let go once it has given out 64 MB of them, so the limit lies well above.
it('a stream of 250 MB trains within half of that', { retry: 2 }, async () => {
  const {
    bytes = 0,
    before = 0,
    peak = 0,
  } = await measure('stream', '--gigabytes', '0.25', '--rows', '1000');
  expect(bytes).toBeGreaterThan(249e6);
  expect(peak - before).toBeLessThan(bytes / 2);
});

it('an array of 300 MB trains within 1.3 times that', async () => {
  const { ratio } = await measure('arrays', '--megabytes', '300');
  expect(ratio).toBeGreaterThan(0.9);
  expect(ratio).toBeLessThan(1.3);
});
