/** Convolutional nets of the report. */
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { assertFlags, assertInteger, recordOf } from '../core/assert';
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
import { assertValues, layerValues, stackValues } from './layerValues';
import {
  assertPresetShape,
  assertWidths,
  type PresetShape,
  type SemiSupervisedNets,
} from './semiSupervisedNets';
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

const choicesOf = ({
  filters = [32, 64],
  width = 512,
  activation = 'relu',
  batchNorm = false,
  sharedTrunk = true,
}: ConvOptions) => ({ filters, width, activation, batchNorm, sharedTrunk });

const TAPS = 9;

/** Values of the layers of {@link convNets}. */
export function convValues(
  { inputShape, classes, latent, parametersPerValue, encoderSeesLabel }: PresetShape,
  options: ConvOptions,
): readonly number[] {
  const { filters, width, batchNorm, sharedTrunk } = choicesOf(options);
  const [height = 0, columns = 0, channels = 0] = inputShape;
  const [first, last] = [filters[0] as number, filters.at(-1) as number];
  const map = (height / 2 ** filters.length) * (columns / 2 ** filters.length) * last;
  const features = [...stackValues(channels, filters, batchNorm, TAPS), layerValues(map, width, batchNorm)];
  return [
    ...(sharedTrunk ? features : [...features, ...features]),
    ...(encoderSeesLabel ? [layerValues(width + classes, width, batchNorm)] : []),
    layerValues(width, classes + 2 * latent),
    ...stackValues(latent + classes, [width, map], batchNorm),
    ...stackValues(last, [...filters].reverse().slice(1), batchNorm, TAPS),
    layerValues(TAPS * first, channels * parametersPerValue),
  ];
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
 *   a size is not an integer of at least 1, a choice is none of its values, or the nets would hold more than 2³¹ − 1 values
 * @throws TypeError when an argument is missing or no record, or the filters are no array
 */
export function convNets(shape: PresetShape, options: ConvOptions = {}): SemiSupervisedNets {
  assertPresetShape('convNets', recordOf('convNets', shape, 'shape'));
  const { inputShape, classes, latent, parametersPerValue, encoderSeesLabel } = shape;
  const { filters, width, activation, batchNorm, sharedTrunk } = choicesOf(recordOf('convNets', options));
  assertInteger('convNets', 'width', width);
  assertWidths('convNets', 'filter', filters);
  const [height = 0, columns = 0, channels = 0] = inputShape;
  const scale = 2 ** filters.length;
  if (inputShape.length !== 3 || height % scale !== 0 || columns % scale !== 0) {
    throw new RangeError(
      `convNets: inputShape is ${formatShape(inputShape)}, needed [H,W,C] with H and W divisible by ${scale}`,
    );
  }
  assertActivation('convNets', activation);
  assertFlags('convNets', { batchNorm, sharedTrunk });
  assertValues('convNets', convValues(shape, options));
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
    examplesApart: !batchNorm,
  };
}
