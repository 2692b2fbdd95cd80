/** Nets as plain data: each layer with its shape and its size. Counts and layers both come of the one description. */

import { input, type LayersModel, type layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { assertSize } from '../core/assert';
import { assertBackend } from '../host/backendTraits';

/** A layer of a net and what it reads. Nothing is allocated until it is built. */
export interface Node {
  /** shape of its output, without the batch axis */
  readonly shape: readonly number[];
  /** how many numbers the layer holds */
  readonly values: number;
  /** what the layer reads; nothing where it is an input of the net */
  readonly from: readonly Node[];
  /** makes the layer and applies it */
  build(from: SymbolicTensor | SymbolicTensor[]): SymbolicTensor;
}

/** A net from its inputs to its outputs. */
export interface Net {
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
}

/** Nets by name, in the order that their variables have in the model. */
type Nets = Readonly<Record<string, Net>>;

/** An input of a net. */
export const inputOf = (shape: readonly number[], name: string): Node => ({
  shape,
  values: 0,
  from: [],
  build: () => input({ shape: [...shape], name }),
});

/** A layer of any kind, which holds no numbers unless `values` says so. */
export const layerOf = (
  from: Node | readonly Node[],
  shape: readonly number[],
  make: () => InstanceType<typeof layers.Layer>,
  values = 0,
): Node => ({
  shape,
  values,
  from: [from].flat() as readonly Node[],
  build: (tensors) => make().apply(tensors) as SymbolicTensor,
});

/** The nodes of a net, each behind those that it reads; a loop, as a net may be thousands of layers deep. */
const nodesOf = ({ outputs }: Net): ReadonlySet<Node> => {
  const ordered = new Set<Node>();
  const open = [...outputs];
  for (let node = open.at(-1); node !== undefined; node = open.at(-1)) {
    const missing = node.from.filter((one) => !ordered.has(one));
    if (missing.length > 0) open.push(...missing);
    else ordered.add(open.pop() as Node);
  }
  return ordered;
};

/** How many numbers each layer holds, of the layers that hold any. */
export const valuesOf = (nets: object): readonly number[] =>
  Object.values<Net>(nets as Nets).flatMap((net) =>
    [...nodesOf(net)].map(({ values }) => values).filter(Boolean),
  );

/** The sum of all layers. */
export const totalOf = (values: readonly number[]): number => values.reduce((sum, count) => sum + count, 0);

const single = <T>(list: T[]): T | T[] => (list.length === 1 ? (list[0] as T) : list);

const buildNet = (name: string, net: Net): LayersModel => {
  const built = new Map<Node, SymbolicTensor>();
  const tensorsOf = (nodes: readonly Node[]) => nodes.map((node) => built.get(node) as SymbolicTensor);
  for (const node of nodesOf(net)) built.set(node, node.build(single(tensorsOf(node.from))));
  return model({ name, inputs: tensorsOf(net.inputs), outputs: single(tensorsOf(net.outputs)) });
};

/**
 * Builds nets; their weights are all 0, to be drawn by `initializeNet`.
 *
 * @param where name of the calling function, for the message
 * @throws RangeError when they would hold more than 2³¹ − 1 values, before anything is made
 */
export function buildNets<Described extends object>(
  where: string,
  nets: Described,
): { readonly [Name in keyof Described]: LayersModel } {
  assertBackend(where);
  assertSize(where, 'the size of the nets', totalOf(valuesOf(nets)));
  const built = Object.entries<Net>(nets as Nets).map(([name, net]) => [name, buildNet(name, net)]);
  return Object.fromEntries(built);
}
