import { afterAll, expect, it } from 'vitest';
import { REPEATING } from '../support/kill/backends';
import { killRuns } from '../support/kill/killRuns';
import { disturbRuns } from '../support/kill/otherFaults';
import { removeRun } from '../support/kill/runProcess';

afterAll(removeRun);

// The processes choose their backends themselves; `scripts/kill-runs.ts` kills more of them.
it.each(REPEATING)(
  'a run that is killed and resumed on %s ends to the bit as one that is not',
  async (backend) => {
    const kills = 4;
    const figures = await killRuns(backend, kills, 7, 6);
    expect(figures.kills).toBe(kills);
    expect(figures.endings).toBeGreaterThan(0);
    expect(figures.read).toBeGreaterThan(0);
  },
  180_000,
);

it('a run that is killed as a half-written file appears ends to the bit as one that is not', async () => {
  const figures = await killRuns('wasm', 3, 7, 6, 'saves');
  expect(figures).toMatchObject({ kills: 3, halfWritten: expect.any(Number) });
  expect(figures.halfWritten).toBeGreaterThan(0);
}, 180_000);

it('a second run is refused, and a suspended or unread one ends to the bit as one that is left alone', async () => {
  expect(await disturbRuns('wasm', 1, 7, 6)).toEqual({
    second: 2,
    refused: 2,
    suspended: 1,
    suspendedEnded: 1,
    unread: 1,
    unreadEnded: 1,
  });
}, 180_000);
