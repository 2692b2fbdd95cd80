/** The operations of nets as nodes of ONNX. */
import { describe } from '../core/describe';
import { own } from '../files/json';
import type { StoredArray } from '../files/safetensors';
import type { ConvolutionSettings, Operations } from '../portable/operations';
import type { Attribute } from './file';
import type { Graph, Value } from './graph';

/** Activations by the names of tfjs-layers. */
const ACTIVATIONS: Readonly<
  Record<string, readonly [op: string, attributes?: Readonly<Record<string, Attribute>>]>
> = {
  elu: ['Elu'],
  hardSigmoid: ['HardSigmoid', { alpha: { float: 0.2 }, beta: { float: 0.5 } }],
  relu: ['Relu'],
  sigmoid: ['Sigmoid'],
  softmax: ['Softmax', { axis: -1 }],
  softplus: ['Softplus'],
  softsign: ['Softsign'],
  tanh: ['Tanh'],
};

/** Kernels [height, width, a, b] as [b, a, height, width]: ONNX's order for convolutions and transposed ones alike. */
const reversed = ({ shape, data }: StoredArray): StoredArray => {
  const [height = 0, width = 0, a = 0, b = 0] = shape;
  const found = new Float32Array(data.length);
  for (let place = 0, to = 0; place < b * a; place++)
    for (let tap = 0; tap < height * width; tap++, to++)
      found[to] = data[tap * a * b + (place % a) * b + Math.floor(place / a)] as number;
  return { shape: [b, a, height, width], data: found };
};

/** The name of a constant of the graph. */
const stored = (graph: Graph, name: string, { shape, data }: StoredArray): string =>
  graph.constant(name, data as Float32Array, shape);

const layoutOf = ({ shape, channelsFirst = false }: Value) => ({ shape, channelsFirst });

/** Rows and columns that a convolution gives, and zeros around its image: before rows and columns, then behind them. */
const windowsOf = (
  [height = 0, width = 0]: readonly number[],
  [tall = 0, wide = 0]: readonly number[],
  { strides, padding }: ConvolutionSettings,
) => {
  const sizeAfter = (size: number, taps: number, stride: number): number =>
    padding === 'valid' ? Math.ceil((size - taps + 1) / stride) : Math.ceil(size / stride);
  const sizes = [sizeAfter(height, tall, strides[0]), sizeAfter(width, wide, strides[1])] as const;
  // TensorFlow's `same`: what is odd comes behind.
  const needed = [
    Math.max(0, (sizes[0] - 1) * strides[0] + tall - height),
    Math.max(0, (sizes[1] - 1) * strides[1] + wide - width),
  ];
  const before = needed.map((rows) => Math.floor(rows / 2));
  const after = needed.map((rows) => Math.ceil(rows / 2));
  return { sizes, pads: { one: [1, 1, 1, 1], valid: [0, 0, 0, 0], same: [...before, ...after] }[padding] };
};

/** Products with weights. */
const products = (graph: Graph): Pick<Operations<Value>, 'dense' | 'convolution' | 'doubling'> => {
  /** What a convolution reads. */
  const onImage = (name: string, x: Value, kernel: StoredArray, bias: StoredArray) => [
    graph.withChannels('first', x),
    stored(graph, `${name}_kernel`, reversed(kernel)),
    stored(graph, `${name}_bias`, bias),
  ];
  return {
    dense(name, given, kernel, bias) {
      const x = graph.withChannels('last', given);
      const made = { shape: [...x.shape.slice(0, -1), kernel.shape[1] as number] };
      const [w, b] = [stored(graph, `${name}_kernel`, kernel), stored(graph, `${name}_bias`, bias)];
      if (x.shape.length === 1) return graph.node('Gemm', name, [x, w, b], made);
      return graph.node('Add', name, [graph.node('MatMul', `${name}_product`, [x, w], made), b], made);
    },
    convolution(name, x, kernel, bias, settings) {
      const [tall = 0, wide = 0, , filters = 0] = kernel.shape;
      const { sizes, pads } = windowsOf(x.shape, kernel.shape, settings);
      const inputs = onImage(name, x, kernel, bias);
      const made = { shape: [...sizes, filters], channelsFirst: true };
      const attributes = { strides: settings.strides, pads, kernel_shape: [tall, wide] };
      return graph.node('Conv', name, inputs, made, attributes);
    },
    doubling(name, x, kernel, bias) {
      const [height = 0, width = 0] = x.shape;
      const shape = [2 * height, 2 * width, kernel.shape[2] as number];
      const inputs = onImage(name, x, kernel, bias);
      const settings = { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1], kernel_shape: [3, 3] };
      return graph.node('ConvTranspose', name, inputs, { shape, channelsFirst: true }, settings);
    },
  };
};

