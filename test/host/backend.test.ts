import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { assertThreads } from '../../src/host/backend';
import { Broken, isFault, NotInstalled, reasonOf } from '../../src/host/backendErrors';

describe('threads of a backend', () => {
  it('are at most 64, or four for each core', () => {
    for (const [threads, cores] of [
      [1, 1],
      [64, 2],
      [128, 32],
      [64, undefined],
    ] as const)
      expect(() => assertThreads(threads, cores)).not.toThrow();
    for (const [threads, cores, most] of [
      [65, 2, 64],
      [129, 32, 128],
      [65, undefined, 64],
    ] as const)
      expect(() => assertThreads(threads, cores)).toThrow(
        `selectBackend: threads is ${threads}, needed at most ${most} on this machine`,
      );
  });
});

describe('the reason of a backend', () => {
  it('is one line of bounded length, without colors and control characters', () => {
    expect(reasonOf(new Error('\u001b[31mno device\u001b[0m.\nstack'))).toBe('no device');
    expect(reasonOf(new Error('a\u001b]0;title\u0007b'))).toBe('a\\u001b]0;title\\u0007b');
    expect(reasonOf('x'.repeat(1e6))).toHaveLength(501);
  });
});

describe('a fault of a backend', () => {
  it('is said from one that is not available here, whichever realm has thrown it', () => {
    const foreign = (program: string): unknown =>
      runInNewContext(`try { ${program} } catch (error) { error }`);
    for (const fault of [
      new Broken('it fails'),
      new TypeError('it fails'),
      foreign('atob("")'),
      foreign('null.x'),
      'a text',
      undefined,
    ])
      expect(isFault(fault)).toBe(true);
    for (const absent of [
      new NotInstalled('none'),
      new Error('no adapter'),
      foreign('throw new Error("none")'),
    ])
      expect(isFault(absent)).toBe(false);
  });
});
