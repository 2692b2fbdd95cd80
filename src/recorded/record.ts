/** Makes a recording of a step: tries the step several times, and builds a graph of what the trials agree on. */
import { movesFromFormer } from '../core/movingMean';
import { createNoise } from '../core/noise';
import { isExactInAdam } from '../host/native/adam';
import { useNativeGradients } from '../host/native/gradients';
import type { NativeBackend } from '../host/native/tensorflow';
import type { Model } from '../models/model';
import { type AdamUpdate, adamOf } from '../training/optimizer/adam';
import type { StepWork } from '../training/step';
import { createDeviceState, type DeviceState } from './deviceState';
import { updateGroups } from './graphParts';
import { planOf } from './plan';
import { type Recording, signatureOf, take } from './recording';
import { loadStepGraph, type StepGraph } from './stepGraph';
import { type Trial, type TrialOf, tryStep } from './trial';
import { Unrecordable } from './unrecordable';
import { assertAgrees, createTrialTimes } from './verification';

/**
 * The trials of a step. Two run at the step and the next one, each with its own values of schedules. The others run far
 * beyond: a schedule that the objective calls by itself changes at one of them.
 */
const trialsOf = (step: number): readonly TrialOf[] =>
  (
    [
      [step, step],
      [step + 1, step + 1],
      [3 * step + 1009, step],
      [1_000_003, step],
    ] as const
  ).map(([at, scheduleStep], index) => ({ step: at, scheduleStep, index }));

/** Runs a trial. An error of the first one is the step's own. An error of a later one says that the step cannot be tried. */
const runTrial = <M extends Model>(backend: NativeBackend, work: StepWork<M>, of: TrialOf): Trial => {
  try {
    return tryStep(backend, work, of);
  } catch (error) {
    if (of.index === 0) throw error;
    throw new Unrecordable(`a trial of the step at step ${of.step} throws: ${(error as Error).message}`);
  }
};

/** Refuses numbers that TensorFlow's operations lack digits for. */
const assertDigits = <M extends Model>({ beta1, beta2 }: AdamUpdate, { ema }: StepWork<M>): void => {
  for (const [name, beta] of Object.entries({ beta1, beta2 }))
    if (!isExactInAdam(beta))
      throw new Unrecordable(`${name} is ${beta}, for which TensorFlow's Adam has too few digits`);
  if (ema && !movesFromFormer(ema.decayAt(0)))
    throw new Unrecordable(`the average keeps ${ema.decayAt(0)}, too little to move from it`);
};

/** Makes a graph of trials that agree. */
const load = <M extends Model>(
  backend: NativeBackend,
  work: StepWork<M>,
  adam: AdamUpdate,
  trials: readonly Trial[],
): Recording => {
  const { ema, model, objective, weights } = work;
  const { variables } = model;
  let graph: StepGraph | undefined;
  let state: DeviceState | undefined;
  try {
    const plan = planOf(trials);
    const groups = updateGroups(Object.keys(plan.trial.gradients), work.variables, adam);
    const parts = { plan, variables, trained: work.variables, adam, groups, averages: ema?.averages };
    const loaded = loadStepGraph(backend, parts);
    graph = loaded;
    state = createDeviceState(backend, loaded.state, () => loaded.readAll());
    const isDue = createTrialTimes(createNoise(work.context.step).split('times'));
    const signature = signatureOf(work);
    const recording = {
      model,
      objective,
      signature,
      weights,
      plan,
      graph,
      state,
      groups,
      adam,
      ema,
      isDue,
    };
    take(recording);
    assertAgrees(recording);
    return recording;
  } catch (error) {
    state?.bringBack();
    graph?.dispose();
    // TensorFlow may refuse a graph when it loads one.
    throw error instanceof Unrecordable ? error : new Unrecordable((error as Error).message);
  }
};

/**
 * Records a step.
 *
 * @param backend that runs it
 * @param work of the step
 * @throws Unrecordable where the step cannot be a graph, and what the step itself throws; everything is then freed
 */
export const record = <M extends Model>(backend: NativeBackend, work: StepWork<M>): Recording => {
  const adam = adamOf(work.optimizer);
  if (!adam) throw new Unrecordable('the optimizer is not that of createAdam');
  assertDigits(adam, work);
  useNativeGradients();
  const trials: Trial[] = [];
  try {
    for (const of of trialsOf(work.context.step)) trials.push(runTrial(backend, work, of));
    return load(backend, work, adam, trials);
  } finally {
    for (const { batch } of trials) for (const tensor of Object.values(batch)) tensor.dispose();
  }
};
