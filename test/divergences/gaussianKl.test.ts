import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  copyRegisteredKernels,
  Expm1,
  exp,
  findBackendFactory,
  getBackend,
  grads,
  type KernelFunc,
  mul,
  ones,
  registerBackend,
  registerKernel,
  scalar,
  setBackend,
  sub,
  type Tensor,
  tensor2d,
  unregisterKernel,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as gaussian from '../../src/distributions/gaussian';
import { gaussianKl } from '../../src/divergences/gaussianKl';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

describePrimitive('gaussianKl to N(0, I)', (mean, logVar) => gaussianKl({ mean, logVar }), {
  errors: [
    [
      'a log-variance that would broadcast',
      () => gaussianKl({ mean: zeros([2, 3]), logVar: zeros([2, 1]) }),
      'gaussianKl: q.logVar has shape [2,1], needed [B,...] = [2,3]',
    ],
    [
      'another batch',
      () => gaussianKl({ mean: zeros([2, 3]), logVar: zeros([1, 3]) }),
      'gaussianKl: q.logVar has shape [1,3], needed [B,...] = [2,3]',
    ],
    [
      'no batch axis',
      () => gaussianKl({ mean: scalar(0), logVar: scalar(0) }),
      'gaussianKl: q.mean has shape [], needed [B,...]',
    ],
  ],
});

describePrimitive(
  'gaussianKl to a Gaussian',
  (mean, logVar, priorMean, priorLogVar) =>
    gaussianKl({ mean, logVar }, { mean: priorMean, logVar: priorLogVar }),
  {
    errors: [
      [
        'a prior that would broadcast',
        () =>
          gaussianKl(
            { mean: zeros([2, 3]), logVar: zeros([2, 3]) },
            { mean: zeros([1, 3]), logVar: zeros([1, 3]) },
          ),
        'gaussianKl: p.mean has shape [1,3], needed [B,...] = [2,3]',
      ],
    ],
  },
);

// WebGL and WebGPU in small: the kernels of plain JavaScript, but for expm1, and float32 throughout.
const APPROXIMATE = 'approximate';

const registerApproximate = (): void => {
  if (findBackendFactory(APPROXIMATE)) return;
  registerBackend(APPROXIMATE, () => new MathBackendCPU());
  copyRegisteredKernels('cpu', APPROXIMATE);
  unregisterKernel(Expm1, APPROXIMATE);
  const minusOne: KernelFunc = ({ inputs }) => sub(exp(inputs.x as Tensor), 1);
  registerKernel({ kernelName: Expm1, backendName: APPROXIMATE, kernelFunc: minusOne });
};

describe('gaussianKl where expm1(v) is exp(v) − 1, as on WebGL and WebGPU', () => {
  const backend = getBackend();
  beforeAll(async () => {
    registerApproximate();
    await setBackend(APPROXIMATE);
  });
  afterAll(() => setBackend(backend));
  cleanUpAfterEach();

  const points = [1, 0.5, 0.4999, 0.1, 1e-2, 1e-3, 1e-5, 1e-8, 20].flatMap((v) => [v, -v]).map(Math.fround);
  const kl = (logVar: Tensor): Tensor => gaussianKl({ mean: zerosLike(logVar), logVar });
  const logVar = (): Tensor => tensor2d(points.map((v) => [v]));

  it('keeps its digits in value and gradient', async () => {
    // The series where e^v − 1 − v cancels in float64 too.
    const half = (v: number) => (Math.abs(v) < 0.01 ? v ** 2 * (1 / 4 + v / 12) : (Math.expm1(v) - v) / 2);
    const values = await read(kl(logVar()));
    const slopes = await read(grads(kl)([logVar()])[0] as Tensor);
    for (const [i, v] of points.entries()) {
      expect(Math.abs((values[i] as number) / half(v) - 1), `value at ${v}`).toBeLessThan(1e-5);
      expect(Math.abs((slopes[i] as number) / (Math.expm1(v) / 2) - 1), `slope at ${v}`).toBeLessThan(5e-7);
    }
  });

  it('is exactly zero at the prior, and never below', async () => {
    expect(await read(kl(zeros([2, 2])))).toEqual([0, 0]);
    expect(Math.min(...(await read(kl(logVar()))))).toBeGreaterThanOrEqual(0);
  });

  it('is finite where σ² underflows, and +∞ where it overflows', async () => {
    expect(await read(kl(tensor2d([[-200], [200]])))).toEqual([99.5, Number.POSITIVE_INFINITY]);
  });
});

