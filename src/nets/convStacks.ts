/** The convolutional halves of the report's nets: from an image to features, and back. */
import { formatShape } from '../core/describe';
import { sameShape, sizeOf } from '../core/shape';
import type { Activation } from './activation';
import { dense, flatten, type HiddenOptions, reshape, widthOf, withNorm } from './building';
import { layerOf, type Node } from './description';
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
 * @throws RangeError when the input is not [H, W, C] with H and W divisible by 2 for each of the filters, or the output is
 *   not of the same H and W
 */
export function assertHalves(
  where: string,
  {
    inputShape,
    outputShape,
    filters,
  }: Pick<ConvShape, 'inputShape' | 'filters'> & { readonly outputShape: readonly number[] },
): void {
  const [height = 0, columns = 0] = inputShape;
  const scale = 2 ** filters.length;
  if (inputShape.length !== 3 || height % scale !== 0 || columns % scale !== 0)
    throw new RangeError(
      `${where}: inputShape is ${formatShape(inputShape)}, needed [H,W,C] with H and W divisible by ${scale}`,
    );
  if (outputShape.length !== 3 || !sameShape(outputShape.slice(0, 2), inputShape.slice(0, 2)))
    throw new RangeError(
      `${where}: outputShape is ${formatShape(outputShape)}, needed [${height},${columns},…], the height and width of inputShape`,
    );
}

/** Channels of every convolution on the way down. */
const channelsOf = ({ filters, depth }: ConvShape): readonly number[] =>
  filters.flatMap((count) => Array.from({ length: depth }, () => count));

/** A convolution that keeps the map (stride 1), or halves it. */
const conv = (name: string, filters: number, stride: 1 | 2, activation: Activation, from: Node): Node => {
  const [height = 0, columns = 0] = from.shape;
  return layerOf(
    from,
    [Math.ceil(height / stride), Math.ceil(columns / stride), filters],
    () => new StridedConv({ name, filters, activation, stride }),
    filters * (TAPS * widthOf(from) + 1),
  );
};

/** A transposed convolution, which doubles the map. */
const convTranspose = (name: string, filters: number, activation: Activation, from: Node): Node => {
  const [height = 0, columns = 0] = from.shape;
  return layerOf(
    from,
    [2 * height, 2 * columns, filters],
    () => new StridedConvTranspose({ name, filters, activation }),
    filters * (TAPS * widthOf(from) + 1),
  );
};

/** Convolutions 3×3, of which every `depth`-th has stride 2, and a dense layer: [B, H, W, C] → [B, width]. */
export const convFeatures = (shape: ConvShape, hidden: HiddenOptions, x: Node): Node => {
  const { depth, width } = shape;
  const map = channelsOf(shape).reduce((from, filters, i) => {
    const [halving, within] = [Math.floor(i / depth) + 1, (i % depth) + 1];
    const name = depth === 1 ? `conv${halving}` : `conv${halving}_${within}`;
    const stride = within === depth ? 2 : 1;
    return withNorm(name, hidden, (activation) => conv(name, filters, stride, activation, from));
  }, x);
  return withNorm('dense', hidden, (activation) => dense('dense', width, activation, flatten(map)));
};

/** A dense layer and transposed convolutions of stride 2: [B, width] → [B, H, W, channels]. */
export const convImage = (
  shape: Omit<ConvShape, 'depth'>,
  channels: number,
  hidden: HiddenOptions,
  code: Node,
): Node => {
  const smallest = smallestMap(shape);
  const flatMap = withNorm('map', hidden, (activation) => dense('map', sizeOf(smallest), activation, code));
  const grown = [...shape.filters]
    .reverse()
    .slice(1)
    .reduce(
      (from, count, i) =>
        withNorm(`up${i + 1}`, hidden, (activation) => convTranspose(`up${i + 1}`, count, activation, from)),
      reshape('unflatten', smallest, flatMap),
    );
  return convTranspose('output', channels, 'linear', grown);
};
