/** Convolutional nets: the preset `conv`, and `report`, the nets of the report. */
import { recordOf } from '../core/assert';
import { checked, flag, integersFrom, number, readOptions } from '../core/options';
import { type Activation, activationName } from './activation';
import { dense, gaussianHeads, hiddenStack } from './building';
import { assertHalves, convFeatures, convImage } from './convStacks';
import { buildNets, inputOf, type Node } from './description';
import { type Norm, normName } from './norm';
import { COUNT, COUNTS, FLAG, type M2NetPreset, NAME } from './preset';
import {
  assertPresetShape,
  assertWidths,
  DEEPEST,
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
  /** normalization before each hidden activation; default `'batch'`; `'none'` in `report`: the report's nets have none */
  readonly norm?: Norm;
  /** one convolutional trunk for classifier and encoder; default `true` (the report) */
  readonly sharedTrunk?: boolean;
}

/** The report’s convolutions behind batch norm: in development trials on MNIST and digits more accurate at the same length. */
export const CONV_DEFAULTS = {
  filters: [32, 64],
  depth: 1,
  width: 512,
  activation: 'relu',
  norm: 'batch',
} as const satisfies ConvOptions;

/** How the choices of every convolutional preset are read. */
export const convRules = (defaults: Required<Omit<ConvOptions, 'sharedTrunk'>>) => ({
  filters: checked(assertWidths, defaults.filters),
  depth: number(integersFrom(1, DEEPEST), defaults.depth),
  width: number(integersFrom(1), defaults.width),
  activation: activationName<'relu' | 'softplus'>(defaults.activation),
  norm: normName(defaults.norm),
});

/** What a preset's choices are in a file, but for the trunk. */
export const CONV_CHOICES = {
  filters: COUNTS,
  depth: COUNT,
  width: COUNT,
  activation: NAME,
  norm: NAME,
} as const;

/** {@link convNets} of an M2 model, where the encoder sees no label unless asked to (the report, Eq. 2). */
const convPreset = (defaults: Required<ConvOptions>): M2NetPreset<ConvOptions> => ({
  choices: { ...CONV_CHOICES, sharedTrunk: FLAG },
  defaults,
  encoderSeesLabel: false,
  describe(where, shape, options) {
    const { inputShape, outputShape, classes, latent, encoderSeesLabel } = shape;
    const { filters, depth, width, sharedTrunk, ...hidden } = readOptions(where, options, {
      ...convRules(defaults),
      sharedTrunk: flag(defaults.sharedTrunk),
    });
    assertHalves(where, { inputShape, outputShape, filters });

    const conv = { inputShape, filters, depth, width };
    const featuresOf = (from: Node): Node => convFeatures(conv, hidden, from);

    const x = inputOf(inputShape, 'x');
    const input = (): Node => inputOf(sharedTrunk ? [width] : inputShape, 'features');
    const [toClassify, toEncode] = [input(), input()];
    const seen = encoderSeesLabel ? inputOf([classes], 'y') : undefined;
    const features = sharedTrunk ? toEncode : featuresOf(toEncode);
    const encoded = seen ? hiddenStack([width], hidden, features, seen) : features;
    const logits = dense('logits', classes, 'linear', sharedTrunk ? toClassify : featuresOf(toClassify));

    const z = inputOf([latent], 'z');
    const y = inputOf([classes], 'y');
    const channels = outputShape.at(-1) as number;
    const image = convImage(conv, channels, hidden, hiddenStack([width], hidden, z, y));

    return {
      ...(sharedTrunk && { trunk: { inputs: [x], outputs: [featuresOf(x)] } }),
      classifier: { inputs: [toClassify], outputs: [logits] },
      encoder: { inputs: seen ? [toEncode, seen] : [toEncode], outputs: gaussianHeads(latent, encoded) },
      decoder: { inputs: [z, y], outputs: [image] },
    };
  },
});

/** The report's convolutions with batch norm. */
export const CONV = convPreset({ ...CONV_DEFAULTS, sharedTrunk: true });

/** The nets of the report: no batch norm. */
export const REPORT = convPreset({ ...CONV_DEFAULTS, norm: 'none', sharedTrunk: true });

/**
 * The report's nets, by default with batch norm, the preset `conv`; with `{ norm: 'none' }` as the report has them, the
 * preset `report`. Convolutions 3×3 of stride 2 and padding 1, a dense layer, and heads; in the decoder, a dense layer
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
 * @throws TypeError when an argument is missing or no record, or the filters are not an array
 */
export function convNets(shape: PresetShape, options: ConvOptions = {}): SemiSupervisedNets {
  assertPresetShape('convNets', recordOf('convNets', shape, 'shape'));
  return { ...buildNets('convNets', CONV.describe('convNets', shape, options)), labelsApart: true };
}
