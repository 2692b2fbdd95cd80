import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRests } from '../../src/host/rests';
import { busyFor, ticksDuring } from '../support/waiting';

describe('createRests', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it.each(['setImmediate', 'MessageChannel'])('lets timers have their turn, by %s', async (by) => {
    if (by === 'MessageChannel') vi.stubGlobal('setImmediate', undefined);
    const rest = createRests();
    const ticks = await ticksDuring(async () => {
      for (let i = 0; i < 5; i++) {
        busyFor(40);
        await rest();
      }
    });
    expect(ticks).toBeGreaterThan(1);
  });

  it('returns at once where the last rest was just now', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    const turns = vi.fn((then: () => void) => void setTimeout(then, 0));
    vi.stubGlobal('setImmediate', turns);
    const rest = createRests();
    for (const [now, rested] of [
      [29, 0],
      [30, 1],
      [59, 1],
      [60, 2],
    ] as const) {
      clock.mockReturnValue(now);
      await rest();
      expect(turns).toHaveBeenCalledTimes(rested);
    }
    clock.mockRestore();
  });
});
