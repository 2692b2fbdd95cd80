/** A run on digits: training, frames of what the model has learned, and answers about drawings. */
import * as tf from '@tensorflow/tfjs-core';
import { type Dataset, digits, embed, evaluateClassifier, type M2, predict } from 'ssvae';
import type { DigitsFrame, Reading } from '../protocol';
import { DIGIT_STEPS, digitTrainer } from './model';
import { COLUMNS, type DigitsSettings } from './settings';

const CLASSES = 10;
const PIXELS = 28 * 28;
const TEST = 500;

/** Codes around the origin, where most of N(0, I) lies. */
const COLUMN_CODES = Array.from({ length: COLUMNS }, (_, i): readonly [number, number] => {
  const angle = (2 * Math.PI * i) / COLUMNS;
  return [1.1 * Math.cos(angle), 1.1 * Math.sin(angle)];
});

const bytesOf = async (means: tf.Tensor): Promise<Uint8Array> =>
  Uint8Array.from(await means.data<'float32'>(), (value) => Math.round(255 * value));

const everyClass = (): tf.Tensor2D => tf.eye(CLASSES);

/** Every class at a code: ten images. */
async function imagesAt(model: M2, codes: readonly (readonly [number, number])[]): Promise<Uint8Array> {
  const means = tf.tidy(() => {
    // A row for each class, a column for each code.
    const y = tf.reshape(tf.tile(tf.expandDims(everyClass(), 1), [1, codes.length, 1]), [-1, CLASSES]);
    const z = tf.tile(tf.tensor2d(codes.map((code) => [...code])), [CLASSES, 1]);
    return model.likelihood.mean(model.decode(z, y));
  });
  try {
    return await bytesOf(means);
  } finally {
    means.dispose();
  }
}

/** Each class at one code, as gray bytes. */
export const decodeAt = (model: M2, code: readonly [number, number]): Promise<Uint8Array> =>
  imagesAt(model, [code]);

/** What a model reads in a drawing, and the same handwriting as each digit. */
export async function readDrawing(model: M2, pixels: Uint8Array): Promise<Reading> {
  const { probabilities } = await predict(model, pixels);
  const means = tf.tidy(() => {
    const one = tf.tensor(
      Float32Array.from(pixels, (value) => value / 255),
      [1, 28, 28, 1],
    );
    return model.reconstruct(tf.tile(one, [CLASSES, 1, 1, 1]), undefined, everyClass());
  });
  try {
    return { probabilities, analogies: await bytesOf(means) };
  } finally {
    means.dispose();
  }
}

/** A frame of a model after a step. */
export async function lookAtDigits(model: M2, test: Dataset, step: number): Promise<DigitsFrame> {
  const { accuracy } = await evaluateClassifier(model, test);
  const { labels } = await predict(model, test.x);
  return {
    step,
    steps: DIGIT_STEPS,
    accuracy,
    grid: await imagesAt(model, COLUMN_CODES),
    codes: await embed(model, test.x),
    read: Uint8Array.from(labels),
  };
}

/** Digits that no run trains on. */
export const testDigits = (seed: number): Dataset => digits({ count: TEST, seed: seed + 1_000_000 });

/** The first test digit of each class: for readers who do not draw. */
const examplesOf = (test: Dataset): Uint8Array => Uint8Array.from(test.x.subarray(0, CLASSES * PIXELS));

/** What a run reports. */
export type DigitsEvent =
  | { readonly type: 'examples'; readonly pixels: Uint8Array; readonly labels: Uint8Array }
  | { readonly type: 'step'; readonly step: number }
  | { readonly type: 'frame'; readonly frame: DigitsFrame };

/** Steps between two frames. */
const isFrame = (step: number): boolean => step === DIGIT_STEPS || step % (step < 40 ? 5 : 15) === 0;

/** Trains on digits. */
export async function* digitsRun(
  settings: DigitsSettings,
  keep: (model: M2) => void,
): AsyncGenerator<DigitsEvent, void, void> {
  const test = testDigits(settings.seed);
  yield { type: 'examples', pixels: examplesOf(test), labels: test.y.slice(0, TEST) };
  const { model, optimizer, run } = digitTrainer(settings);
  keep(model);
  try {
    yield { type: 'frame', frame: await lookAtDigits(model, test, 0) };
    for (let step = 1; step <= DIGIT_STEPS; step++) {
      await run.next();
      yield { type: 'step', step };
      if (isFrame(step)) yield { type: 'frame', frame: await lookAtDigits(model, test, step) };
    }
  } finally {
    await run.return();
    optimizer.dispose();
  }
}
