/** The loop over steps, usable by itself. */
import { type Scalar, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { assertInteger, assertMethods, type OptionNames, optionsOf } from '../core/assert';
import { disposeBatch } from '../core/batch';
import { describe } from '../core/describe';
import { sumOfScalars } from '../core/sumOfScalars';
import { createRests } from '../host/rests';
import { assertBatch } from '../models/fits';
import { assertInputsSupported } from '../models/inputs';
import { assertLiving } from '../models/living';
import type { Model } from '../models/model';
import type { ObjectiveTerms } from '../models/objectives/objective';
import { assertStepOptions, STEP_NAMES } from './assertOptions';
import { augmented } from './augmented';
import { takeOver } from './free';
import { type InputsInWords, inputsInWords } from './inputsInWords';
import { lossWeights } from './lossWeights';
import type { Average } from './optimizer/average';
import { type Equipment, equip } from './optimizer/optimizers';
import type { NonFinitePolicy, StepOptions } from './options';
import { mergeTerms, type ResolvedPhase, resolvePhases, underPhase } from './phases';
import { disposeTerms, executeEagerly, namedTerms, type StepOutput } from './step';

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
  /** What the step's inputs look like, for a message; they are read when this is called. */
  inputsInWords(): Promise<InputsInWords>;
}

/** Choices of the bare loop. */
export interface TrainingStepsOptions<M extends Model> extends StepOptions<M> {
  /** the first step; default 0 */
  readonly from?: number;
  /** the step to stop before; default none, the loop is left by `break` or the signal */
  readonly to?: number;
  /** an average of the weights, e.g. of `createAverage`: each step takes its weights in */
  readonly average?: Average;
  /**
   * `'ignore'`: steps are not looked at; any other: the update of a step whose loss or gradient is NaN or infinite is left
   * out and counted by {@link StepResult.skipped}, and the loop goes on, as it reads nothing itself
   */
  readonly nonFinite?: NonFinitePolicy;
}

/** Of the loop, and of a run, which hands its own on. */
const NAMES: OptionNames<TrainingStepsOptions<Model>> = {
  ...STEP_NAMES,
  from: true,
  to: true,
  average: true,
};

/** What an executor gave, which one of one's own may forget. */
const assertOutput = (output: StepOutput): StepOutput => {
  const { loss, terms } = output ?? {};
  if (!Array.isArray(loss?.shape) || loss.isDisposed || typeof terms !== 'object' || terms === null)
    throw new TypeError(
      `train: execute gives ${loss?.isDisposed ? 'a disposed loss' : describe(output)}, needed { loss, terms }, as executeEagerly gives them`,
    );
  return output;
};

/** Means over the batch, on the host: no kernel is spent on numbers that nobody asks for. */
const readMeans = async (
  loss: Scalar,
  terms: ObjectiveTerms,
  norms: readonly (readonly [string, Tensor])[],
): Promise<Record<string, number>> => {
  if (loss.isDisposed)
    throw new RangeError('train: the step to be read is over, needed read() ahead of the next one');
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
 * Trains a model step by step, each step an item of an async iteration.
 *
 * @param model whose variables are moved
 * @param options objective, batches, noise, and what else a step depends on
 * @yields each step's terms, whose tensors live until the next step is asked for
 * @throws TypeError or RangeError naming the option, before the first step
 * @throws Error before a step while a run of `train` has the model or the optimizer, or once another loop has taken it
 * @example for await (const { step, read } of trainingSteps(model, { objective: semiSupervised(), batches, noise, to: 100 })) if (step % 10 === 0) console.log(await read())
 */
export async function* trainingSteps<M extends Model>(
  model: M,
  options: TrainingStepsOptions<M>,
): AsyncGenerator<StepResult, void, void> {
  const known = optionsOf('trainingSteps', options, NAMES);
  assertStepOptions(model, known);
  const equipment = equip(resolvePhases(model, known.objective), known.optimizer);
  try {
    yield* stepsOf(model, known, equipment, takeOver(model, equipment.optimizers));
  } finally {
    equipment.dispose();
  }
}

/**
 * The steps of a run.
 *
 * @param options that have been checked
 * @param equipment phases and optimizers
 * @param beforeStep called before each step
 */
export async function* stepsOf<M extends Model>(
  model: M,
  options: TrainingStepsOptions<M>,
  { phases, optimizers }: Equipment<M>,
  beforeStep: () => void = () => {},
): AsyncGenerator<StepResult, void, void> {
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
  if (average !== undefined) assertMethods('train', 'average', average, ['update', 'decayAt']);
  const weightsAt = lossWeights(options);
  for (const { optimizer, variables } of optimizers) optimizer.adam?.assertFits(variables);
  const draws = noise.split('objective');
  const guarded = nonFinite !== 'ignore';
  let skipped: Scalar | undefined;
  // Every promise of a step may settle at once: without rests no event would arrive, that of an abort least of all.
  const rest = createRests();
  try {
    for (let step = from; step < to; step++) {
      await rest();
      if (signal?.aborted) break;
      beforeStep();
      // A callback may have freed it.
      assertLiving('train', model);
      const given = await batches.at(step);
      let batch = given;
      const done: StepOutput[] = [];
      let total: Scalar | undefined;
      try {
        assertBatch('train', `batch ${step}`, model, given);
        if (options.augment !== undefined) batch = augmented(given, step, options);
        const weights = weightsAt(step);
        for (const [i, { name, objective, variables, optimizer }] of phases.entries()) {
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
          done.push(assertOutput(await execute(work)));
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
          inputsInWords: () => inputsInWords(model, batch),
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
  }
}
