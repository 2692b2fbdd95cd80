/** The loop over steps, usable by itself. */
import { type Scalar, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { assertInteger, assertNumber, assertOneOf, recordOf } from '../core/assert';
import type { Batch } from '../core/batch';
import { assertNoise } from '../core/noise';
import { type ScalarOrSchedule, valueAt } from '../core/schedules';
import { describe, formatShape } from '../core/shape';
import { sumOfScalars } from '../core/sumOfScalars';
import { assertInputsSupported } from '../models/inputs';
import type { Model } from '../models/model';
import type { ObjectiveTerms } from '../models/objective';
import { createAdam, type Optimizer } from './adam';
import type { Average } from './average';
import type { StepOptions } from './options';
import { mergeTerms, type ResolvedPhase, resolvePhases, underPhase } from './phases';
import { disposeTerms, executeEagerly, type LossWeights, namedTerms, type StepOutput } from './step';

/** A step that was done; its tensors live until the next one is asked for. */
export interface StepResult {
  /** 0, 1, 2, … */
  readonly step: number;
  /** the pass over the data that the step belongs to */
  readonly epoch: number;
  /** the loss before the update, a scalar; of several phases their sum */
  readonly loss: Scalar;
  /** the objective's terms before the update */
  readonly terms: ObjectiveTerms;
  /** Means of the terms and the loss on the host, e.g. `labeled.elbo`; nothing is read before this is called. */
  read(): Promise<Readonly<Record<string, number>>>;
  /** Updates left out so far, this one included, as the loss or a gradient was not finite; nothing is read before. */
  skipped(): Promise<number>;
}

/** Choices of the bare loop. */
export interface TrainingStepsOptions<M extends Model> extends StepOptions<M> {
  /** the first step; default 0 */
  readonly from?: number;
  /** the step to stop before; default none, the loop is left by `break` or the signal */
  readonly to?: number;
  /** an average of the weights, e.g. of `createAverage`: each step takes its weights in */
  readonly average?: Average;
}

const disposeBatch = ({ labeled, unlabeled }: Batch): void => {
  for (const tensor of [labeled?.x, labeled?.y, unlabeled?.x]) tensor?.dispose();
};

const lossWeights = <M extends Model>({
  batches,
  weighting = 'mean',
  alpha,
  parameterPrior,
}: StepOptions<M>) => {
  const { labeled, unlabeled } = batches.counts;
  const all = labeled + unlabeled;
  const byKingma = weighting === 'dataset' ? 0.1 : labeled === 0 ? 0 : (0.1 * all) / labeled;
  const rate: ScalarOrSchedule = alpha ?? byKingma;
  return (step: number): LossWeights => ({
    labeled: weighting === 'dataset' ? labeled / all : 1,
    unlabeled: weighting === 'dataset' ? unlabeled / all : 1,
    crossEntropy: valueAt(rate, step, 'alpha'),
    parameters: parameterPrior === undefined ? 0 : 1 / (parameterPrior ** 2 * all),
  });
};

/** The batch with its inputs changed; the given one is left as it is. */
const augmented = <M extends Model>(
  { labeled, unlabeled }: Batch,
  step: number,
  { augment, noise }: StepOptions<M>,
): Batch => {
  const by = typeof augment === 'function' ? { labeled: augment, unlabeled: augment } : (augment ?? {});
  const stream = noise.split('augment').split(step);
  const change = (part: 'labeled' | 'unlabeled', x: Tensor): Tensor => {
    // Cloned, so that a function that gives its input back does not make one tensor belong to two batches.
    const changed = by[part]?.(x, stream.split(part)).clone() ?? x.clone();
    if (formatShape(changed.shape) !== formatShape(x.shape)) {
      throw new RangeError(
        `train: augment gives ${part} inputs of shape ${formatShape(changed.shape)}, needed ${formatShape(x.shape)}`,
      );
    }
    return changed;
  };
  return tidy(() => ({
    ...(labeled && { labeled: { x: change('labeled', labeled.x), y: labeled.y } }),
    ...(unlabeled && { unlabeled: { x: change('unlabeled', unlabeled.x) } }),
  }));
};

/** Means over the batch, on the host: no kernel is spent on numbers that nobody asks for. */
const readMeans = async (
  loss: Scalar,
  terms: ObjectiveTerms,
  norms: readonly (readonly [string, Tensor])[],
): Promise<Record<string, number>> => {
  const named: readonly (readonly [string, Tensor])[] = [['loss', loss], ...norms, ...namedTerms(terms)];
  const values = await Promise.all(named.map(([, tensor]) => tensor.data()));
  return Object.fromEntries(
    named.map(([name], i) => {
      const numbers = Array.from(values[i] as ArrayLike<number>);
      return [name, numbers.reduce((sum, value) => sum + value, 0) / numbers.length];
    }),
  );
};

/** Updates left out, those of a step added on the device; the former count is freed. */
const countSkipped = (former: Scalar | undefined, done: readonly StepOutput[]): Scalar | undefined => {
  const applied = done.flatMap((output) => output.applied ?? []);
  if (applied.length === 0) return former;
  const count = tidy(() =>
    sumOfScalars([...(former ? [former] : []), ...applied.map((one) => sub<Scalar>(1, one))]),
  );
  former?.dispose();
  return count;
};

/**
 * Refuses what no step could use.
 *
 * @throws TypeError or RangeError naming the option
 */
export function assertStepOptions<M extends Model>(model: M, options: StepOptions<M>): void {
  const where = 'train';
  const {
    objective,
    batches,
    noise,
    alpha,
    weighting,
    parameterPrior,
    clipNorm,
    nonFinite,
    execute,
    augment,
  } = recordOf(where, options);
  if (typeof model?.variables !== 'object')
    throw new TypeError(`${where}: model is ${describe(model)}, needed a model with variables`);
  resolvePhases(model, objective);
  if (typeof batches?.at !== 'function')
    throw new TypeError(
      `${where}: batches is ${describe(batches)}, needed a BatchSource such as createBatches(…)`,
    );
  assertNoise(where, noise);
  if (execute !== undefined && typeof execute !== 'function')
    throw new TypeError(`${where}: execute is ${describe(execute)}, needed a function`);
  if (augment !== undefined && typeof augment !== 'function' && typeof augment !== 'object')
    throw new TypeError(
      `${where}: augment is ${describe(augment)}, needed a function, or one for either part`,
    );
  if (typeof augment === 'object') {
    for (const part of Object.keys(augment))
      assertOneOf(where, 'a name in augment', part, ['labeled', 'unlabeled']);
  }
  assertInteger(where, 'batches.stepsPerEpoch', batches.stepsPerEpoch);
  const { labeled, unlabeled } = batches.counts ?? {};
  assertInteger(where, 'batches.counts.labeled', labeled, 0);
  assertInteger(where, 'batches.counts.unlabeled', unlabeled, 0);
  assertInteger(where, 'batches.counts.labeled + unlabeled', labeled + unlabeled);
  if (weighting !== undefined) assertOneOf(where, 'weighting', weighting, ['mean', 'dataset']);
  if (alpha !== undefined && typeof alpha !== 'function')
    assertNumber(where, 'alpha', alpha, 'a schedule or a finite number', Number.isFinite);
  if (nonFinite !== undefined)
    assertOneOf(where, 'nonFinite', nonFinite, ['throw', 'stop', 'skip', 'ignore']);
  if (clipNorm !== undefined)
    assertNumber(where, 'clipNorm', clipNorm, 'a number above 0', (norm) => norm > 0);
  if (parameterPrior !== undefined)
    assertNumber(where, 'parameterPrior', parameterPrior, 'a standard deviation above 0', (sd) => sd > 0);
}

/**
 * Trains a model step by step, each step an item of an async iteration.
 *
 * @param model whose variables are moved
 * @param options objective, batches, noise, and what else a step depends on
 * @yields each step's terms, whose tensors live until the next step is asked for
 * @throws TypeError or RangeError naming the option, before the first step
 * @example for await (const { step, read } of trainingSteps(model, { objective: m2(), batches, noise, to: 100 })) if (step % 10 === 0) console.log(await read())
 */
export async function* trainingSteps<M extends Model>(
  model: M,
  options: TrainingStepsOptions<M>,
): AsyncGenerator<StepResult, void, void> {
  assertStepOptions(model, options);
  await assertInputsSupported('train', model, options.batches);
  const {
    batches,
    noise,
    execute = executeEagerly,
    clipNorm,
    gradientNorm = clipNorm !== undefined,
    nonFinite = 'throw',
    signal,
    average,
    from = 0,
    to = Number.POSITIVE_INFINITY,
  } = options;
  assertInteger('train', 'from', from, 0);
  if (to !== Number.POSITIVE_INFINITY) assertInteger('train', 'to', to, 0);
  const weightsAt = lossWeights(options);
  const optimizer: Optimizer = options.optimizer ?? createAdam();
  const draws = noise.split('objective');
  const phases = resolvePhases(model, options.objective);
  const guarded = nonFinite !== 'ignore';
  let skipped: Scalar | undefined;
  try {
    for (let step = from; step < to && !signal?.aborted; step++) {
      const given = await batches.at(step);
      let batch = given;
      const done: StepOutput[] = [];
      let total: Scalar | undefined;
      try {
        if (options.augment !== undefined) batch = augmented(given, step, options);
        const weights = weightsAt(step);
        for (const [i, { name, objective, variables }] of phases.entries()) {
          const own = draws.split(step);
          const context = { step, noise: name === undefined ? own : own.split(name) };
          const work = {
            model,
            variables,
            objective,
            optimizer,
            batch,
            context,
            weights,
            gradientNorm,
            guarded,
            // The last phase leaves the weights of the step.
            ...(average && i === phases.length - 1 && { average }),
            ...(clipNorm !== undefined && { clipNorm }),
          };
          done.push(await execute(work));
        }
        const terms = mergeTerms(done.map((output, i) => underPhase(phases[i]?.name, output.terms)));
        const norms = done.flatMap(({ gradientNorm: norm }, i): [string, Tensor][] => {
          const { name } = phases[i] as ResolvedPhase<M>;
          return norm ? [[name === undefined ? 'gradientNorm' : `gradientNorm.${name}`, norm]] : [];
        });
        skipped = countSkipped(skipped, done);
        const counter = skipped;
        const [first] = done as [StepOutput];
        total = done.length > 1 ? tidy(() => sumOfScalars(done.map((output) => output.loss))) : undefined;
        const loss = total ?? first.loss;
        yield {
          step,
          epoch: Math.floor(step / batches.stepsPerEpoch),
          loss,
          terms,
          read: () => readMeans(loss, terms, norms),
          skipped: async () => (await counter?.data())?.[0] ?? 0,
        };
      } finally {
        disposeBatch(given);
        disposeBatch(batch);
        total?.dispose();
        for (const output of done) {
          output.loss.dispose();
          output.gradientNorm?.dispose();
          output.applied?.dispose();
          disposeTerms(output.terms);
        }
      }
    }
  } finally {
    skipped?.dispose();
    if (options.optimizer === undefined) optimizer.dispose();
  }
}
