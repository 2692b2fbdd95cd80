/** One step: a batch through every phase. */

import { type Scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type Batch, disposeBatch, hasObserved } from '../core/batch';
import { describe } from '../core/describe';
import { countMove } from '../core/held';
import { atOnce } from '../core/notAsync';
import { sumOfAll } from '../core/sumOfAll';
import { assertBatch } from '../models/fits';
import type { Model } from '../models/model';
import type { ObjectiveTerms } from '../models/objectives/objective';
import { augmented } from './augmented';
import { type InputSummary, inputSummary } from './inputSummary';
import type { Ema } from './optimizer/ema';
import { termsOfPhases } from './phases';
import type { StepSettings } from './settings';
import type { SkipCount } from './skipCount';
import type { StepOutput } from './step';
import { disposeTerms, namedTerms } from './terms';

/** A finished step; its tensors live until you ask for the next one. */
export interface StepResult {
  /** 0, 1, 2, … */
  readonly step: number;
  /** the pass over the data that the step belongs to */
  readonly epoch: number;
  /** the loss before the update, a scalar; the sum over phases */
  readonly loss: Scalar;
  /** the objective's terms before the update */
  readonly terms: ObjectiveTerms;
  /** Means of the terms and the loss by name, e.g. `labeled.elbo`; reads the device. */
  read(): Promise<Readonly<Record<string, number>>>;
  /** Updates skipped so far, including this one, because the loss or a gradient was not finite; reads the device. */
  skipped(): Promise<number>;
  /** Describes the step's inputs, for a message; reads the device. */
  inputSummary(): Promise<InputSummary>;
}

/** Refuses an executor of your own that gives no loss or no terms. */
const assertOutput = (output: StepOutput): StepOutput => {
  const { loss, terms } = output ?? {};
  if (!Array.isArray(loss?.shape) || loss.isDisposed || typeof terms !== 'object' || terms === null)
    throw new TypeError(
      `train: execute gives ${loss?.isDisposed ? 'a disposed loss' : describe(output)}, needed { loss, terms }, as executeEagerly gives them`,
    );
  return output;
};

const disposeOutput = ({ loss, terms, gradientNorm, applied }: StepOutput): void => {
  loss.dispose();
  gradientNorm?.dispose();
  applied?.dispose();
  disposeTerms(terms);
};

/** Weighted means over the batch, computed on the host: unread terms cost no kernel. */
const readMeans = async (
  named: readonly (readonly [string, Tensor])[],
  { labeled, unlabeled }: Batch,
): Promise<Record<string, number>> => {
  if (named[0]?.[1].isDisposed)
    throw new RangeError('train: the step to be read is over, needed read() ahead of the next one');
  const partOf = (name: string) =>
    (/(^|\.)unlabeled\./.test(name) && 'unlabeled') || (/(^|\.)labeled\./.test(name) && 'labeled');
  const means = named.map(async ([name, tensor]) => {
    const values = await tensor.data();
    const part = tensor.rank > 0 && partOf(name);
    const weights = part ? await { labeled, unlabeled }[part]?.weight?.data() : undefined;
    let [sum, total] = [0, 0];
    for (const [i, value] of values.entries()) {
      const weight = weights?.[i] ?? 1;
      // An example of weight 0 is absent, whatever its value.
      if (weight !== 0) sum += weight * value;
      total += weight;
    }
    if (total === 0)
      throw new RangeError(
        `train: the weight of all ${part} examples of the batch is 0, needed one above 0: leave the part out of the batch`,
      );
    return [name, sum / total] as const;
  });
  return Object.fromEntries(await Promise.all(means));
};

/** What a step needs besides the settings. */
export interface StepPlace {
  /** a moving average to update */
  readonly ema: Ema | undefined;
  readonly skips: SkipCount;
  /** receives functions that free the step's tensors, even if the step fails */
  readonly owned: (() => void)[];
}

/**
 * Takes a step.
 *
 * @param settings of the loop
 * @param step 0, 1, 2, …
 * @param place what it needs besides them
 */
export async function takeStep<M extends Model>(
  settings: StepSettings<M>,
  step: number,
  { ema, skips, owned }: StepPlace,
): Promise<StepResult> {
  const { model, batches, phases, noise, weights, augment, clipNorm, gradientNorm, nonFinite, execute } =
    settings;
  const given = await batches.at(step);
  owned.push(() => disposeBatch(given));
  assertBatch('train', `batch ${step}`, model, given);
  if (batches.observed === undefined && hasObserved(given))
    for (const { objective } of phases)
      atOnce(
        'train',
        'assertModel of the objective',
        objective.assertModel?.('train', model, { observed: true }),
      );
  const batch = augment === undefined ? given : augmented(given, step, { augment, noise });
  owned.push(() => disposeBatch(batch));
  const draws = noise.split('objective').split(step);
  const done: StepOutput[] = [];
  const [first] = Object.values(model.variables);
  if (first) countMove(first);
  for (const [i, { name, objective, variables, optimizer }] of phases.entries()) {
    const output = await execute({
      model,
      variables,
      ...(name !== undefined && { phase: name }),
      objective,
      optimizer,
      batch,
      weights,
      gradientNorm,
      context: { step, noise: name === undefined ? draws : draws.split(name) },
      guarded: nonFinite !== 'ignore',
      // The last phase leaves the weights of the step.
      ...(ema && i === phases.length - 1 && { ema }),
      ...(clipNorm !== undefined && { clipNorm }),
    });
    done.push(assertOutput(output));
    owned.push(() => disposeOutput(output));
  }
  const losses = done.map(({ loss }) => loss);
  const loss = losses.length > 1 ? tidy(() => sumOfAll(losses)) : (losses[0] as Scalar);
  owned.push(() => loss.dispose());
  const terms = termsOfPhases(
    phases,
    done.map((output) => output.terms),
  );
  const norms = done.flatMap(({ gradientNorm: norm }, i): [string, Tensor][] => {
    const name = phases[i]?.name;
    return norm ? [[name === undefined ? 'gradientNorm' : `gradientNorm.${name}`, norm]] : [];
  });
  return {
    step,
    epoch: Math.floor(step / batches.stepsPerEpoch),
    loss,
    terms,
    read: () => readMeans([['loss', loss], ...norms, ...namedTerms(terms)], batch),
    skipped: skips.add(done),
    inputSummary: () => inputSummary(model, batch),
  };
}
