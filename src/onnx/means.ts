/** E[x|·] of a decoder's output as nodes of ONNX, for each likelihood of the library. */
import type { Likelihood } from '../distributions/likelihood';
import { type DensityBlock, type NamedBlock, readBlocks } from '../distributions/mixedBlocks';
import { isRecord, own } from '../files/json';
import { DOUBLE, FLOAT } from './file';
import type { Graph, Value } from './graph';

/** The spec of a likelihood, as a file has it. */
type Spec = NonNullable<Likelihood['spec']>;

/** What a likelihood makes of parameters, channels last; `name` is unique to the place. */
type Mean = (graph: Graph, parameters: Value, spec: Spec, name: string) => Value;

/** Columns of the last axis, from `start` on. */
const columnsOf = (graph: Graph, name: string, x: Value, start: number, width: number): Value => {
  const list = (key: string, value: number): string => graph.constant(`${name}_${key}`, [value]);
  const shape = [...x.shape.slice(0, -1), width];
  return graph.node(
    'Slice',
    name,
    [x, list('from', start), list('to', start + width), list('axis', x.shape.length)],
    { shape },
  );
};

/** Blocks of equal width. */
const blocksOf = (graph: Graph, name: string, x: Value, count: number): readonly Value[] => {
  const width = (x.shape.at(-1) as number) / count;
  return Array.from({ length: count }, (_, i) => columnsOf(graph, `${name}_block${i}`, x, i * width, width));
};

/** A chain of operations of one shape; numbers are constants. */
const chained = (graph: Graph, name: string) => {
  let steps = 0;
  return (op: string, ...inputs: readonly (Value | number)[]): Value => {
    const { shape } = inputs.find((input): input is Value => typeof input !== 'number') as Value;
    const read = inputs.map((input) => (typeof input === 'number' ? graph.number(input) : input));
    return graph.node(op, `${name}_${steps++}`, read, { shape });
  };
};

const continuousBernoulli: Mean = (graph, eta, _, name) => {
  const op = chained(graph, name);
  const size = op('Abs', eta);
  // As the library: a series below 1, ½ coth(η/2) − 1/η beyond.
  const square = op('Min', op('Mul', eta, eta), 1);
  const series = [-1 / 720, 1 / 12].reduce<Value>(
    (sum, coefficient) => op('Add', op('Mul', sum, square), coefficient),
    op('Add', op('Mul', square, -1 / 1209600), 1 / 30240),
  );
  const near = op('Mul', eta, series);
  const magnitude = op('Max', size, 1);
  const odds = op('Exp', op('Neg', magnitude));
  const far = op('Sub', op('Add', op('Div', odds, op('Sub', 1, odds)), 0.5), op('Reciprocal', magnitude));
  const chosen = op('Where', op('Less', size, 1), near, op('Mul', op('Sign', eta), far));
  return op('Max', op('Min', op('Add', chosen, 0.5), 1), 0);
};

/** Σ over components of [B, …, K, C], times their weights. */
const overComponents = (graph: Graph, name: string, x: Value): Value => {
  const axes = graph.constant(`${name}_axes`, [x.shape.length - 1]);
  const shape = [...x.shape.slice(0, -2), x.shape.at(-1) as number];
  return graph.node('ReduceSum', name, [x, axes], { shape }, { keepdims: 0 });
};

/** softplus in float64: max(v, 0) + log(1 + e^−|v|). */
const softplus = (op: ReturnType<typeof chained>, one: Value, zero: Value, v: Value): Value =>
  op('Add', op('Max', v, zero), op('Log', op('Add', op('Exp', op('Neg', op('Abs', v))), one)));

/** The clipped mean of a logistic, in float64: differences would have no digits. */
const logisticMean = (graph: Graph, name: string, mean: Value, logScale: Value, spec: Spec): Value => {
  const { bins, low, high } = spec as unknown as Readonly<Record<'bins' | 'low' | 'high', number>>;
  const op = chained(graph, name);
  const { shape } = mean;
  const cast = (x: Value, key: string, to: number): Value =>
    graph.node('Cast', `${name}_${key}`, [x], { shape }, { to });
  const number = (key: string, value: number): Value => ({
    id: graph.constant(`${name}_${key}`, Float64Array.of(value), []),
    shape,
  });
  const [one, zero] = [number('one', 1), number('zero', 0)];
  const step = (high - low) / (bins - 1);
  const floor = Math.log(step / 2 / 64);
  const limited = op('Min', cast(logScale, 'logScale', DOUBLE), number('largest', Math.log(high - low) + 15));
  const excess = op('Sub', limited, number('floor', floor));
  const scale = op('Exp', op('Add', softplus(op, one, zero, excess), number('floorAgain', floor)));
  const distance = op('Sub', cast(mean, 'mean', DOUBLE), number('low', low));
  if (bins > 64) {
    const p = op('Div', distance, scale);
    const beyond = op('Div', op('Sub', distance, number('range', high - low)), scale);
    const above = op('Mul', scale, op('Sub', softplus(op, one, zero, p), softplus(op, one, zero, beyond)));
    return cast(op('Add', above, number('lowAgain', low)), 'clipped', FLOAT);
  }
  // 2h·Σ σ((μ − t)/s) over the borders t of the values.
  let sum = zero;
  for (let i = 0; i < bins - 1; i++) {
    const border = op('Sub', distance, number(`border${i}`, (i + 0.5) * step));
    const term = op('Div', one, op('Add', one, op('Exp', op('Neg', op('Div', border, scale)))));
    sum = op('Add', sum, term);
  }
  return cast(op('Add', op('Mul', sum, number('step', step)), number('lowAgain', low)), 'clipped', FLOAT);
};

