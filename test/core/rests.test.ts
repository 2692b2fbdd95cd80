import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRests } from '../../src/core/rests';

const work = (ms: number): void => {
  const start = performance.now();
  while (performance.now() - start < ms);
};

describe('createRests', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it.each(['setImmediate', 'MessageChannel'])('lets timers have their turn, by %s', async (by) => {
    if (by === 'MessageChannel') vi.stubGlobal('setImmediate', undefined);
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    const rest = createRests();
    for (let i = 0; i < 5; i++) {
      work(40);
      await rest();
    }
    clearInterval(timer);
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
