import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const path = 'examples/custom-model.ts';

test('your own model, composed from the primitives in under 60 lines, trains and classifies', () => {
  expect(readFileSync(path, 'utf8').trimEnd().split('\n').length).toBeLessThan(60);
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', path], {
    encoding: 'utf8',
  });
  expect(stderr).not.toMatch(/Error/);
  expect(status).toBe(0);
  const [, first, last, accuracy] = /loss (\S+) → (\S+) nats, accuracy (\S+) %/.exec(stdout) ?? [];
  expect(Number(last)).toBeLessThan(Number(first) - 10);
  // Chance is 50; ten labels alone give about 80.
  expect(Number(accuracy)).toBeGreaterThan(75);
});
