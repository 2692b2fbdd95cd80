/** TensorFlow graphs as the bytes of a SavedModel: field numbers are those of TensorFlow's protocol buffers. */
import { BinaryWriter } from 'google-protobuf';

/** Types of TensorFlow, by the names that TensorFlow.js gives them. */
export const TYPES: Readonly<Record<string, number>> = { float32: 1, int32: 3, bool: 10 };

/** A value of an attribute. */
export type AttributeValue =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'int' | 'float' | 'type'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'shape'; readonly value: readonly number[] }
  | { readonly kind: 'ints' | 'floats' | 'types'; readonly value: readonly number[] }
  | { readonly kind: 'bools'; readonly value: readonly boolean[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | {
      readonly kind: 'tensor';
      readonly dtype: string;
      readonly shape: readonly number[];
      readonly value: ArrayLike<number>;
    };

/** A node of a graph. An input is `node`, `node:1` for its second output, or `^node` for its having run. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/** Version of graphs that TensorFlow 2.15 writes; older ones change what operations mean. */
const PRODUCER = 1645;

const writeShape = (shape: readonly number[], writer: BinaryWriter): void => {
  for (const size of shape)
    writer.writeMessage(2, size, (value, dimension) => dimension.writeInt64(1, value));
};

const contentOf = (dtype: string, values: ArrayLike<number>): Uint8Array => {
  if (dtype === 'bool') return Uint8Array.from(values);
  const typed = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
  return new Uint8Array(typed.buffer);
};

const textOf = (text: string): Uint8Array => new TextEncoder().encode(text);

type Write = (writer: BinaryWriter) => void;

const inList = (writer: BinaryWriter, write: Write): void =>
  writer.writeMessage(1, write, (inner, list) => inner(list));

const writeTensor = (
  { dtype, shape, value }: Extract<AttributeValue, { kind: 'tensor' }>,
  writer: BinaryWriter,
): void => {
  writer.writeEnum(1, TYPES[dtype] as number);
  writer.writeMessage(2, shape, writeShape);
  writer.writeBytes(4, contentOf(dtype, value));
};

const writeTexts = (texts: readonly string[], writer: BinaryWriter): void =>
  inList(writer, (list) => {
    for (const text of texts) list.writeBytes(2, textOf(text));
  });

const writeAttribute = (attribute: AttributeValue, writer: BinaryWriter): void => {
  const { kind, value } = attribute;
  if (kind === 'string') writer.writeBytes(2, textOf(value));
  else if (kind === 'int') writer.writeInt64(3, value);
  else if (kind === 'float') writer.writeFloat(4, value);
  else if (kind === 'bool') writer.writeBool(5, value);
  else if (kind === 'type') writer.writeEnum(6, value);
  else if (kind === 'shape') writer.writeMessage(7, value, writeShape);
  else if (kind === 'tensor') writer.writeMessage(8, attribute, writeTensor);
  else if (kind === 'ints') inList(writer, (list) => list.writePackedInt64(3, [...value]));
  else if (kind === 'floats') inList(writer, (list) => list.writePackedFloat(4, [...value]));
  else if (kind === 'bools') inList(writer, (list) => list.writePackedBool(5, [...value]));
  else if (kind === 'types') inList(writer, (list) => list.writePackedEnum(6, [...value]));
  else writeTexts(value as readonly string[], writer);
};

const writeNode = ({ name, op, inputs = [], attributes = {} }: GraphNode, writer: BinaryWriter): void => {
  writer.writeString(1, name);
  writer.writeString(2, op);
  for (const input of inputs) writer.writeString(3, input);
  for (const [key, attribute] of Object.entries(attributes)) {
    writer.writeMessage(5, key, (_, entry) => {
      entry.writeString(1, key);
      entry.writeMessage(2, attribute, writeAttribute);
    });
  }
};

/**
 * The bytes of a `saved_model.pb` that holds one graph, tagged `serve`.
 *
 * @param nodes of the graph, in any order
 */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const writer = new BinaryWriter();
  writer.writeInt64(1, 1);
  writer.writeMessage(2, nodes, (_, meta) => {
    meta.writeMessage(1, 'serve', (tag, info) => info.writeString(4, tag));
    meta.writeMessage(2, nodes, (all, graph) => {
      for (const node of all) graph.writeMessage(1, node, writeNode);
      graph.writeMessage(4, PRODUCER, (version, versions) => versions.writeInt32(1, version));
    });
  });
  return writer.getResultBuffer();
}
