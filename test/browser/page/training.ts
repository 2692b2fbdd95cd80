/** A model trained, stopped, resumed, saved and read again in the page. */
import * as tf from '@tensorflow/tfjs-core';
import {
  createAdam,
  createNoise,
  gunzip,
  idxDataset,
  loadModel,
  predict,
  type Resume,
  saveModel,
  semiSupervised,
  train,
} from 'ssvae';
import { indexedDb, indexedDbFolder } from 'ssvae/browser';
import { CONV, tinyBatches, tinyDataset, tinyM2, weightsOf } from '../../support/tiny';

/** Which run, and how far. */
export interface TrainingRequest {
  /** entry of IndexedDB that the checkpoint is kept under, or folder that several are */
  readonly key: string;
  /** how many checkpoints a folder keeps; default: one entry */
  readonly keep?: number;
  /** epochs of four steps; default 6 */
  readonly epochs?: number;
  /** steps after which the run is aborted; default: none */
  readonly abortAfter?: number;
  readonly resume?: Resume;
  /** ms to wait behind each step, so that others come to something in between; default 0 */
  readonly pause?: number;
}

/** What came of a run. */
export interface TrainingReport {
  readonly stopped: string;
  readonly steps: number;
  readonly losses: readonly number[];
  readonly weights: Readonly<Record<string, readonly number[]>>;
  /** times that the event loop turned */
  readonly turns: number;
  /** ms between two turns at most */
  readonly longestPause: number;
  /** ms of a step at most, what comes between it and the next included */
  readonly longestStep: number;
  /** tensors alive in the end beyond those of the beginning */
  readonly tensorsLeft: number;
}

/** Counts turns of the event loop until it is stopped. */
const watchEventLoop = () => {
  let last = performance.now();
  const seen = { turns: 0, longestPause: 0 };
  const timer = setInterval(() => {
    const now = performance.now();
    seen.turns++;
    seen.longestPause = Math.max(seen.longestPause, now - last);
    last = now;
  }, 0);
  return { seen, stop: () => clearInterval(timer) };
};

/** Trains a small conv net, with a checkpoint after each step. */
export async function trainInPage({
  key,
  keep,
  epochs = 6,
  abortAfter,
  resume = false,
  pause = 0,
}: TrainingRequest): Promise<TrainingReport> {
  const before = tf.memory().numTensors;
  const abort = new AbortController();
  const model = tinyM2({ nets: CONV });
  const optimizer = createAdam({ learningRate: 0.01 });
  const loop = watchEventLoop();
  let longestStep = 0;
  let stepEnded = performance.now();
  const { history, step, stopped } = await train(model, {
    objective: semiSupervised(),
    batches: tinyBatches(),
    optimizer,
    epochs,
    seed: createNoise(3),
    checkpoint: {
      every: 1,
      ...(keep === undefined ? { storage: indexedDb(key) } : { storage: indexedDbFolder(key), keep }),
    },
    resume,
    signal: abort.signal,
    callbacks: {
      async onBatchEnd(end) {
        const now = performance.now();
        longestStep = Math.max(longestStep, now - stepEnded);
        stepEnded = now;
        Object.assign(globalThis, { ssvaeStep: end.step });
        if (end.step + 1 === abortAfter) abort.abort();
        if (pause > 0) await new Promise((resume) => setTimeout(resume, pause));
      },
    },
  });
  loop.stop();
  const weights = await weightsOf(model);
  optimizer.dispose();
  model.dispose();
  return {
    stopped,
    steps: step,
    losses: history.map(({ loss }) => loss ?? Number.NaN),
    weights,
    ...loop.seen,
    longestStep,
    tensorsLeft: tf.memory().numTensors - before,
  };
}

/** Names of the checkpoints in a folder; with `cutNewest` the newest loses its last byte. */
export async function checkpointsInPage({
  key,
  cutNewest = false,
}: {
  readonly key: string;
  readonly cutNewest?: boolean;
}): Promise<readonly string[]> {
  const place = indexedDbFolder(key);
  const names = [...(await place.list())].sort();
  const newest = place.file(names.at(-1) ?? '');
  if (cutNewest) await newest.write((await newest.read())?.slice(0, -1) ?? new Uint8Array());
  return names;
}

/** Predictions of a model, and of the same model after it was kept in IndexedDB. */
export async function saveAndLoadInPage(key: string): Promise<{
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly tensorsLeft: number;
}> {
  const alive = tf.memory().numTensors;
  const { x } = tinyDataset(7);
  const model = tinyM2({ nets: CONV });
  await saveModel(model, indexedDb(key));
  const { probabilities: before } = await predict(model, x);
  model.dispose();
  const loaded = await loadModel(indexedDb(key), { kind: 'm2' });
  const { probabilities: after } = await predict(loaded, x);
  loaded.dispose();
  return { before: [...before], after: [...after], tensorsLeft: tf.memory().numTensors - alive };
}

/** A data set out of two gzip files, read with the decompressor of the browser. */
export async function parseInPage({
  images,
  labels,
}: {
  readonly images: readonly number[];
  readonly labels: readonly number[];
}): Promise<{
  readonly shape: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
}> {
  const [unpackedImages, unpackedLabels] = await Promise.all(
    [images, labels].map((bytes) => gunzip(Uint8Array.from(bytes))),
  );
  if (unpackedImages === undefined || unpackedLabels === undefined) throw new Error('nothing was unpacked');
  const { shape, x, y } = idxDataset({ name: 'page', images: unpackedImages, labels: unpackedLabels });
  return { shape, x: [...x], y: [...y] };
}
