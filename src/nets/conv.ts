/** Convolutional nets of the report. */
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { recordOf } from '../core/assert';
import { checked, flag, integersFrom, number, readOptions, withDefaults } from '../core/options';
import { type Activation, activationName } from './activation';
import { dense, gaussianHeads, hiddenStack, inputOf, net } from './building';
import { assertHalves, convFeatures, convFeatureValues, convImage, convImageValues } from './convStacks';
import { assertValues, layerValues } from './layerValues';
import {
  assertPresetShape,
  assertWidths,
  DEEPEST,
  outputShapeOf,
  type PresetShape,
  type SemiSupervisedNets,
} from './semiSupervisedNets';

/** Choices of the preset. */
export interface ConvOptions {
  /** channels of the convolutions that halve the image; default [32, 64] (the report) */
  readonly filters?: readonly number[];
  /** convolutions to each halving of the image, the last of which halves, from 1 to 100; default 1 (the report) */
  readonly depth?: number;
  /** width of the dense layer behind the convolutions, and of the decoder's first; default 512 (the report) */
  readonly width?: number;
  /** default `'relu'` (the report) */
  readonly activation?: Exclude<Activation, 'linear'>;
  /** batch norm before each hidden activation; default `false`: the report's nets have none */
  readonly batchNorm?: boolean;
  /** one convolutional trunk for classifier and encoder; default `true` (the report) */
  readonly sharedTrunk?: boolean;
}

/** Choices of every convolutional preset. */
export const convRules = (batchNorm: boolean) => ({
  filters: checked(assertWidths, [32, 64]),
  depth: number(integersFrom(1, DEEPEST), 1),
  width: number(integersFrom(1), 512),
  activation: activationName<'relu' | 'softplus'>('relu'),
  batchNorm: flag(batchNorm),
});

const convNetsRules = () => ({ ...convRules(false), sharedTrunk: flag(true) });

/** Values of the layers of {@link convNets}. */
export function convValues(shape: PresetShape, options: ConvOptions): readonly number[] {
  const { inputShape, classes, latent, encoderSeesLabel } = shape;
  const { filters, depth, width, batchNorm, sharedTrunk } = withDefaults(options, convNetsRules());
  const conv = { inputShape, filters, depth, width };
  const features = convFeatureValues(conv, batchNorm);
  return [
    ...(sharedTrunk ? features : [...features, ...features]),
    ...(encoderSeesLabel ? [layerValues(width + classes, width, batchNorm)] : []),
    layerValues(width, classes + 2 * latent),
    layerValues(latent + classes, width, batchNorm),
    ...convImageValues(conv, outputShapeOf(shape).at(-1) as number, batchNorm),
  ];
}

/**
 * The report's nets: convolutions 3×3 of stride 2 and padding 1, a dense layer, and heads; in the decoder, a dense layer
 * and one transposed convolution to each doubling, whatever the depth.
 *
 *   trunk    28×28×C → 14×14×32 → 7×7×64 → 512            (32×32×C → 16×16×32 → 8×8×64 → 512)
 *   decoder  [z, y] → 512 → 7×7×64 → 14×14×32 → 28×28×C    transposed convolutions with output padding 1
 *
 * With `depth` 2 and more, convolutions of stride 1 stand ahead of each halving one on the way down.
 *
 * Feature maps are flattened in row-major NHWC order (PyTorch flattens NCHW; moved weights must be permuted). A
 * label-conditioned encoder gets one more hidden layer of the same width, which takes features and label.
 *
 * @returns nets whose weights are all 0, to be drawn by `initializeNet`
 * @throws RangeError when the input is not [H, W, C] with H and W divisible by 2 for each of the filters,
 *   a size is not an integer of at least 1, a choice is none of its values, or the nets would hold more than 2³¹ − 1 values
 * @throws TypeError when an argument is missing or no record, or the filters are no array
 */
export function convNets(shape: PresetShape, options: ConvOptions = {}): SemiSupervisedNets {
  assertPresetShape('convNets', recordOf('convNets', shape, 'shape'));
  const { inputShape, classes, latent, encoderSeesLabel } = shape;
  const { filters, depth, width, sharedTrunk, ...hidden } = readOptions('convNets', options, convNetsRules());
  assertHalves('convNets', { inputShape, filters });
  assertValues('convNets', convValues(shape, options));

  const conv = { inputShape, filters, depth, width };
  const featuresOf = (from: SymbolicTensor): SymbolicTensor => convFeatures(conv, hidden, from);

  const x = inputOf(inputShape, 'x');
  const trunk = sharedTrunk ? net('trunk', [x], featuresOf(x)) : undefined;
  const input = (): SymbolicTensor => inputOf(sharedTrunk ? [width] : inputShape, 'features');
  const [toClassify, toEncode] = [input(), input()];
  const seen = encoderSeesLabel ? inputOf([classes], 'y') : undefined;
  const features = sharedTrunk ? toEncode : featuresOf(toEncode);
  const encoded = seen ? hiddenStack([width], hidden, features, seen) : features;

  const z = inputOf([latent], 'z');
  const y = inputOf([classes], 'y');
  const channels = outputShapeOf(shape).at(-1) as number;
  const code = hiddenStack([width], hidden, z, y);

  return {
    ...(trunk && { trunk }),
    classifier: net(
      'classifier',
      [toClassify],
      dense('logits', classes, 'linear', sharedTrunk ? toClassify : featuresOf(toClassify)),
    ),
    encoder: net('encoder', seen ? [toEncode, seen] : [toEncode], gaussianHeads(latent, encoded)),
    decoder: net('decoder', [z, y], convImage(conv, channels, hidden, code)),
    labelsApart: true,
  };
}
