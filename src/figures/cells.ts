/** Images of a model, read from tensors. */

import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { assertNumbers } from '../core/assert';
import { assertCount, oneHotLabels } from '../core/labels';
import { atOnce } from '../core/notAsync';
import * as categorical from '../distributions/categorical';
import type { Classifier } from '../models/model';
import { type Cell, cellsOf } from './imageGrid';

/** How images of a model are laid out. */
export interface ModelGridOptions {
  /** shape of one image, where the model's input shape is none: [height, width] or [height, width, channels] */
  readonly shape?: readonly number[];
  /** pixels between images; default 1 */
  readonly padding?: number;
}

/** Reads images [N, …], one cell each, and frees them. */
export async function readCells(images: Tensor): Promise<Cell[]> {
  try {
    const values = await images.data();
    return cellsOf(Float32Array.from(values), images.size / (images.shape[0] ?? 1));
  } finally {
    images.dispose();
  }
}

/** One-hot rows of class indices, or what the classifier takes the inputs for where none are given. */
export const labelsOf = (
  where: string,
  model: Classifier,
  x: Tensor,
  labels: readonly number[] | undefined,
): Tensor => {
  if (labels === undefined)
    return tidy(() => categorical.mode(atOnce(where, "the model's classify", model.classify(x))));
  assertNumbers(where, 'labels', labels);
  assertCount(where, 'labels', labels, x.shape[0] as number);
  return oneHotLabels(where, labels, model.classes);
};
