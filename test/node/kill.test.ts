import { expect, it } from 'vitest';
import { killRuns } from '../support/kill/killRuns';

// The processes choose their backends themselves; `scripts/kill-runs.ts` kills more of them.
it.each(['cpu', 'wasm'] as const)(
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
