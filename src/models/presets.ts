/** Presets of nets with their choices, and one's own nets: what is refused. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, formatShape, oneLine } from '../core/describe';
import { assertNoFunction } from '../core/uncalled';
import { type Is, isBoolean, isCount, isListOf, isRecord, isString } from '../files/json';
import { assertNoLayerTerms } from '../nets/layerTerms';
import { assertNoRandomLayers } from '../nets/randomLayers';

/** What a choice may be, and that in words. */
type Choice = readonly [is: Is<unknown>, needed: string];

const COUNTS: Choice = [isListOf(isCount), 'an array of integers'];
const COUNT: Choice = [isCount, 'an integer'];
const NAME: Choice = [isString, 'a name'];
const FLAG: Choice = [isBoolean, 'true or false'];

/** Choices by preset. */
export type Choices = Readonly<Record<'mlp' | 'conv', Readonly<Record<string, Choice>>>>;

/** Choices that every model's presets have. */
export const COMMON_CHOICES: Choices = {
  mlp: { widths: COUNTS, activation: NAME, batchNorm: FLAG },
  conv: { filters: COUNTS, depth: COUNT, width: COUNT, activation: NAME, batchNorm: FLAG },
};

/** Those, and whether classifier and encoder share a trunk. */
export const TRUNK_CHOICES: Choices = {
  mlp: { ...COMMON_CHOICES.mlp, sharedTrunk: FLAG },
  conv: { ...COMMON_CHOICES.conv, sharedTrunk: FLAG },
};

const isPreset = <P extends { readonly preset: 'mlp' | 'conv' }>(
  where: string,
  nets: unknown,
  known: Choices,
): nets is P => {
  if (!isRecord(nets)) return false;
  const { preset, ...choices } = nets;
  if (preset !== 'mlp' && preset !== 'conv') return false;
  for (const [name, value] of Object.entries(choices)) {
    if (!Object.hasOwn(known[preset], name)) {
      const needed = Object.keys(known[preset]).join(', ');
      throw new RangeError(
        `${where}: nets.${oneLine(name)} is no choice of "${preset}", needed one of ${needed}`,
      );
    }
    const [fits, needed] = known[preset][name] as Choice;
    if (value !== undefined && !fits(value))
      throw new RangeError(`${where}: nets.${name} is ${describe(value)}, needed ${needed}`);
  }
  return true;
};

/**
 * A preset with its choices, from what a user or a file gives.
 *
 * @throws RangeError when it is no preset, or a choice is unknown or of another kind
 */
export function presetFrom<P extends { readonly preset: 'mlp' | 'conv' }>(
  where: string,
  nets: unknown,
  known: Choices,
): P {
  assertNoFunction(where, 'nets', nets);
  const preset = isString(nets) ? { preset: nets } : nets;
  if (isPreset<P>(where, preset, known)) return preset;
  const came = describe(isRecord(preset) ? preset.preset : preset);
  throw new RangeError(`${where}: nets is ${came}, needed "mlp", "conv" or tfjs-layers models`);
}

/**
 * Refuses a net of one's own that maps other shapes, draws what no seed reaches, or has a constraint or a regularizer.
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
  assertNoRandomLayers(where, `nets.${name}`, net);
  assertNoLayerTerms(where, `nets.${name}`, net);
}
