/** ONNX models as bytes: field numbers are those of ONNX's protocol buffers. */
import { BinaryWriter } from 'google-protobuf';
import { arrayKind, bytesOf } from '../core/typedArrays';

/** Version of the operators, of 2022: runtimes from then on have them. */
const OPSET = 17;

/** Version of the file's layout that goes with it. */
const IR_VERSION = 8;

/** Types of values, by ONNX's numbers. */
export const FLOAT = 1;
const INT64 = 7;
export const DOUBLE = 11;

/** An attribute: a number is an integer unless its name says that it is a fraction. */
export type Attribute = number | readonly number[] | { readonly float: number };

/** An operation. */
export interface OnnxNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A constant of the file; numbers of a list are 64-bit integers. */
export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | readonly number[];
}

/** An input or an output, [B, …shape]. */
export interface OnnxPort {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A whole file. */
export interface OnnxFile {
  readonly name: string;
  readonly producerVersion: string;
  readonly description: string;
  /** texts by name, which tools show */
  readonly metadata: Readonly<Record<string, string>>;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

/** Name of the batch axis, whose size is open. */
const BATCH = 'B';

/** Types of the numbers of a typed array; a list holds integers. */
const TYPES: Readonly<Record<string, number>> = { Float32Array: FLOAT, Float64Array: DOUBLE };

const writeConstant = ({ name, shape, data }: OnnxConstant, writer: BinaryWriter): void => {
  writer.writePackedInt64(1, [...shape]);
  writer.writeInt32(2, TYPES[arrayKind(data) ?? ''] ?? INT64);
  writer.writeString(8, name);
  writer.writeBytes(9, bytesOf('buffer' in data ? data : BigInt64Array.from(data, BigInt)));
};

const writePort = ({ name, shape }: OnnxPort, writer: BinaryWriter): void => {
  writer.writeString(1, name);
  writer.writeMessage(2, shape, (axes, type) => {
    type.writeMessage(1, axes, (_, tensor) => {
      tensor.writeInt32(1, FLOAT);
      tensor.writeMessage(2, axes, (sizes, dimensions) => {
        dimensions.writeMessage(1, BATCH, (batch, dimension) => dimension.writeString(2, batch));
        for (const size of sizes)
          dimensions.writeMessage(1, size, (value, dimension) => dimension.writeInt64(1, value));
      });
    });
  });
};

const writeAttribute = ([name, value]: readonly [string, Attribute], writer: BinaryWriter): void => {
  const [FLOAT_KIND, INT_KIND, INTS_KIND] = [1, 2, 7];
  writer.writeString(1, name);
  if (typeof value === 'number') {
    writer.writeInt64(3, value);
    writer.writeEnum(20, INT_KIND);
  } else if ('float' in value) {
    writer.writeFloat(2, value.float);
    writer.writeEnum(20, FLOAT_KIND);
  } else {
    for (const one of value) writer.writeInt64(8, one);
    writer.writeEnum(20, INTS_KIND);
  }
};

const writeNode = ({ op, name, inputs, output, attributes }: OnnxNode, writer: BinaryWriter): void => {
  for (const input of inputs) writer.writeString(1, input);
  writer.writeString(2, output);
  writer.writeString(3, name);
  writer.writeString(4, op);
  for (const attribute of Object.entries(attributes)) writer.writeMessage(5, attribute, writeAttribute);
};

const writeGraph = (file: OnnxFile, writer: BinaryWriter): void => {
  for (const node of file.nodes) writer.writeMessage(1, node, writeNode);
  writer.writeString(2, file.name);
  for (const constant of file.constants) writer.writeMessage(5, constant, writeConstant);
  for (const port of file.inputs) writer.writeMessage(11, port, writePort);
  for (const port of file.outputs) writer.writeMessage(12, port, writePort);
};

/**
 * The bytes of an ONNX model.
 *
 * @param file nodes, each after those that it reads
 */
export function encodeOnnx(file: OnnxFile): Uint8Array {
  const writer = new BinaryWriter();
  writer.writeInt64(1, IR_VERSION);
  writer.writeString(2, 'ssvae');
  writer.writeString(3, file.producerVersion);
  writer.writeString(6, file.description);
  writer.writeMessage(7, file, writeGraph);
  writer.writeMessage(8, OPSET, (version, set) => {
    set.writeString(1, '');
    set.writeInt64(2, version);
  });
  for (const entry of Object.entries(file.metadata))
    writer.writeMessage(14, entry, ([key, value], pair) => {
      pair.writeString(1, key);
      pair.writeString(2, value);
    });
  return writer.getResultBuffer();
}
