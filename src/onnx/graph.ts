/** A graph of ONNX that grows node by node. */
import type { Attribute, OnnxConstant, OnnxNode } from './file';

/** What a node gives, or an input. */
export interface Value {
  readonly id: string;
  /** without the batch axis; images [H, W, C], wherever the channels lie */
  readonly shape: readonly number[];
  /** whether the channels of an image lie ahead of its rows and columns, as ONNX's convolutions have them */
  readonly channelsFirst?: boolean;
}

/** A graph that is being made. */
export interface Graph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  /** a node; what it gives has a shape and a layout */
  node(
    op: string,
    name: string,
    inputs: readonly (Value | string)[],
    made: Omit<Value, 'id'>,
    attributes?: Readonly<Record<string, Attribute>>,
  ): Value;
  /** a constant, by whose name nodes read it; numbers of a list are integers */
  constant(name: string, data: OnnxConstant['data'], shape?: readonly number[]): string;
  /** a number as a constant */
  number(value: number): string;
  /** an image whose channels are first, or last; anything else as it is */
  withChannels(where: 'first' | 'last', x: Value): Value;
  /** the same value under another name, channels last */
  named(id: string, x: Value): void;
}

/** Axes from [B, H, W, C] to [B, C, H, W], and back. */
const TO_FIRST = [0, 3, 1, 2];
const TO_LAST = [0, 2, 3, 1];

/** An empty graph. */
export function createGraph(): Graph {
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxConstant>();
  const taken = new Set<string>();
  const moved = new Map<string, Value>();
  /** Names are those of layers, of which two may have one. */
  const unique = (name: string): string => {
    let found = name;
    for (let i = 2; taken.has(found); i++) found = `${name}_${i}`;
    taken.add(found);
    return found;
  };
  const graph: Graph = {
    nodes,
    get constants() {
      return [...constants.values()];
    },
    node(op, name, inputs, made, attributes = {}) {
      const id = unique(name);
      const read = inputs.map((input) => (typeof input === 'string' ? input : input.id));
      nodes.push({ op, name: id, inputs: read, output: id, attributes });
      return { id, ...made };
    },
    constant(name, data, shape = [data.length]) {
      const id = unique(name);
      constants.set(id, { name: id, shape, data });
      return id;
    },
    number(value) {
      const id = `number_${value}`;
      constants.set(id, { name: id, shape: [], data: Float32Array.of(value) });
      return id;
    },
    withChannels(where, x) {
      const first = where === 'first';
      if (x.shape.length !== 3 || (x.channelsFirst ?? false) === first) return x;
      const known = moved.get(x.id);
      if (known) return known;
      const perm = first ? TO_FIRST : TO_LAST;
      const made = { shape: x.shape, channelsFirst: first };
      const found = graph.node('Transpose', `${x.id}_channels_${where}`, [x], made, { perm });
      moved.set(x.id, found);
      moved.set(found.id, x);
      return found;
    },
    named(id, x) {
      const { id: from } = graph.withChannels('last', x);
      nodes.push({ op: 'Identity', name: `${id}_output`, inputs: [from], output: id, attributes: {} });
    },
  };
  return graph;
}