describe('gaussianKl', () => {
  cleanUpAfterEach();

  it('is exactly zero at the prior', async () => {
    expect(await read(gaussianKl({ mean: zeros([3, 2]), logVar: zeros([3, 2]) }))).toEqual([0, 0, 0]);
  });

  it('keeps its digits near the prior, where exp(v) − 1 − v would be 0', async () => {
    // ½ (e^v − 1 − v) = v²/4 + v³/12 + …; expm1 − v still cancels, which leaves a relative error of ulp / v.
    const logVar = tensor2d([[1e-3], [-1e-3]]);
    const kl = await read(gaussianKl({ mean: zeros([2, 1]), logVar }));
    expect((kl[0] as number) / 2.5008336e-7).toBeCloseTo(1, 2);
    expect((kl[1] as number) / 2.4991669e-7).toBeCloseTo(1, 2);
    const [gradient] = grads((v: Tensor) => gaussianKl({ mean: zeros([2, 1]), logVar: v }))([logVar]);
    const slopes = await read(gradient as Tensor);
    for (const [i, v] of [1e-3, -1e-3].entries())
      expect(Math.abs((slopes[i] as number) / (0.5 * Math.expm1(Math.fround(v))) - 1)).toBeLessThan(5e-7);
  });

  it('is not below 0 where it is all but 0', async () => {
    const values = Array.from({ length: 400 }, (_, i) => [(i % 2 ? 1 : -1) * 1.06 ** -i]);
    const kl = await read(gaussianKl({ mean: zeros([400, 1]), logVar: tensor2d(values) }));
    expect(Math.min(...kl)).toBeGreaterThanOrEqual(0);
  });

  it('lets NaN through', async () => {
    const kl = gaussianKl({ mean: zeros([1, 1]), logVar: tensor2d([[Number.NaN]]) });
    expect(await read(kl)).toEqual([Number.NaN]);
  });

  it('names what came and what was needed: nothing, half a distribution, integers', () => {
    expect(() => gaussianKl(undefined as never)).toThrowError(
      new TypeError('gaussianKl: q.mean is undefined, needed a tensor [B ...]'),
    );
    const q = { mean: zeros([2, 3]), logVar: zeros([2, 3]) };
    expect(() => gaussianKl(q, { mean: q.mean } as never)).toThrowError(
      new TypeError('gaussianKl: p.logVar is undefined, needed a tensor [B ...]'),
    );
    expect(() => gaussianKl({ mean: q.mean, logVar: ones([2, 3], 'int32') })).toThrowError(
      new TypeError('gaussianKl: q.logVar has dtype int32, needed float32'),
    );
  });

  it('stays finite, and zero at equality, where σ² underflows in both arguments', async () => {
    const q = { mean: tensor2d([[1, -2]]), logVar: tensor2d([[-200, -400]]) };
    expect(await read(gaussianKl(q, q))).toEqual([0]);
    await expectTensor(gaussianKl(q), [2.5 + 299]);
  });

  it('agrees with its Monte-Carlo estimate', async () => {
    const samples = 4000;
    const q = { mean: mul(ones([samples, 2]), 0.7), logVar: mul(ones([samples, 2]), -1) };
    const p = { mean: mul(ones([samples, 2]), -0.2), logVar: mul(ones([samples, 2]), 0.5) };
    const z = gaussian.sample(q, createNoise(7));
    const logQ = await read(gaussian.logProb(q, z));
    const logP = await read(gaussian.logProb(p, z));
    const [kl = 0] = await read(gaussianKl(q, p));
    expectWithinError(
      logQ.map((value, s) => value - (logP[s] as number)),
      kl,
    );
  });
});
