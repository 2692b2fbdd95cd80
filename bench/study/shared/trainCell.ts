/** One run of the study: trains a cell to its end and measures it. */
import { loadavg } from 'node:os';
import { join } from 'node:path';
import {
  type Dataset,
  evaluateClassifier,
  evaluateElbo,
  type HistoryRow,
  saveModel,
  subset,
  train,
} from 'ssvae';
import { file, type RunContext } from 'ssvae/node';
import { recordedStep } from 'ssvae/recorded';
import { judgeOf, type Samples, samplesOf } from '../../start/judge';
import { batchesOf, splitOf } from './data';
import { platform } from './platform';
import type { Cell, Circumstances, Result } from './results';
import { modelOf, objectiveOf, optimizerOf, trainerOf } from './settings';

/** Test examples that the exact-sum bound is taken on. */
const ELBO_EXAMPLES = 1000;

/** What is kept of every epoch, where the run has it. */
const CURVES = [
  'validation.entropy',
  'validation.mutualInformation',
  'validation.calibrationError',
  'validation.negativeLogLikelihood',
  'labeled.elbo',
  'labeled.objective',
  'unlabeled.elbo',
  'unlabeled.objective',
];

/** The first examples of a set. */
const first = (dataset: Dataset, count: number): Dataset =>
  subset(
    dataset,
    Int32Array.from({ length: count }, (_, i) => i),
  );

const curvesOf = (history: readonly HistoryRow[]): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(
    CURVES.filter((name) => history.every((row) => row[name] !== undefined)).map((name) => [
      name,
      history.map((row) => Number((row[name] as number).toPrecision(6))),
    ]),
  );

/** A cell, where it computes and what for: the settings of a run. */
export type CellSettings = Cell & Circumstances;

/**
 * Trains a cell and measures it with the weights of its best epoch on the held-out examples. Its model is left in the folder
 * `models` of the study.
 *
 * @param circumstances to choose settings, the test set is not touched
 * @returns `undefined` where the signal ended the run
 */
export async function trainCell(
  { backend, purpose, ...cell }: CellSettings,
  data: { readonly train: Dataset; readonly test: Dataset },
  { name, study, storage, signal, log }: RunContext,
): Promise<Result | undefined> {
  const { settings, seed, epochs, patience = epochs } = cell;
  const split = splitOf(data.train, cell.labels, seed);
  const held = subset(data.train, split.validation);
  const model = modelOf(settings, data.train, seed);
  const batches = batchesOf(settings, { dataset: data.train, split, seed });
  const optimizer = optimizerOf(settings, epochs * batches.stepsPerEpoch);
  let recorded = backend === 'tensorflow';
  const execute = recordedStep({
    onEager(reason) {
      recorded = false;
      console.warn(`study: steps are run operation by operation, as ${reason}`);
    },
  });
  try {
    const { history, step, best, stopped } = await train(model, {
      objective: objectiveOf(settings),
      batches,
      seed,
      epochs,
      optimizer,
      ...trainerOf(settings),
      logEvery: 10,
      nonFinite: 'throw',
      // It leaves every method at its best epoch on the validation examples.
      earlyStopping: { monitor: 'validation.accuracy', mode: 'max', patience, minDelta: 0 },
      validate: (current) => evaluateClassifier(current, held, { bins: 15 }),
      checkpoint: { storage },
      resume: true,
      signal,
      ...(backend === 'tensorflow' && { execute }),
      callbacks: { onEpochEnd: (_, row) => log(row) },
    });
    if (stopped === 'aborted') return undefined;
    const bound = (): Promise<{ elbo: number }> =>
      evaluateElbo(model, first(data.test, ELBO_EXAMPLES), {
        seed,
        samples: 1,
      });
    const samples = async (): Promise<Samples> => {
      const judge = await judgeOf({ dataset: 'mnist' }, execute)(data.train);
      return samplesOf(model, { judge, test: data.test, seed, execute });
    };
    const result: Result = {
      ...cell,
      purpose,
      steps: step,
      seconds: Math.round(history.at(-1)?.seconds ?? 0),
      validationAccuracy: best?.value ?? Number.NaN,
      bestEpoch: (best?.epoch ?? 0) + 1,
      validationCurve: history.map((row) => row['validation.accuracy'] as number),
      curves: curvesOf(history),
      ...(purpose === 'report' && {
        testAccuracy: (await evaluateClassifier(model, data.test)).accuracy,
        // A decoder that was never trained has no bound to speak of.
        ...(settings.method !== 'labels-only' && {
          elbo: (await bound()).elbo,
          elboExamples: ELBO_EXAMPLES,
        }),
        ...(settings.generatedLabels !== undefined && { samples: await samples() }),
      }),
      backend,
      recorded,
      platform: platform(),
      load: Number(loadavg()[0]?.toFixed(1)),
    };
    await saveModel(model, file(join(study, 'models', `${name}.safetensors`)));
    return result;
  } finally {
    execute.dispose();
    optimizer.dispose();
    model.dispose();
  }
}
