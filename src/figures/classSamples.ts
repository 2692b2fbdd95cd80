/** What a model thinks the classes look like. */

import { assertInteger, assertSize } from '../core/assert';
import type { Noise } from '../core/noise';
import { atOnce } from '../core/notAsync';
import { integersFrom, number, readOptions, seedStream } from '../core/options';
import { sizeOf } from '../core/shape';
import type { TokenConditionalVae } from '../models/conditional/token';
import { assertModel } from '../models/fits';
import { assertLiving } from '../models/living';
import type { GenerativeClassifier } from '../models/model';
import { type ModelGridOptions, readCells } from './cells';
import { gridRules, layOut, type PixelGrid } from './imageGrid';

/** What is drawn, and how. */
export interface ClassSamplesOptions extends ModelGridOptions {
  /** images of each class; default 10 */
  readonly perClass?: number;
  /** seed of the codes */
  readonly seed: number | Noise;
}

/**
 * Samples by class: a row for each class, of E[x|z,y] at codes z ~ N(0, I).
 *
 * @param model a model of images
 * @param options samples of each class, seed, layout
 * @returns the picture: K rows, `perClass` columns
 * @throws RangeError when the model's inputs are not images and no shape is given
 * @example await classSamples(model, { perClass: 8, seed: 0 })
 */
export async function classSamples(
  model: GenerativeClassifier | TokenConditionalVae,
  options: ClassSamplesOptions,
): Promise<PixelGrid> {
  assertModel('classSamples', 'model', model, ['generate']);
  assertLiving('classSamples', model);
  const { perClass, seed, ...layout } = readOptions('classSamples', options, {
    ...gridRules(model.inputShape),
    perClass: number(integersFrom(1), 10),
    seed: seedStream(),
  });
  assertInteger('classSamples', 'model.classes', model.classes);
  assertSize('classSamples', 'the size of the picture', model.classes * perClass * sizeOf(model.inputShape));
  const labels = Array.from({ length: model.classes * perClass }, (_, i) => Math.floor(i / perClass));
  const cells = await readCells(atOnce('classSamples', "the model's generate", model.generate(labels, seed)));
  return layOut('classSamples', cells, { ...layout, columns: perClass });
}
