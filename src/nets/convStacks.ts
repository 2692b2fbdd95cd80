/** The convolutional halves of the report's nets: from an image to features, and back. */
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { formatShape } from '../core/describe';
import { sizeOf } from '../core/shape';
import { connect, dense, type HiddenOptions, withNorm } from './building';
import { layerValues, stackValues } from './layerValues';
import { StridedConv, StridedConvTranspose } from './stridedConv';

/** Images [H, W, C] and what halves them. */
export interface ConvShape {
  readonly inputShape: readonly number[];
  /** channels of the halving convolutions */
  readonly filters: readonly number[];
  /** convolutions of each halving, the last of which halves */
  readonly depth: number;
  /** width of the dense layer */
  readonly width: number;
}

const TAPS = 9;

/** The smallest feature map, [H, W, F]. */
const smallestMap = ({
  inputShape,
  filters,
}: Omit<ConvShape, 'depth'>): readonly [number, number, number] => {
  const [height = 0, columns = 0] = inputShape;
  const scale = 2 ** filters.length;
  return [height / scale, columns / scale, filters.at(-1) as number];
};

/**
 * Refuses what the convolutions cannot halve.
 *
 * @throws RangeError when the input is not [H, W, C] with H and W divisible by 2 for each of the filters
 */
export function assertHalves(
  where: string,
  { inputShape, filters }: Pick<ConvShape, 'inputShape' | 'filters'>,
): void {
  const [height = 0, columns = 0] = inputShape;
  const scale = 2 ** filters.length;
  if (inputShape.length !== 3 || height % scale !== 0 || columns % scale !== 0)
    throw new RangeError(
      `${where}: inputShape is ${formatShape(inputShape)}, needed [H,W,C] with H and W divisible by ${scale}`,
    );
}

/** Channels of every convolution on the way down. */
const channelsOf = ({ filters, depth }: ConvShape): readonly number[] =>
  filters.flatMap((count) => Array.from({ length: depth }, () => count));

/** Values of the layers of {@link convFeatures}. */
export const convFeatureValues = (shape: ConvShape, batchNorm: boolean): readonly number[] => [
  ...stackValues(shape.inputShape.at(-1) as number, shape.filters, batchNorm, TAPS),
  ...shape.filters.map((count) => (shape.depth - 1) * layerValues(TAPS * count, count, batchNorm)),
  layerValues(sizeOf(smallestMap(shape)), shape.width, batchNorm),
];

/** Convolutions 3×3, of which every `depth`-th has stride 2, and a dense layer: [B, H, W, C] → [B, width]. */
export const convFeatures = (shape: ConvShape, hidden: HiddenOptions, x: SymbolicTensor): SymbolicTensor => {
  const { depth, width } = shape;
  const map = channelsOf(shape).reduce((from, filters, i) => {
    const [halving, within] = [Math.floor(i / depth) + 1, (i % depth) + 1];
    const name = depth === 1 ? `conv${halving}` : `conv${halving}_${within}`;
    const stride = within === depth ? 2 : 1;
    return withNorm(name, hidden, (activation) =>
      connect(new StridedConv({ name, filters, activation, stride }), from),
    );
  }, x);
  const flat = connect(layers.flatten({ name: 'flatten' }), map);
  return withNorm('dense', hidden, (act) => dense('dense', width, act, flat));
};

/** Values of the layers of {@link convImage}. */
export const convImageValues = (
  shape: Omit<ConvShape, 'depth'>,
  channels: number,
  batchNorm: boolean,
): readonly number[] => [
  layerValues(shape.width, sizeOf(smallestMap(shape)), batchNorm),
  ...stackValues(shape.filters.at(-1) as number, [...shape.filters].reverse().slice(1), batchNorm, TAPS),
  layerValues(TAPS * (shape.filters[0] as number), channels),
];

/** A dense layer and transposed convolutions of stride 2: [B, width] → [B, H, W, channels]. */
export const convImage = (
  shape: Omit<ConvShape, 'depth'>,
  channels: number,
  hidden: HiddenOptions,
  code: SymbolicTensor,
): SymbolicTensor => {
  const smallest = [...smallestMap(shape)];
  const flatMap = withNorm('map', hidden, (act) => dense('map', sizeOf(smallest), act, code));
  const map = connect(layers.reshape({ name: 'unflatten', targetShape: smallest }), flatMap);
  const grown = [...shape.filters].reverse().slice(1).reduce(
    (from, count, i) =>
      withNorm(`up${i + 1}`, hidden, (act) =>
        connect(new StridedConvTranspose({ name: `up${i + 1}`, filters: count, activation: act }), from),
      ),
    map,
  ); // biome-ignore format: one step per line
  return connect(new StridedConvTranspose({ name: 'output', filters: channels }), grown);
};
