/** Convolutional nets of the report. */
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { assertInteger } from '../core/assert';
import { formatShape, sizeOf } from '../core/shape';
import { type Activation, assertActivation } from './activation';
import {
  connect,
  dense,
  gaussianHeads,
  type HiddenOptions,
  hiddenStack,
  inputOf,
  net,
  withNorm,
} from './building';
import type { PresetShape, SemiSupervisedNets } from './semiSupervisedNets';
import { StridedConv, StridedConvTranspose } from './stridedConv';

/** Choices of the preset. */
export interface ConvOptions {
  /** channels of the convolutions, each of which halves the image; default [32, 64] (the report) */
  readonly filters?: readonly number[];
  /** width of the dense layer behind the convolutions, and of the decoder's first; default 512 (the report) */
  readonly width?: number;
  /** default `'relu'` (the report) */
  readonly activation?: Exclude<Activation, 'linear'>;
  /** batch norm before each hidden activation; default `false`: the report's nets have none */
  readonly batchNorm?: boolean;
  /** one convolutional trunk for classifier and encoder; default `true` (the report) */
  readonly sharedTrunk?: boolean;
}

/**
 * The report's nets: convolutions 3×3 of stride 2 and padding 1, a dense layer, and heads; the decoder mirrors them.
 *
 *   trunk    28×28×C → 14×14×32 → 7×7×64 → 512            (32×32×C → 16×16×32 → 8×8×64 → 512)
 *   decoder  [z, y] → 512 → 7×7×64 → 14×14×32 → 28×28×C    transposed convolutions with output padding 1
 *
 * Feature maps are flattened in row-major NHWC order (PyTorch flattens NCHW; moved weights must be permuted). A
 * label-conditioned encoder gets one more hidden layer of the same width, which takes features and label.
 *
 * @returns nets whose weights are all 0, to be drawn by `initializeNet`
 * @throws RangeError when the input is not [H, W, C] with H and W divisible by 2 for each convolution,
 *   or the activation is none of these
 */
export function convNets(
  { inputShape, classes, latent, parametersPerValue, encoderSeesLabel }: PresetShape,
  {
    filters = [32, 64],
    width = 512,
    activation = 'relu',
    batchNorm = false,
    sharedTrunk = true,
  }: ConvOptions = {},
): SemiSupervisedNets {
  assertInteger('convNets', 'width', width);
  assertInteger('convNets', 'the number of filters', filters.length);
  for (const count of filters) assertInteger('convNets', 'a number of filters', count);
  const [height = 0, columns = 0, channels = 0] = inputShape;
  const scale = 2 ** filters.length;
  if (inputShape.length !== 3 || height % scale !== 0 || columns % scale !== 0) {
    throw new RangeError(
      `convNets: inputShape is ${formatShape(inputShape)}, needed [H,W,C] with H and W divisible by ${scale}`,
    );
  }
  assertActivation('convNets', activation);
  const hidden: HiddenOptions = { activation, batchNorm };

  const featuresOf = (x: SymbolicTensor): SymbolicTensor => {
    const map = filters.reduce(
      (from, count, i) =>
        withNorm(`conv${i + 1}`, hidden, (act) =>
          connect(new StridedConv({ name: `conv${i + 1}`, filters: count, activation: act }), from),
        ),
      x,
    );
    const flat = connect(layers.flatten({ name: 'flatten' }), map);
    return withNorm('dense', hidden, (act) => dense('dense', width, act, flat));
  };

  const x = inputOf(inputShape, 'x');
  const trunk = sharedTrunk ? net('trunk', [x], featuresOf(x)) : undefined;
  const input = (): SymbolicTensor => inputOf(sharedTrunk ? [width] : inputShape, 'features');
  const [toClassify, toEncode] = [input(), input()];
  const seen = encoderSeesLabel ? inputOf([classes], 'y') : undefined;
  const features = sharedTrunk ? toEncode : featuresOf(toEncode);
  const encoded = seen ? hiddenStack([width], hidden, features, seen) : features;

  const z = inputOf([latent], 'z');
  const y = inputOf([classes], 'y');
  const smallest = [height / scale, columns / scale, filters.at(-1) as number];
  const size = sizeOf(smallest);
  const code = hiddenStack([width], hidden, z, y);
  const flatMap = withNorm('map', hidden, (act) => dense('map', size, act, code));
  const map = connect(layers.reshape({ name: 'unflatten', targetShape: smallest }), flatMap);
  const grown = [...filters].reverse().slice(1).reduce(
    (from, count, i) =>
      withNorm(`up${i + 1}`, hidden, (act) =>
        connect(new StridedConvTranspose({ name: `up${i + 1}`, filters: count, activation: act }), from),
      ),
    map,
  ); // biome-ignore format: one step per line
  const output = new StridedConvTranspose({ name: 'output', filters: channels * parametersPerValue });

  return {
    ...(trunk && { trunk }),
    classifier: net(
      'classifier',
      [toClassify],
      dense('logits', classes, 'linear', sharedTrunk ? toClassify : featuresOf(toClassify)),
    ),
    encoder: net('encoder', seen ? [toEncode, seen] : [toEncode], gaussianHeads(latent, encoded)),
    decoder: net('decoder', [z, y], connect(output, grown)),
    labelsApart: true,
  };
}
