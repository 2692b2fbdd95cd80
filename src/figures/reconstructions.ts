/** What a model keeps of its inputs. */

import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { atOnce } from '../core/notAsync';
import { optional, readOptions, unchecked } from '../core/options';
import { assertShapes } from '../core/shape';
import { assertModel } from '../models/fits';
import { assertLiving } from '../models/living';
import type { GenerativeClassifier, Vae } from '../models/model';
import { labelsOf, type ModelGridOptions, readCells } from './cells';
import { type Cell, gridColumns, gridRules, layOut, type PixelGrid } from './imageGrid';

/** What is drawn, and how. */
export interface ReconstructionsOptions extends ModelGridOptions {
  /** class of each input, for a model with labels; default the class that the model predicts */
  readonly labels?: readonly number[];
  /** inputs in a row; default 10 */
  readonly columns?: number;
}

const isClassifier = (model: Vae | GenerativeClassifier): model is GenerativeClassifier =>
  'classify' in model;

/**
 * Reconstructions: a row of inputs above a row of E[x|z,y] at z = E[z|x,y] (E[x|z] at z = E[z|x] without labels), as many
 * pairs of rows as it takes.
 *
 * @param model a model of images
 * @param inputs [N, …]
 * @param options labels, layout
 * @returns the picture
 * @throws RangeError when the model's inputs are not images and no shape is given, or inputs or labels do not fit
 * @example await reconstructions(model, gatherInputs(dataset, [0, 1, 2]))
 */
export async function reconstructions(
  model: Vae | GenerativeClassifier,
  inputs: Tensor,
  options: ReconstructionsOptions = {},
): Promise<PixelGrid> {
  assertModel('reconstructions', 'model', model, ['reconstruct']);
  assertLiving('reconstructions', model);
  const { labels, columns, ...layout } = readOptions('reconstructions', options, {
    ...gridRules(model.inputShape),
    labels: optional(unchecked()),
    columns: gridColumns(),
  });
  if (labels !== undefined && !isClassifier(model))
    throw new TypeError('reconstructions: labels are given, needed none: the model has no labels');
  assertShapes('reconstructions', { inputs: [inputs, ['N', ...model.inputShape].join(' '), 'float32'] });
  const originals = await readCells(inputs.clone());
  const rebuilt = await readCells(
    tidy(() =>
      atOnce(
        'reconstructions',
        "the model's reconstruct",
        isClassifier(model)
          ? model.reconstruct(inputs, labelsOf('reconstructions', model, inputs, labels))
          : model.reconstruct(inputs),
      ),
    ),
  );
  const across = Math.min(columns, originals.length);
  const cells: Cell[] = [];
  for (let from = 0; from < originals.length; from += across) {
    const empty = new Array<Cell>(Math.max(0, from + across - originals.length)).fill(undefined);
    for (const images of [originals, rebuilt])
      for (const cell of [...images.slice(from, from + across), ...empty]) cells.push(cell);
  }
  return layOut('reconstructions', cells, { ...layout, columns: across });
}
