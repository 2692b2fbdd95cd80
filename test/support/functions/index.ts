/** Every public function of `ssvae`, with what it promises. */

import { bounds, regularizers } from './bounds';
import { gradients, noise, schedules } from './core';
import { augmentations, batches, parsers, sets, streams } from './data';
import type { Descriptions } from './description';
import {
  bernoulliFunctions,
  categoricalFunctions,
  continuousBernoulliFunctions,
  divergences,
  gaussianFunctions,
  likelihoodFunctions,
  otherDistributions,
  poissonFunctions,
} from './distributions';
import { evaluation } from './evaluation';
import { figures } from './figures';
import { modelFunctions } from './models';
import { netFunctions } from './nets';
import { training } from './training';

/** Functions by the room that they stand in. */
export const rooms: Readonly<Record<string, Descriptions>> = {
  core: { ...noise, ...schedules, ...gradients },
  data: { ...sets, ...batches, ...streams, ...augmentations, ...parsers },
  distributions: {
    ...bernoulliFunctions,
    ...categoricalFunctions,
    ...continuousBernoulliFunctions,
    ...gaussianFunctions,
    ...likelihoodFunctions,
    ...otherDistributions,
    ...poissonFunctions,
  },
  divergences,
  regularizers,
  bounds,
  nets: netFunctions,
  models: modelFunctions,
  evaluation,
  figures,
  training,
};

/** All of them, by the name under which they are exported. */
export const functions: Descriptions = Object.assign({}, ...Object.values(rooms));
