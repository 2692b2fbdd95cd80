import { getBackend, memory, profile } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import type { M2 } from '../../src/models/m2/model';
import type { M2Preset } from '../../src/models/m2/nets';
import type { Objective } from '../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { recordedStep } from '../../src/recorded/recordedStep';
import type { Executor } from '../../src/training/executor';
import { createAdam } from '../../src/training/optimizer/adam';
import { trainingSteps } from '../../src/training/trainingSteps';
import { cleanUpAfterEach } from '../support/numbers';
import { CONV, MLP, tinyBatches, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

/** What only gives values another name or shape, and what the profile counts besides kernels. */
const FREE = /^(Identity|Reshape|unnamed scope|.*__op)$/;

/** Kernels of a step, bytes of what they make, and bytes that stay. */
const costOf = async (nets: M2Preset, objective: Objective<M2>, execute: Executor | undefined) => {
  const model = tinyM2({ nets });
  const optimizer = createAdam();
  const steps = trainingSteps(model, {
    objective,
    batches: tinyBatches(),
    seed: createNoise(1),
    optimizer,
    ...(execute && { execute }),
  });
  // The first steps make the moments, and the recording.
  for (let step = 0; step < 3; step++) await steps.next();
  const before = memory().numBytes;
  const { kernels } = await profile(async () => {
    await steps.next();
  });
  const stays = memory().numBytes - before;
  await steps.return();
  execute?.dispose();
  optimizer.dispose();
  model.dispose();
  const counted = kernels.filter(({ name }) => !FREE.test(name));
  return {
    kernels: counted.length,
    kilobytes: Math.ceil(kernels.reduce((sum, { bytesAdded }) => sum + bytesAdded, 0) / 1000),
    stays,
  };
};

/**
 * The most that a step may cost. Lower a limit when you make a step cheaper. Each part of a batch goes through the nets by
 * itself: one pass for both took 80 to 100 kernels fewer, and the same time on a CPU.
 */
const LIMITS: Readonly<Record<string, readonly [kernels: number, kilobytes: number]>> = {
  'cpu, mlp': [525, 497],
  'cpu, conv': [639, 270],
  'cpu, Optimized-ELBO': [728, 275],
  'wasm, mlp': [349, 433],
  'wasm, conv': [408, 245],
  'wasm, Optimized-ELBO': [497, 250],
  'tensorflow, mlp': [358, 442],
  'tensorflow, conv': [387, 230],
  'tensorflow, Optimized-ELBO': [477, 235],
  'tensorflow, mlp, recorded': [3, 10],
  'tensorflow, conv, recorded': [3, 10],
  'tensorflow, Optimized-ELBO, recorded': [3, 10],
  'webgpu, mlp': [626, 532],
  'webgpu, conv': [759, 284],
  'webgpu, Optimized-ELBO': [848, 289],
};

const STEPS: readonly (readonly [name: string, nets: M2Preset, objective: Objective<M2>])[] = [
  ['mlp', MLP, semiSupervised()],
  ['conv', CONV, semiSupervised({ labelHandling: 'gumbel' })],
  ['Optimized-ELBO', CONV, regularized({ labelHandling: 'gumbel' })],
];

// No time is measured: what is counted is the same on every machine, and grows only with the code.
describe('a step costs no more kernels and bytes than', () => {
  const expectCheap = (cost: Awaited<ReturnType<typeof costOf>>, name: string): void => {
    expect(cost.stays).toBe(0);
    const [most, mostKilobytes] = LIMITS[`${getBackend()}, ${name}`] ?? [Infinity, Infinity];
    expect(cost.kernels, 'kernels').toBeLessThanOrEqual(most);
    expect(cost.kilobytes, 'kilobytes').toBeLessThanOrEqual(mostKilobytes);
  };

  it.each(STEPS)('%s', async (name, nets, objective) =>
    expectCheap(await costOf(nets, objective, undefined), name),
  );

  it.for(STEPS)('%s, recorded', async ([name, nets, objective], { skip }) => {
    if (getBackend() !== 'tensorflow') skip('steps are recorded on native TensorFlow alone');
    expectCheap(await costOf(nets, objective, recordedStep()), `${name}, recorded`);
  });
});
