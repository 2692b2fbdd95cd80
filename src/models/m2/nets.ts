/** Choice of the nets of an M2 model. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Is, isBoolean, isCount, isListOf, isRecord, isString } from '../../core/json';
import { describe, formatShape } from '../../core/shape';
import { type ConvOptions, convNets, convValues } from '../../nets/conv';
import { type MlpOptions, mlpNets, mlpValues } from '../../nets/mlp';
import { assertNoRandomLayers } from '../../nets/randomLayers';
import type { PresetShape, SemiSupervisedNets } from '../../nets/semiSupervisedNets';

/** A preset with its choices. */
export type M2Preset =
  | ({
      /** dense layers on flat inputs, see `mlpNets` */
      readonly preset: 'mlp';
    } & MlpOptions)
  | ({
      /** convolutions on images [H, W, C], see `convNets` */
      readonly preset: 'conv';
    } & ConvOptions);

/** A preset by name, a preset with its choices, or one's own tfjs-layers models. */
export type M2Nets = M2Preset['preset'] | M2Preset | SemiSupervisedNets;

/** Whether nets are a user's own. */
export const isOwn = (nets: M2Nets): nets is SemiSupervisedNets => isRecord(nets) && !('preset' in nets);

/** What a choice may be, and that in words. */
type Choice = readonly [is: Is<unknown>, needed: string];

const COUNTS: Choice = [isListOf(isCount), 'an array of integers'];
const COUNT: Choice = [isCount, 'an integer'];
const NAME: Choice = [isString, 'a name'];
const FLAG: Choice = [isBoolean, 'true or false'];

const CHOICES: Readonly<Record<M2Preset['preset'], Readonly<Record<string, Choice>>>> = {
  mlp: { widths: COUNTS, activation: NAME, batchNorm: FLAG, sharedTrunk: FLAG },
  conv: { filters: COUNTS, width: COUNT, activation: NAME, batchNorm: FLAG, sharedTrunk: FLAG },
};

const isPreset = (where: string, nets: unknown): nets is M2Preset => {
  if (!isRecord(nets)) return false;
  const { preset, ...choices } = nets;
  if (preset !== 'mlp' && preset !== 'conv') return false;
  const known = CHOICES[preset];
  for (const [name, value] of Object.entries(choices)) {
    if (!Object.hasOwn(known, name)) {
      const needed = Object.keys(known).join(', ');
      throw new RangeError(`${where}: nets.${name} is no choice of "${preset}", needed one of ${needed}`);
    }
    const [fits, needed] = known[name] as Choice;
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
export function parsePreset(where: string, nets: unknown): M2Preset {
  const preset = isString(nets) ? { preset: nets } : nets;
  if (isPreset(where, preset)) return preset;
  const came = describe(isRecord(preset) ? preset.preset : preset);
  throw new RangeError(`${where}: nets is ${came}, needed "mlp", "conv" or tfjs-layers models`);
}

const assertNet = (
  name: string,
  net: LayersModel | undefined,
  inputs: readonly number[][],
  outputs: readonly number[][],
): void => {
  const needed = `${inputs.map(formatShape).join(', ')} → ${outputs.map(formatShape).join(', ')}, apart from the batch axis`;
  if (typeof net?.apply !== 'function')
    throw new TypeError(`createM2: nets.${name} is ${describe(net)}, needed a tfjs-layers model ${needed}`);
  const shapes = (tensors: LayersModel['inputs']): string =>
    tensors.map(({ shape }) => formatShape(shape.slice(1) as number[])).join(', ');
  const [from, to] = [shapes(net.inputs), shapes(net.outputs)];
  if (from !== inputs.map(formatShape).join(', ') || to !== outputs.map(formatShape).join(', ')) {
    throw new RangeError(`createM2: nets.${name} maps ${from} → ${to}, needed ${needed}`);
  }
  assertNoRandomLayers('createM2', `nets.${name}`, net);
};

const checkOwn = (
  nets: SemiSupervisedNets,
  { inputShape, classes, latent, parametersPerValue, encoderSeesLabel }: PresetShape,
): void => {
  const input = [...inputShape];
  const output = [...inputShape.slice(0, -1), (inputShape.at(-1) as number) * parametersPerValue];
  const features = nets.trunk ? (nets.trunk.outputs?.[0]?.shape.slice(1) as number[]) : input;
  if (nets.trunk) assertNet('trunk', nets.trunk, [input], [features]);
  assertNet('classifier', nets.classifier, [features], [[classes]]);
  assertNet('encoder', nets.encoder, encoderSeesLabel ? [features, [classes]] : [features], [
    [latent],
    [latent],
  ]);
  assertNet('decoder', nets.decoder, [[latent], [classes]], [output]);
};

/** Values of the layers of a preset, known before it is built. */
export const presetValues = (shape: PresetShape, { preset, ...choices }: M2Preset): readonly number[] =>
  preset === 'mlp' ? mlpValues(shape, choices) : convValues(shape, choices);

/**
 * The nets themselves: built, or a user's own after a check of their shapes and layers.
 *
 * @throws TypeError or RangeError when one's own net is missing or of other shapes; the message names the net, its
 *   shapes and the shapes needed
 * @throws RangeError when one's own net has a stock layer that draws random numbers; the message names the layer
 */
export function resolveNets(nets: M2Preset | SemiSupervisedNets, shape: PresetShape): SemiSupervisedNets {
  if (isOwn(nets)) {
    checkOwn(nets, shape);
    return nets;
  }
  const { preset, ...choices } = nets;
  return preset === 'mlp' ? mlpNets(shape, choices) : convNets(shape, choices);
}
