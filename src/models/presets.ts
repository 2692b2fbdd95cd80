/** Presets of nets with their choices, and nets of the user's own: what is refused. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, formatShape, oneLine } from '../core/describe';
import { assertNoFunction } from '../core/uncalled';
import { isRecord, isString, own } from '../files/json';
import { assertNoLayerTerms } from '../nets/layerTerms';
import { assertLayers } from '../nets/ownLayers';
import type { Choice } from '../nets/preset';

/** Presets by name, for their names and choices alone. */
type Presets = Readonly<
  Record<string, { readonly choices: Readonly<Record<string, Choice>>; readonly defaults: object }>
>;

/**
 * A preset with every choice, from what a user or a file gives.
 *
 * @param where name of the calling function, for messages
 * @param nets the preset's name, or a record of it and its choices
 * @param presets all there are
 * @param takesOwn whether the model takes nets of the user's own too
 * @throws RangeError when it is not a preset, or a choice is unknown or of another kind
 */
export function presetFrom<P extends { readonly preset: string }>(
  where: string,
  nets: unknown,
  presets: Presets,
  takesOwn = true,
): P {
  assertNoFunction(where, 'nets', nets);
  const { preset, ...choices } = isString(nets) ? { preset: nets } : isRecord(nets) ? nets : { preset: nets };
  const found = isString(preset) ? own(presets, preset) : undefined;
  if (found === undefined) {
    const names = Object.keys(presets).map((name) => `"${name}"`);
    throw new RangeError(
      `${where}: nets is ${describe(preset)}, needed ${names.join(', ')}${takesOwn ? ' or tfjs-layers models' : ''}`,
    );
  }
  const { choices: known, defaults } = found;
  const given = Object.entries(choices).filter(([, value]) => value !== undefined);
  for (const [name, value] of Object.entries(choices)) {
    const choice = own(known, name);
    if (choice === undefined)
      throw new RangeError(
        `${where}: nets.${oneLine(name)} is not a choice of "${preset}", needed one of ${Object.keys(known).join(', ')}`,
      );
    const [fits, needed] = choice;
    if (value !== undefined && !fits(value))
      throw new RangeError(`${where}: nets.${name} is ${describe(value)}, needed ${needed}`);
  }
  return { preset, ...defaults, ...Object.fromEntries(given) } as unknown as P;
}

/**
 * Refuses a user's net that maps other shapes, has a layer that no seed reaches, or has a constraint or a regularizer.
 *
 * @param where name of the calling function, for messages
 * @param name of the net
 * @param net a tfjs-layers model, or what was given in its place
 * @param inputs shapes without the batch axis
 * @param outputs likewise; without them, one of any shape
 * @throws TypeError or RangeError naming the net, its shapes and the shapes needed
 */
export function assertOwnNet(
  where: string,
  name: string,
  net: LayersModel | undefined,
  inputs: readonly (readonly number[])[],
  outputs?: readonly (readonly number[])[],
): void {
  const listed = (shapes: readonly (readonly number[])[]): string => shapes.map(formatShape).join(', ');
  const needed = `${listed(inputs)} → ${outputs ? listed(outputs) : 'one output'}, apart from the batch axis`;
  assertNoFunction(where, `nets.${name}`, net);
  if (typeof net?.apply !== 'function' || !Array.isArray(net.inputs) || !Array.isArray(net.outputs))
    throw new TypeError(`${where}: nets.${name} is ${describe(net)}, needed a tfjs-layers model ${needed}`);
  const shapes = (tensors: LayersModel['inputs']): string =>
    listed(tensors.map(({ shape }) => shape.slice(1) as number[]));
  const [from, to] = [shapes(net.inputs), shapes(net.outputs)];
  if (from !== listed(inputs) || (outputs ? to !== listed(outputs) : net.outputs.length !== 1))
    throw new RangeError(`${where}: nets.${name} maps ${from} → ${to}, needed ${needed}`);
  // TensorFlow.js gives such a tensor once, and nothing in its second place.
  if (new Set(net.outputs).size < net.outputs.length)
    throw new RangeError(
      `${where}: nets.${name} has one tensor for several outputs, needed a layer of its own for each`,
    );
  assertLayers(where, `nets.${name}`, net);
  assertNoLayerTerms(where, `nets.${name}`, net);
}
