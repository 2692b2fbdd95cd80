/** Choice of the nets of an M2 model. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, formatShape } from '../../core/shape';
import { type ConvOptions, convNets } from '../../nets/conv';
import { type MlpOptions, mlpNets } from '../../nets/mlp';
import type { PresetShape, SemiSupervisedNets } from '../../nets/semiSupervisedNets';

/** A preset by name, a preset with its choices, or one's own tfjs-layers models. */
export type M2Nets =
  | 'mlp'
  | 'conv'
  | ({ readonly preset: 'mlp' } & MlpOptions)
  | ({ readonly preset: 'conv' } & ConvOptions)
  | SemiSupervisedNets;

/** Whether nets are a user's own. */
export const isOwn = (nets: M2Nets): nets is SemiSupervisedNets =>
  typeof nets === 'object' && !('preset' in nets);

/** Name of the preset, where one was chosen. */
export const presetOf = (nets: M2Nets): 'mlp' | 'conv' | undefined =>
  isOwn(nets) ? undefined : typeof nets === 'string' ? nets : nets.preset;

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

/**
 * The nets themselves: built, or a user's own after a check of their shapes.
 *
 * @throws TypeError or RangeError when one's own net is missing or of other shapes; the message names the net, its
 *   shapes and the shapes needed
 */
export function resolveNets(nets: M2Nets, shape: PresetShape): SemiSupervisedNets {
  if (isOwn(nets)) {
    checkOwn(nets, shape);
    return nets;
  }
  const { preset, ...choices } = typeof nets === 'string' ? { preset: nets } : nets;
  if (preset === 'mlp') return mlpNets(shape, choices as MlpOptions);
  if (preset === 'conv') return convNets(shape, choices as ConvOptions);
  throw new RangeError(`createM2: nets is ${describe(preset)}, needed "mlp", "conv" or tfjs-layers models`);
}
