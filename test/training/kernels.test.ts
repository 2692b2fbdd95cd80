import { getBackend, memory, profile } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import type { M2 } from '../../src/models/m2/m2';
import type { M2Preset } from '../../src/models/m2/nets';
import { m2, optimizedElbo } from '../../src/models/m2/objective';
import type { Objective } from '../../src/models/objective';
import { createAdam } from '../../src/training/adam';
import { trainingSteps } from '../../src/training/trainingSteps';
import { cleanUpAfterEach } from '../support/numbers';
import { CONV, MLP, tinyBatches, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

/** What only gives values another name or shape, and what the profile counts besides kernels. */
const FREE = /^(Identity|Reshape|unnamed scope|.*__op)$/;

/** Kernels of a step, bytes of what they make, and bytes that stay. */
const costOf = async (nets: M2Preset, objective: Objective<M2>) => {
  const model = tinyM2({ nets });
  const optimizer = createAdam();
  const steps = trainingSteps(model, { objective, batches: tinyBatches(), noise: createNoise(1), optimizer });
  // The first step makes the moments.
  await steps.next();
  const before = memory().numBytes;
  const { kernels } = await profile(async () => {
    await steps.next();
  });
  const stays = memory().numBytes - before;
  await steps.return();
  optimizer.dispose();
  model.dispose();
  const counted = kernels.filter(({ name }) => !FREE.test(name));
  return {
    kernels: counted.length,
    kilobytes: Math.ceil(kernels.reduce((sum, { bytesAdded }) => sum + bytesAdded, 0) / 1000),
    stays,
  };
};

/** The most that a step may cost; whoever makes it cheaper lowers it. */
const LIMITS: Readonly<Record<string, readonly [kernels: number, kilobytes: number]>> = {
  'cpu, mlp': [494, 499],
  'cpu, conv': [550, 275],
  'cpu, Optimized-ELBO': [640, 280],
  'wasm, mlp': [309, 386],
  'wasm, conv': [310, 229],
  'wasm, Optimized-ELBO': [400, 234],
};

// No time is measured: what is counted is the same on every machine, and grows only with the code.
describe('a step costs no more kernels and bytes than', () => {
  it.each<[string, M2Preset, Objective<M2>]>([
    ['mlp', MLP, m2()],
    ['conv', CONV, m2({ labelHandling: 'gumbel' })],
    ['Optimized-ELBO', CONV, optimizedElbo({ labelHandling: 'gumbel' })],
  ])('%s', async (name, nets, objective) => {
    const { kernels, kilobytes, stays } = await costOf(nets, objective);
    expect(stays).toBe(0);
    const [most, mostKilobytes] = LIMITS[`${getBackend()}, ${name}`] ?? [Infinity, Infinity];
    expect(kernels, 'kernels').toBeLessThanOrEqual(most);
    expect(kilobytes, 'kilobytes').toBeLessThanOrEqual(mostKilobytes);
  });
});
