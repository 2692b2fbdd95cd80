/** A run in the plane: two methods in lock-step, and frames of both. */
import * as tf from '@tensorflow/tfjs-core';
import { createDataset, evaluateClassifier, type M2 } from 'ssvae';
import { gridPoints, SIDE } from '../draw/field';
import type { PlaneFrame, PlanePoints, PlaneSide } from '../protocol';
import { type PlaneData, planeData } from './data';
import { STEPS, trainer } from './methods';
import { OWN_REACH, type PlaneSettings } from './settings';

/** Points that a model makes of each class. */
const SAMPLES = 60;

/** Steps between two frames: close at first, where most happens. */
const isFrame = (step: number): boolean => step % (step < 60 ? 6 : 12) === 0;

/** Half the side of a square around all points. */
function reachOf({ dataset }: PlaneData, { set }: PlaneSettings): number {
  if (set === 'own') return OWN_REACH;
  let most = 1;
  for (const value of dataset.x) most = Math.max(most, Math.abs(value));
  return 1.06 * most;
}

/** q(y|x) on the grid, the accuracy, and points that the model makes where its decoder was trained. */
async function look(model: M2, { test }: PlaneData, reach: number, makes: boolean): Promise<PlaneSide> {
  const field = tf.tidy(() => tf.softmax(model.classify(tf.tensor2d(gridPoints(reach), [SIDE * SIDE, 2]))));
  const labels = Array.from({ length: SAMPLES * model.classes }, (_, i) => Math.floor(i / SAMPLES));
  const samples = makes ? model.generate(labels, 7) : undefined;
  try {
    return {
      field: (await field.data<'float32'>()).slice(),
      ...(test && { accuracy: (await evaluateClassifier(model, test)).accuracy }),
      ...(samples && { samples: (await samples.data<'float32'>()).slice() }),
    };
  } finally {
    tf.dispose([field, samples ?? []]);
  }
}

const lookAtBoth = async (
  settings: PlaneSettings,
  data: PlaneData,
  models: readonly [M2, M2],
): Promise<readonly [PlaneSide, PlaneSide]> => {
  const reach = reachOf(data, settings);
  return [
    await look(models[0], data, reach, settings.left !== 'labels'),
    await look(models[1], data, reach, settings.right !== 'labels'),
  ];
};

/** A frame of the settings' points with a model of a file on the right. */
export async function lookAtFile(settings: PlaneSettings, models: readonly [M2, M2]): Promise<PlaneFrame> {
  const data = planeData(settings);
  const { classes } = data.dataset;
  if (models[1].classes !== classes)
    throw new Error(`This model knows ${models[1].classes} classes, and the points here have ${classes}.`);
  const sides = await lookAtBoth({ ...settings, right: 'm2' }, data, models);
  return { step: STEPS, steps: STEPS, sides };
}

/** What a run reports: its points first, then steps and frames. */
export type PlaneEvent =
  | { readonly type: 'points'; readonly points: PlanePoints }
  | { readonly type: 'step'; readonly step: number }
  | { readonly type: 'frame'; readonly frame: PlaneFrame };

/**
 * Trains both sides of the settings, one step of each in turn.
 *
 * @param keep gets the models, which outlive the run
 * @param wantsFrame whether to look at the models after a step; the first and the last are always looked at
 */
export async function* planeRun(
  settings: PlaneSettings,
  keep: (models: readonly [M2, M2]) => void,
  wantsFrame: (step: number) => boolean = isFrame,
): AsyncGenerator<PlaneEvent, void, void> {
  const data = planeData(settings);
  const { dataset, given } = data;
  if (given.every((label) => label < 0))
    throw new Error('No point has a label. Label one, and training begins.');
  const points = { x: Float32Array.from(dataset.x), given, classes: dataset.classes };
  yield { type: 'points', points: { ...points, reach: reachOf(data, settings) } };
  const shown = createDataset({ ...dataset, y: given });
  const left = trainer(settings.left, shown, settings.seed);
  const right = trainer(settings.right, shown, settings.seed);
  const models = [left.model, right.model] as const;
  keep(models);
  const frame = async (step: number): Promise<PlaneEvent> => ({
    type: 'frame',
    frame: { step, steps: STEPS, sides: await lookAtBoth(settings, data, models) },
  });
  try {
    yield await frame(0);
    for (let step = 1; step <= STEPS; step++) {
      await left.run.next();
      await right.run.next();
      yield { type: 'step', step };
      if (step === STEPS || wantsFrame(step)) yield await frame(step);
    }
  } finally {
    for (const { run, optimizer } of [left, right]) {
      await run.return();
      optimizer.dispose();
    }
  }
}
