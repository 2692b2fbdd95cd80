import { tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { digamma, logGamma, stirlingRemainder, stirlingRemainderAt } from '../../src/core/logGamma';
import { checkGradient } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';

// Values are those of torch in float64: differences of float32 say nothing at 1e6.
describePrimitive('logGamma', logGamma, { smooth: false });
describePrimitive('digamma', digamma, { smooth: false });

describe('logGamma', () => {
  cleanUpAfterEach();

  it('is exactly 0 at 1 and 2, and the logarithm of the factorial at whole numbers', async () => {
    const [one, two, ten] = await read(logGamma(tensor1d([1, 2, 10])));
    expect([one, two]).toEqual([0, 0]);
    expectClose([ten as number], [Math.log(362880)]);
  });

  it('obeys the recurrence log Γ(v + 1) = log Γ(v) + log v across its branches', async () => {
    const v = Array.from({ length: 120 }, (_, i) => 0.05 + i / 17);
    const [at, after] = [
      await read(logGamma(tensor1d(v))),
      await read(logGamma(tensor1d(v.map((x) => x + 1)))),
    ];
    expectClose(
      after,
      at.map((value, i) => value + Math.log(v[i] as number)),
    );
  });
});

describe('digamma', () => {
  cleanUpAfterEach();

  it('is −γ at 1 and log v − 1/2v for a large v', async () => {
    expectClose(await read(digamma(tensor1d([1, 1e5]))), [-0.5772156649, Math.log(1e5) - 5e-6]);
  });

  it('has the gradient that finite differences give', async () => {
    await checkGradient(digamma, [tensor1d([0.7, 1, 2.49, 2.51, 5.5, 40])], { step: 2e-3 });
  });
});

describe('the remainder of Stirling’s formula', () => {
  cleanUpAfterEach();

  const remainder = (n: number): number =>
    [...Array(n).keys()].reduce((sum, k) => sum + Math.log(k + 1), 0) -
    ((n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI));

  it('is that of the factorial, for whole numbers and others alike', async () => {
    const n = [1, 2, 3, 4, 5, 6, 10, 50, 200];
    const expected = n.map(remainder);
    expectClose(await read(stirlingRemainder(tensor1d(n))), expected);
    expectClose(await read(stirlingRemainderAt(tensor1d(n), tensor1d(n.map(Math.log)))), expected);
  });
});
