/** One run of the study: trains a cell to its end and measures it. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
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
import { file } from 'ssvae/node';
import { recordedStep } from 'ssvae/recorded';
import { batchesOf, splitOf } from './data';
import { platform } from './platform';
import { type Cell, type Circumstances, keyOf, type Result } from './results';
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

/** Where a run keeps its checkpoint, and its model in the end. */
const filesOf = (cell: Cell, backend: string): { readonly checkpoint: string; readonly model: string } => {
  const id = createHash('sha256')
    .update(`${backend}${keyOf(cell)}`)
    .digest('hex')
    .slice(0, 16);
  const path = join('runs', 'study', `${cell.case}-${cell.seed}-${id}`);
  return { checkpoint: `${path}.safetensors`, model: `${path}.model.safetensors` };
};

/** Takes the checkpoint of a run away whose line is written. */
export const forgetCheckpoint = (cell: Cell, { backend }: Circumstances): Promise<void> =>
  rm(filesOf(cell, backend).checkpoint, { force: true });

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

const told = (epoch: number, row: HistoryRow): string =>
  `  epoch ${epoch + 1}: validation ${row['validation.accuracy']?.toFixed(4)}, loss ${row.loss?.toFixed(2)}, ${row.seconds?.toFixed(0)} s`;

/**
 * Trains a cell and measures it with the weights of its best epoch on the held-out examples.
 *
 * A run that was interrupted goes on from its last checkpoint in runs/study, where the model is kept in the end.
 *
 * @param circumstances to choose settings, the test set is not touched
 */
export async function trainCell(
  cell: Cell,
  data: { readonly train: Dataset; readonly test: Dataset },
  { backend, purpose }: Circumstances,
): Promise<Result> {
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
  const files = filesOf(cell, backend);
  try {
    const { history, step, best } = await train(model, {
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
      checkpoint: { storage: file(files.checkpoint) },
      resume: true,
      ...(backend === 'tensorflow' && { execute }),
      callbacks: { onEpochEnd: (epoch, row) => console.log(told(epoch, row)) },
    });
    const bound = (): Promise<{ elbo: number }> =>
      evaluateElbo(model, first(data.test, ELBO_EXAMPLES), {
        seed,
        samples: 1,
      });
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
      }),
      backend,
      recorded,
      platform: platform(),
      load: Number(loadavg()[0]?.toFixed(1)),
    };
    await saveModel(model, file(files.model));
    return result;
  } finally {
    execute.dispose();
    optimizer.dispose();
    model.dispose();
  }
}
