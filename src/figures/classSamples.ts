/** What a model thinks the classes look like. */
import { assertInteger, assertMethods, assertSize, type OptionNames, optionsOf } from '../core/assert';
import { assertNoise, type Noise } from '../core/noise';
import { sizeOf } from '../core/shape';
import type { SemiSupervisedVae } from '../models/model';
import { GRID_NAMES, type ModelGridOptions, readCells } from './cells';
import { layOut, type PixelGrid } from './imageGrid';

/** What is drawn, and how. */
export interface ClassSamplesOptions extends ModelGridOptions {
  /** images of each class; default 10 */
  readonly perClass?: number;
  /** stream that the codes come from */
  readonly noise: Noise;
}

const NAMES: OptionNames<ClassSamplesOptions> = { ...GRID_NAMES, perClass: true, noise: true };

/**
 * Samples by class: a row for each class, of E[x|z,y] at codes z ~ N(0, I).
 *
 * @param model a model of images
 * @param options samples of each class, noise, layout
 * @returns the picture: K rows, `perClass` columns
 * @throws RangeError when the model's inputs are no images and no shape is given
 * @example await classSamples(model, { perClass: 8, noise: createNoise(0) })
 */
export async function classSamples(
  model: SemiSupervisedVae,
  options: ClassSamplesOptions,
): Promise<PixelGrid> {
  assertMethods('classSamples', 'model', model, ['generate']);
  const {
    perClass = 10,
    noise,
    shape = model.inputShape,
    padding,
  } = optionsOf('classSamples', options, NAMES);
  assertInteger('classSamples', 'model.classes', model.classes);
  assertInteger('classSamples', 'perClass', perClass);
  assertNoise('classSamples', noise);
  assertSize('classSamples', 'the size of the picture', model.classes * perClass * sizeOf(model.inputShape));
  const labels = Array.from({ length: model.classes * perClass }, (_, i) => Math.floor(i / perClass));
  const cells = await readCells(model.generate(labels, noise));
  return layOut('classSamples', cells, { shape, columns: perClass, padding });
}
