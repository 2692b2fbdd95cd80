/** The kinds of node in a step's graph. */
import type { NativeAttribute, NativeBinding } from '../host/native/tensorflow';
import type { AttributeValue, GraphNode } from './graphDef';
import { TYPES } from './graphDef';
import type { Operation } from './operations';
import { Unrecordable } from './unrecordable';

/** Nodes of a graph, in the order in which they were added. */
export class NodeList {
  readonly nodes: GraphNode[] = [];

  /** Adds a node; gives its name. */
  add(node: GraphNode): string {
    this.nodes.push(node);
    return node.name;
  }
}

/** A type as the value of an attribute. */
export const typeOf = (dtype: string): AttributeValue => {
  const value = TYPES[dtype];
  if (value === undefined) throw new Unrecordable(`a tensor of ${dtype} is in the step`);
  return { kind: 'type', value };
};

/** A value that never changes. */
export const constantNode = (
  name: string,
  shape: readonly number[],
  values: ArrayLike<number>,
  dtype = 'float32',
): GraphNode => ({
  name,
  op: 'Const',
  attributes: { dtype: typeOf(dtype), value: { kind: 'tensor', dtype, shape, value: values } },
});

/** A 1 that is there once the nodes named in `after` have run. */
export const doneNode = (name: string, after: readonly string[]): GraphNode => ({
  ...constantNode(name, [], [1]),
  inputs: after.map((node) => `^${node}`),
});

/** A value that each run is fed with. */
export const placeholderNode = (name: string, shape: readonly number[], dtype = 'float32'): GraphNode => ({
  name,
  op: 'Placeholder',
  attributes: { dtype: typeOf(dtype), shape: { kind: 'shape', value: shape } },
});

/** Where the graph keeps a variable. */
export const variableNode = (name: string, shape: readonly number[]): GraphNode => ({
  name,
  op: 'VarHandleOp',
  attributes: {
    dtype: typeOf('float32'),
    shape: { kind: 'shape', value: shape },
    shared_name: { kind: 'string', value: name },
    container: { kind: 'string', value: '' },
  },
});

/** Reads a variable, behind what is named in `after`. */
export const readNode = (name: string, variable: string, after: readonly string[] = []): GraphNode => ({
  name,
  op: 'ReadVariableOp',
  inputs: [variable, ...after.map((node) => `^${node}`)],
  attributes: { dtype: typeOf('float32') },
});

/** Assigns to a variable, behind what is named in `after`. */
export const assignNode = (
  name: string,
  variable: string,
  value: string,
  after: readonly string[] = [],
): GraphNode => ({
  name,
  op: 'AssignVariableOp',
  inputs: [variable, value, ...after.map((node) => `^${node}`)],
  attributes: { dtype: typeOf('float32') },
});

/** An operation on float32 tensors with an attribute for its type. */
export const floatNode = (
  name: string,
  op: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): GraphNode => ({ name, op, inputs, attributes: { T: typeOf('float32'), ...attributes } });

/**
 * A copy of a value, for a variable to keep where the value may use memory lent by JavaScript, as every tensor made of an
 * array does.
 *
 * The binding gives lent memory back on the thread that lets go of it last, and only the main thread may tell Node so: two
 * variables let go by two threads of TensorFlow at once would break Node's list of references.
 */
export const copyNode = (name: string, value: string): GraphNode => floatNode(name, 'DeepCopy', [value]);

/** Attributes that TensorFlow infers in its eager mode and needs in a graph. */
const INFERRED: Readonly<Record<string, (types: readonly string[]) => Record<string, AttributeValue>>> = {
  ExpandDims: ([type = 'float32']) => ({ T: typeOf(type), Tdim: typeOf('int32') }),
};

const attributeOf = (binding: NativeBinding, { name, type, value }: NativeAttribute): AttributeValue => {
  const kinds = new Map<number, [one: AttributeValue['kind'], many: AttributeValue['kind']]>([
    [binding.TF_ATTR_STRING, ['string', 'strings']],
    [binding.TF_ATTR_INT, ['int', 'ints']],
    [binding.TF_ATTR_FLOAT, ['float', 'floats']],
    [binding.TF_ATTR_BOOL, ['bool', 'bools']],
    [binding.TF_ATTR_TYPE, ['type', 'types']],
  ]);
  if (type === binding.TF_ATTR_SHAPE) return { kind: 'shape', value: value as readonly number[] };
  const kind = kinds.get(type);
  if (kind === undefined) throw new Unrecordable(`attribute ${name} is of a type that is not known, ${type}`);
  return { kind: kind[Array.isArray(value) ? 1 : 0], value } as AttributeValue;
};

/** An operation of a recording. */
export const operationNode = (
  binding: NativeBinding,
  name: string,
  { name: op, attributes, types }: Operation,
  inputs: readonly string[],
): GraphNode => ({
  name,
  op,
  inputs,
  attributes: {
    ...INFERRED[op]?.(types),
    ...Object.fromEntries(attributes.map((attribute) => [attribute.name, attributeOf(binding, attribute)])),
  },
});
