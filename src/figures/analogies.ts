/** One style, every class. */

import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { everyLabel } from '../bounds/everyLabel';
import { atOnce } from '../core/notAsync';
import { optional, readOptions, unchecked } from '../core/options';
import { assertShapes } from '../core/shape';
import { assertModel } from '../models/fits';
import { assertLiving } from '../models/living';
import type { GenerativeClassifier } from '../models/model';
import { labelsOf, type ModelGridOptions, readCells } from './cells';
import { gridRules, layOut, type PixelGrid } from './imageGrid';

/** What is drawn, and how. */
export interface AnalogiesOptions extends ModelGridOptions {
  /** class of each input; default what the classifier takes it for */
  readonly labels?: readonly number[];
}

/**
 * Analogies (Kingma et al. 2014, Figure 1b): a row for each input, of the input and then E[x|z,y] for every y, at
 * the z = E[z|x,y] of the input: its style is kept and its class exchanged.
 *
 * @param model a model of images
 * @param inputs [N, …]
 * @param options labels, layout
 * @returns the picture: N rows, K + 1 columns
 * @throws RangeError when the model's inputs are not images and no shape is given, or inputs or labels do not fit
 * @example await analogies(model, gatherInputs(dataset, [0, 1, 2]))
 */
export async function analogies(
  model: GenerativeClassifier,
  inputs: Tensor,
  options: AnalogiesOptions = {},
): Promise<PixelGrid> {
  assertModel('analogies', 'model', model, ['classify', 'reconstruct']);
  assertLiving('analogies', model);
  const { labels, ...layout } = readOptions('analogies', options, {
    ...gridRules(model.inputShape),
    labels: optional(unchecked()),
  });
  const { classes } = model;
  assertShapes('analogies', { inputs: [inputs, ['N', ...model.inputShape].join(' '), 'float32'] });
  const originals = await readCells(inputs.clone());
  const exchanged = await readCells(
    tidy(() => {
      const y = labels === undefined ? undefined : labelsOf('analogies', model, inputs, labels);
      const every = everyLabel(originals.length, classes);
      return atOnce('analogies', "the model's reconstruct", model.reconstruct(inputs, y, every));
    }),
  );
  const cells = originals.flatMap((original, n) => [
    original,
    ...exchanged.slice(n * classes, (n + 1) * classes),
  ]);
  return layOut('analogies', cells, { ...layout, columns: classes + 1 });
}