/** Normalization by statistics, running or of each example. */
const normalizations = (graph: Graph): Pick<Operations<Value>, 'batchNorm' | 'layerNorm'> => ({
  batchNorm(name, given, { gamma, beta, mean, variance }, epsilon) {
    const x = graph.withChannels('first', given);
    const weights = Object.entries({ gamma, beta, mean, variance }).map(([key, one]) =>
      stored(graph, `${name}_${key}`, one),
    );
    return graph.node('BatchNormalization', name, [x, ...weights], layoutOf(x), {
      epsilon: { float: epsilon },
    });
  },
  layerNorm(name, given, gamma, beta, epsilon) {
    const x = graph.withChannels('last', given);
    const weights = [stored(graph, `${name}_gamma`, gamma), stored(graph, `${name}_beta`, beta)];
    return graph.node('LayerNormalization', name, [x, ...weights], layoutOf(x), {
      axis: -1,
      epsilon: { float: epsilon },
    });
  },
});

/** Operations on values one by one, wherever the channels lie. */
const elementwise = (
  where: string,
  graph: Graph,
): Pick<Operations<Value>, 'activation' | 'add' | 'multiply' | 'scale' | 'log1p'> => {
  /** An operation on two values, in the layout of the first. */
  const each = (op: string, name: string, first: Value, second: Value): Value => {
    const other = graph.withChannels(first.channelsFirst ? 'first' : 'last', second);
    return graph.node(op, name, [first, other], layoutOf(first));
  };
  return {
    activation(name, given, activation) {
      if (activation === 'linear') return given;
      const known = own(ACTIVATIONS, activation);
      if (known === undefined)
        throw new RangeError(
          `${where}: activation ${describe(activation)} of ${name} has no operator, needed linear, ${Object.keys(ACTIVATIONS).join(', ')}`,
        );
      const [op, attributes] = known;
      const x = activation === 'softmax' ? graph.withChannels('last', given) : given;
      return graph.node(op, name, [x], layoutOf(x), attributes);
    },
    add: (name, a, b) => each('Add', name, a, b),
    multiply: (name, a, b) => each('Mul', name, a, b),
    scale: (name, x, factor) => graph.node('Mul', name, [x, graph.number(factor)], layoutOf(x)),
    log1p(name, x, columns) {
      const made = layoutOf(x);
      const relu = graph.node('Relu', `${name}_relu`, [x], made);
      const above = graph.node('Add', `${name}_above`, [relu, graph.number(1)], made);
      const log = graph.node('Log', `${name}_log`, [above], made);
      if (columns === undefined) return log;
      // Of some columns alone: x + m·(log − x).
      const mask = graph.constant(`${name}_mask`, Float32Array.from(columns, Number));
      const difference = graph.node('Sub', `${name}_difference`, [log, x], made);
      const more = graph.node('Mul', `${name}_more`, [difference, mask], made);
      return graph.node('Add', name, [x, more], made);
    },
  };
};

/** Values in another shape or order. */
const rearrangements = (graph: Graph): Pick<Operations<Value>, 'reshape' | 'concatenate' | 'select'> => ({
  reshape(name, given, shape) {
    const x = graph.withChannels('last', given);
    // 0 keeps the batch axis as it is.
    return graph.node('Reshape', name, [x, graph.constant(`${name}_shape`, [0, ...shape])], { shape });
  },
  concatenate(name, values) {
    const all = values.map((x) => graph.withChannels('last', x));
    const width = all.reduce((sum, { shape }) => sum + (shape.at(-1) as number), 0);
    const shape = [...(all[0] as Value).shape.slice(0, -1), width];
    return graph.node('Concat', name, all, { shape }, { axis: -1 });
  },
  select(name, x, columns) {
    const indices = graph.constant(`${name}_columns`, columns);
    return graph.node('Gather', name, [x, indices], { shape: [columns.length] }, { axis: 1 });
  },
});

/**
 * Makes the operations of a graph.
 *
 * @param where name of the calling function, for messages
 */
export function onnxOperations(where: string, graph: Graph): Operations<Value> {
  return {
    shapeOf: ({ shape }) => shape,
    ...products(graph),
    ...normalizations(graph),
    ...elementwise(where, graph),
    ...rearrangements(graph),
  };
}
