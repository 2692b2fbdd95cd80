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

// Blocks of 0.8 MB; what is let go is collected some time later, so a peak is measured again before it fails.
it('a stream of 120 MB trains within half of that', { retry: 2 }, async () => {
  const {
    bytes = 0,
    before = 0,
    peak = 0,
  } = await measure('stream', '--gigabytes', '0.12', '--rows', '1000');
  expect(bytes).toBeGreaterThan(119e6);
  expect(peak - before).toBeLessThan(bytes / 2);
});

it('an array of 300 MB trains within 1.3 times that', async () => {
  const { ratio } = await measure('arrays', '--megabytes', '300');
  expect(ratio).toBeGreaterThan(0.9);
  expect(ratio).toBeLessThan(1.3);
});
