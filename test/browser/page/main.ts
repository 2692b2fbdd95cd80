/** The page under test: the library as an application would bundle it, driven through `globalThis.ssvaeTest`. */
import * as tf from '@tensorflow/tfjs-core';
import { type BackendChoice, type SelectBackendOptions, selectBackend } from 'ssvae/browser';
import { type Measurements, measure } from './measurements';
import { parseInPage, saveAndLoadInPage, trainInPage } from './training';

/** What a run in the page gives back. */
export interface PageResult {
  readonly choice: BackendChoice;
  readonly inUse: string;
  readonly measurements: Measurements;
}

/** Functions of the page, by name. */
export interface PageFunctions {
  run(options: SelectBackendOptions): Promise<PageResult>;
  select(options: SelectBackendOptions): Promise<BackendChoice>;
  train: typeof trainInPage;
  saveAndLoad: typeof saveAndLoadInPage;
  parse: typeof parseInPage;
}

const functions: PageFunctions = {
  async run(options) {
    const choice = await selectBackend(options);
    return { choice, inUse: tf.getBackend(), measurements: await measure() };
  },
  select: selectBackend,
  train: trainInPage,
  saveAndLoad: saveAndLoadInPage,
  parse: parseInPage,
};

Object.assign(globalThis, { ssvaeTest: functions });
