/** Nets of fully connected layers: those of Kingma 2014. */
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { recordOf } from '../core/assert';
import { checked, flag, readOptions, withDefaults } from '../core/options';
import { sizeOf } from '../core/shape';
import { type Activation, activationName } from './activation';
import { connect, dense, gaussianHeads, hiddenStack, inputOf, net } from './building';
import { assertValues, layerValues, stackValues } from './layerValues';
import {
  assertPresetShape,
  assertWidths,
  outputShapeOf,
  type PresetShape,
  type SemiSupervisedNets,
} from './semiSupervisedNets';

/** Choices of the preset. */
export interface MlpOptions {
  /** widths of the hidden layers of each net, in the order of the data; default [500] (Kingma 2014, §4.3) */
  readonly widths?: readonly number[];
  /** default `'softplus'` (Kingma 2014, §4.3) */
  readonly activation?: Exclude<Activation, 'linear'>;
  /** batch norm before each hidden activation (see {@link BatchNorm}); default `false`: Kingma 2014 has none */
  readonly batchNorm?: boolean;
  /** one stack of hidden layers for classifier and encoder; default `false`: three nets, as in Kingma 2014 */
  readonly sharedTrunk?: boolean;
}

const mlpRules = () => ({
  widths: checked(assertWidths, [500]),
  activation: activationName<'relu' | 'softplus'>('softplus'),
  batchNorm: flag(false),
  sharedTrunk: flag(false),
});

/** Values of the layers of {@link mlpNets}. */
export function mlpValues(
  { inputShape, classes, latent, parametersPerValue, encoderSeesLabel }: PresetShape,
  options: MlpOptions,
): readonly number[] {
  const { widths, batchNorm, sharedTrunk } = withDefaults(options, mlpRules());
  const [size, first, last] = [sizeOf(inputShape), widths[0] as number, widths.at(-1) as number];
  const stack = (inputs: number, of = widths): readonly number[] => stackValues(inputs, of, batchNorm);
  return [
    ...(sharedTrunk ? stack(size) : [...stack(size), ...stack(size + (encoderSeesLabel ? classes : 0))]),
    ...(sharedTrunk && encoderSeesLabel ? stack(last + classes, [last]) : []),
    layerValues(last, classes + 2 * latent),
    ...stack(latent + classes, [...widths].reverse()),
    layerValues(first, size * parametersPerValue),
  ];
}

/**
 * Fully connected nets: classifier, encoder and decoder of hidden layers each (Kingma 2014: one of 500 softplus).
 *
 * Images are flattened in row-major NHWC order. Labels enter the first hidden layer apart from the features. With
 * a shared trunk and a label-conditioned encoder, the label enters one more hidden layer behind the trunk.
 *
 * @returns nets whose weights are all 0, to be drawn by `initializeNet`
 * @throws TypeError when an argument is missing or no record, or the widths are no array
 * @throws RangeError when a size or a width is not an integer of at least 1, a choice is none of its values, or the nets
 *   would hold more than 2³¹ − 1 values
 */
export function mlpNets(shape: PresetShape, options: MlpOptions = {}): SemiSupervisedNets {
  assertPresetShape('mlpNets', recordOf('mlpNets', shape, 'shape'));
  const { inputShape, classes, latent, encoderSeesLabel } = shape;
  const { widths, sharedTrunk, ...hidden } = readOptions('mlpNets', options, mlpRules());
  assertValues('mlpNets', mlpValues(shape, options));
  const flat = (from: SymbolicTensor): SymbolicTensor =>
    inputShape.length === 1 ? from : connect(layers.flatten({ name: 'flatten' }), from);

  const x = inputOf(inputShape, 'x');
  const trunk = sharedTrunk ? net('trunk', [x], hiddenStack(widths, hidden, flat(x))) : undefined;
  const featureShape = sharedTrunk ? [widths.at(-1) as number] : inputShape;
  // Behind a shared trunk the classifier and a label-free posterior are heads alone.
  const stack = (features: SymbolicTensor, label?: SymbolicTensor): SymbolicTensor => {
    if (!sharedTrunk) return hiddenStack(widths, hidden, flat(features), label);
    return label === undefined ? features : hiddenStack(widths.slice(-1), hidden, features, label);
  };

  const toClassify = inputOf(featureShape, 'features');
  const toEncode = inputOf(featureShape, 'features');
  const seen = encoderSeesLabel ? inputOf([classes], 'y') : undefined;
  const z = inputOf([latent], 'z');
  const y = inputOf([classes], 'y');
  const outputShape = outputShapeOf(shape);
  const size = sizeOf(outputShape);
  const output = dense('output', size, 'linear', hiddenStack([...widths].reverse(), hidden, z, y));
  const shaped =
    outputShape.length === 1
      ? output
      : connect(layers.reshape({ name: 'image', targetShape: outputShape }), output);
  return {
    ...(trunk && { trunk }),
    classifier: net('classifier', [toClassify], dense('logits', classes, 'linear', stack(toClassify))),
    encoder: net(
      'encoder',
      seen ? [toEncode, seen] : [toEncode],
      gaussianHeads(latent, stack(toEncode, seen)),
    ),
    decoder: net('decoder', [z, y], shaped),
    labelsApart: true,
  };
}