const discretizedLogistic: Mean = (graph, parameters, spec, name) => {
  const mixture = spec.mixture as number;
  if (mixture === 1) {
    const [mean, logScale] = blocksOf(graph, name, parameters, 2) as [Value, Value];
    return logisticMean(graph, name, mean, logScale, spec);
  }
  const [logits, mean, logScale] = blocksOf(graph, name, parameters, 3).map((block, i) => {
    const shape = [...block.shape.slice(0, -1), mixture, (block.shape.at(-1) as number) / mixture];
    return graph.node(
      'Reshape',
      `${name}_components${i}`,
      [block, graph.constant(`${name}_shape${i}`, [0, ...shape])],
      { shape },
    );
  }) as [Value, Value, Value];
  const weights = graph.node('Softmax', `${name}_weights`, [logits], { shape: logits.shape }, { axis: -2 });
  const means = logisticMean(graph, name, mean, logScale, spec);
  const weighted = graph.node('Mul', `${name}_weighted`, [weights, means], { shape: means.shape });
  return overComponents(graph, `${name}_sum`, weighted);
};

const softmax = (graph: Graph, name: string, x: Value): Value =>
  graph.node('Softmax', name, [x], { shape: x.shape }, { axis: -1 });

const sideBySide = (graph: Graph, name: string, values: readonly Value[]): Value => {
  const width = values.reduce((sum, { shape }) => sum + (shape.at(-1) as number), 0);
  const shape = [...(values[0] as Value).shape.slice(0, -1), width];
  return graph.node('Concat', name, values, { shape }, { axis: -1 });
};

/** By the kind of the spec. */
const MEANS: Readonly<Record<string, Mean>> = {
  bernoulli: (graph, x, _, name) => chained(graph, name)('Sigmoid', x),
  categorical(graph, x, spec, name) {
    let start = 0;
    const blocks = (spec.levels as readonly number[]).map((levels, i) => {
      const block = columnsOf(graph, `${name}_levels${i}`, x, start, levels);
      start += levels;
      return softmax(graph, `${name}_softmax${i}`, block);
    });
    return sideBySide(graph, name, blocks);
  },
  continuousBernoulli,
  discretizedLogistic,
  gaussian: (graph, x, spec, name) =>
    spec.variance === 'learned' ? (blocksOf(graph, name, x, 2)[0] as Value) : x,
  mixed: (graph, x, spec, name) => mixed(graph, x, spec, name),
  multinomial: (graph, x, spec, name) =>
    chained(graph, name)('Mul', softmax(graph, `${name}_softmax`, x), spec.total as number),
  negativeBinomial(graph, x, spec, name) {
    const op = chained(graph, name);
    const count = 1 + Number(spec.dispersion === 'learned') + Number(spec.zeroInflated === true);
    const blocks = count === 1 ? [x] : blocksOf(graph, name, x, count);
    const mean = op('Exp', blocks[0] as Value);
    return spec.zeroInflated === true
      ? op('Mul', mean, op('Sigmoid', op('Neg', blocks.at(-1) as Value)))
      : mean;
  },
  poisson: (graph, x, _, name) => chained(graph, name)('Exp', x),
};

/** The likelihood of a block, and how many parameters it has for each column. */
const likelihoodOf = (block: DensityBlock): readonly [spec: Spec, perColumn: number] => {
  switch (block.kind) {
    case 'numbers':
      return [{ kind: 'gaussian', variance: block.variance }, block.variance === 'learned' ? 2 : 1];
    case 'levels':
      return [{ kind: 'categorical', levels: [block.width] }, 1];
    case 'flags':
      return [{ kind: 'bernoulli' }, 1];
    case 'counts': {
      const { distribution: kind, dispersion = 'shared' } = block;
      return [{ kind, dispersion }, dispersion === 'learned' ? 2 : 1];
    }
  }
};

/** Blocks side by side; masks are 1. */
function mixed(graph: Graph, x: Value, spec: Spec, name: string): Value {
  let start = 0;
  const blocks = readBlocks('mixed', spec.blocks);
  const means = blocks.map((block, i) => {
    if (block.kind === 'masks') return undefined;
    const [own, perColumn] = likelihoodOf(block);
    const size = block.width * perColumn;
    const parameters = columnsOf(graph, `${name}_part${i}`, x, start, size);
    start += size;
    return meanIn(graph, parameters, own, `${name}_mean${i}`);
  });
  const op = chained(graph, `${name}_ones`);
  const one = op('Add', op('Mul', columnsOf(graph, `${name}_any`, x, 0, 1), 0), 1);
  const each = means.flatMap(
    (mean, i) => mean ?? new Array<Value>((blocks[i] as NamedBlock).width).fill(one),
  );
  return sideBySide(graph, name, each);
}

/**
 * E[x|·] of a likelihood of the library.
 *
 * @param parameters what the decoder gives
 * @returns undefined where the likelihood is your own
 */
export function meanIn(graph: Graph, parameters: Value, spec: unknown, name: string): Value | undefined {
  const mean = isRecord(spec) && typeof spec.kind === 'string' ? own(MEANS, spec.kind) : undefined;
  return mean?.(graph, graph.withChannels('last', parameters), spec as Spec, name);
}
