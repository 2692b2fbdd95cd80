/** The models that the worker holds: those of the last runs, or of a file that the reader opened. */
import { loadModel, type M2, type Storage, saveModel } from 'ssvae';
import { DIGIT_STEPS } from '../digits/model';
import { decodeAt, lookAtDigits, readDrawing, testDigits } from '../digits/run';
import { lookAtFile } from '../plane/run';
import type { PlaneSettings } from '../plane/settings';
import type { Answer, Reading, Request, Scene } from '../protocol';

let plane: readonly [M2, M2] | undefined;
let planeSettings: PlaneSettings | undefined;
let digits: M2 | undefined;

/** Keeps the models of a run in the place of those before. */
export function keepPlane(models: readonly [M2, M2]): void {
  for (const model of plane ?? []) model.dispose();
  plane = models;
}

/** Remembers which points the models in the plane are about. */
export function rememberPlane(settings: PlaneSettings): void {
  planeSettings = settings;
}

/** Keeps the model of digits in the place of the one before. */
export function keepDigits(model: M2): void {
  digits?.dispose();
  digits = model;
}

const digitsModel = (): M2 => {
  if (!digits) throw new Error('There is no model of digits yet. Train it, or open one.');
  return digits;
};

/** A storage in memory. */
function inMemory(bytes?: Uint8Array): Storage & { readonly written: () => Uint8Array } {
  let held = bytes;
  return {
    name: 'file',
    read: async () => held,
    write: async (given) => {
      held = given.slice();
    },
    written: () => held ?? new Uint8Array(),
  };
}

/** The file of a scene's model: in the plane, that of the right side. */
export async function save(scene: Scene): Promise<Uint8Array> {
  const model = scene === 'plane' ? plane?.[1] : digitsModel();
  if (!model) throw new Error('There is no model yet. Train one first.');
  const storage = inMemory();
  await saveModel(model, storage);
  return storage.written();
}

const sameShape = (model: M2, shape: readonly number[]): boolean =>
  model.inputShape.length === shape.length && shape.every((size, i) => model.inputShape[i] === size);

/** Reads a file and shows its model in the place of the trained one. */
export async function openFile({ scene, run, bytes }: Extract<Request, { type: 'open' }>): Promise<Answer> {
  const model = await loadModel(inMemory(bytes), { kind: 'm2' });
  try {
    if (scene === 'digits') {
      if (!sameShape(model, [28, 28, 1]) || model.classes !== 10 || model.latent !== 2)
        throw new Error('This file holds a model, but not one of digits with a code of two numbers.');
      const frame = await lookAtDigits(model, testDigits(1), DIGIT_STEPS);
      keepDigits(model);
      return { type: 'digitsFrame', run, rate: 0, ...frame };
    }
    if (!sameShape(model, [2]))
      throw new Error('This file holds a model, but not one of points in the plane.');
    if (!planeSettings || !plane)
      throw new Error('Train once before you open a model: its points are needed.');
    const frame = await lookAtFile(planeSettings, [plane[0], model]);
    plane[1].dispose();
    plane = [plane[0], model];
    return { type: 'planeFrame', run, rate: 0, ...frame };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** What the model of digits makes of a drawing. */
export const read = (pixels: Uint8Array): Promise<Reading> => readDrawing(digitsModel(), pixels);

/** Each digit at a code. */
export const decode = (code: readonly [number, number]): Promise<Uint8Array> => decodeAt(digitsModel(), code);
