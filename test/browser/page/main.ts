/** The page under test: the library as an application would bundle it, driven through `globalThis.ssvaeTest`. */
import * as tf from '@tensorflow/tfjs-core';
import { type BackendChoice, type SelectBackendOptions, selectBackend } from 'ssvae/browser';
import { computeAlone } from '../../support/computeAlone';
import { hostOperations } from '../../support/hostOperations';
import { stepPrograms } from '../../support/stepPrograms';
import { familyInPage } from './family';
import { imagesInPage } from './images';
import { type Measurements, measure } from './measurements';
import { residentInPage } from './resident';
import { checkpointsInPage, parseInPage, saveAndLoadInPage, trainInPage } from './training';
import type { WorkerAnswer } from './worker';

/** The choice without its executor: a function does not leave the page. */
type Choice = Omit<BackendChoice, 'execute'>;

/** What a run in the page gives back. */
export interface PageResult {
  readonly choice: Choice;
  readonly inUse: string;
  readonly measurements: Measurements;
}

/** Functions of the page, by name. */
export interface PageFunctions {
  run(options: SelectBackendOptions): Promise<PageResult>;
  select(options: SelectBackendOptions): Promise<Choice>;
  inWorker(options: SelectBackendOptions): Promise<WorkerAnswer>;
  family: typeof familyInPage;
  images: typeof imagesInPage;
  operations: typeof hostOperations;
  programs: typeof stepPrograms;
  resident: typeof residentInPage;
  train: typeof trainInPage;
  checkpoints: typeof checkpointsInPage;
  saveAndLoad: typeof saveAndLoadInPage;
  parse: typeof parseInPage;
}

/** Takes a backend, and all of its own kernels: small tensors are forwarded to the cpu by default. */
async function select(options: SelectBackendOptions): Promise<Choice> {
  const { execute: _, ...choice } = await selectBackend(options);
  computeAlone();
  return choice;
}

const functions: PageFunctions = {
  async run(options) {
    const choice = await select(options);
    return { choice, inUse: tf.getBackend(), measurements: await measure() };
  },
  select,
  async inWorker(options) {
    const worker = new Worker('/worker.js', { type: 'module' });
    const answer = await new Promise<WorkerAnswer>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(options);
    });
    worker.terminate();
    return answer;
  },
  family: familyInPage,
  images: imagesInPage,
  operations: hostOperations,
  programs: stepPrograms,
  resident: residentInPage,
  train: trainInPage,
  checkpoints: checkpointsInPage,
  saveAndLoad: saveAndLoadInPage,
  parse: parseInPage,
};

Object.assign(globalThis, { ssvaeTest: functions });
