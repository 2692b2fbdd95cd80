import { getBackend, memory, profile } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import type { Aae } from '../../src/models/adversarial/model';
import type { Model } from '../../src/models/model';
import { labelConditional } from '../../src/models/objectives/labelConditional';
import type { Objective, Phase } from '../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { recordedStep } from '../../src/recorded/recordedStep';
import { adversarial } from '../../src/training/adversarial';
import type { Executor } from '../../src/training/executor';
import { createAdam } from '../../src/training/optimizer/adam';
import { trainingSteps } from '../../src/training/trainingSteps';
import { cleanUpAfterEach } from '../support/numbers';
import {
  CONV,
  MLP,
  tinyAae,
  tinyAdgm,
  tinyBatches,
  tinyLadder,
  tinyM1M2,
  tinyM2,
  tinyMarginal,
  tinySdgm,
  tinyToken,
} from '../support/tiny';

cleanUpAfterEach();

/** What only gives values another name or shape, and what the profile counts besides kernels. */
const FREE = /^(Identity|Reshape|unnamed scope|.*__op)$/;

/** Kernels of a step, bytes of what they make, and bytes that stay. */
const costOf = async ({ make, objectiveOf }: Step, execute: Executor | undefined) => {
  const model = make();
  const objective = objectiveOf(model as never);
  const optimizers = Array.isArray(objective) ? objective.map((phase) => phase.optimizer) : [createAdam()];
  const steps = trainingSteps(model as never, {
    objective: objective as never,
    batches: tinyBatches(),
    seed: createNoise(1),
    ...(!Array.isArray(objective) && { optimizer: optimizers[0] }),
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
  for (const optimizer of optimizers) optimizer.dispose();
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
  'cpu, mlp': [497, 496],
  'cpu, conv': [630, 270],
  'cpu, Optimized-ELBO': [723, 275],
  'cpu, M1+M2': [936, 407],
  'cpu, ADGM': [962, 726],
  'cpu, SDGM': [966, 677],
  'cpu, ladder': [1111, 557],
  'cpu, conditional': [583, 511],
  'cpu, token': [329, 217],
  'cpu, AAE': [941, 444],
  'wasm, mlp': [321, 432],
  'wasm, conv': [399, 245],
  'wasm, Optimized-ELBO': [492, 250],
  'wasm, M1+M2': [628, 353],
  'wasm, ADGM': [643, 620],
  'wasm, SDGM': [647, 588],
  'wasm, ladder': [803, 506],
  'wasm, conditional': [385, 447],
  'wasm, token': [175, 171],
  'wasm, AAE': [622, 357],
  'tensorflow, mlp': [330, 441],
  'tensorflow, conv': [378, 230],
  'tensorflow, Optimized-ELBO': [472, 235],
  'tensorflow, M1+M2': [649, 357],
  'tensorflow, ADGM': [662, 628],
  'tensorflow, SDGM': [666, 597],
  'tensorflow, ladder': [794, 512],
  'tensorflow, conditional': [394, 456],
  'tensorflow, token': [179, 175],
  'tensorflow, AAE': [656, 361],
  'tensorflow, mlp, recorded': [3, 10],
  'tensorflow, conv, recorded': [3, 10],
  'tensorflow, Optimized-ELBO, recorded': [3, 10],
  'tensorflow, M1+M2, recorded': [3, 10],
  'tensorflow, ADGM, recorded': [3, 10],
  'tensorflow, SDGM, recorded': [3, 10],
  'tensorflow, ladder, recorded': [3, 10],
  'tensorflow, conditional, recorded': [3, 10],
  'tensorflow, token, recorded': [3, 10],
  'tensorflow, AAE, recorded': [8, 10],
  'webgpu, mlp': [373, 531],
  'webgpu, conv': [456, 284],
  'webgpu, Optimized-ELBO': [549, 289],
};

/** A model, and what trains it. */
interface Step {
  readonly make: () => Model;
  readonly objectiveOf: (model: never) => Objective<never> | readonly Phase<never>[];
}

const STEPS: readonly (readonly [name: string, step: Step])[] = [
  ['mlp', { make: () => tinyM2({ nets: MLP }), objectiveOf: () => semiSupervised() }],
  [
    'conv',
    { make: () => tinyM2({ nets: CONV }), objectiveOf: () => semiSupervised({ labelHandling: 'gumbel' }) },
  ],
  [
    'Optimized-ELBO',
    { make: () => tinyM2({ nets: CONV }), objectiveOf: () => regularized({ labelHandling: 'gumbel' }) },
  ],
  ['M1+M2', { make: tinyM1M2, objectiveOf: () => semiSupervised() }],
  ['ADGM', { make: tinyAdgm, objectiveOf: () => semiSupervised() }],
  ['SDGM', { make: tinySdgm, objectiveOf: () => semiSupervised() }],
  ['ladder', { make: tinyLadder, objectiveOf: () => semiSupervised() }],
  ['conditional', { make: tinyMarginal, objectiveOf: () => semiSupervised() }],
  ['token', { make: tinyToken, objectiveOf: () => labelConditional() }],
  ['AAE', { make: tinyAae, objectiveOf: (model: Aae) => adversarial(model) }],
];

// No time is measured: what is counted is the same on every machine, and grows only with the code.
describe('a step costs no more kernels and bytes than', () => {
  const expectCheap = (cost: Awaited<ReturnType<typeof costOf>>, name: string): void => {
    expect(cost.stays).toBe(0);
    const [most, mostKilobytes] = LIMITS[`${getBackend()}, ${name}`] ?? [Infinity, Infinity];
    expect(cost.kernels, 'kernels').toBeLessThanOrEqual(most);
    expect(cost.kilobytes, 'kilobytes').toBeLessThanOrEqual(mostKilobytes);
  };

  it.each(STEPS)('%s', async (name, step) => expectCheap(await costOf(step, undefined), name));

  it.for(STEPS)('%s, recorded', async ([name, step], { skip }) => {
    if (getBackend() !== 'tensorflow') skip('steps are recorded on native TensorFlow alone');
    expectCheap(await costOf(step, recordedStep()), `${name}, recorded`);
  });
});
