/** Records the operations that a piece of work runs on the native backend. */
import type { DataId, NativeAttribute, NativeBackend, NativeTensor } from '../host/native/tensorflow';

/** A value within a recording: output `output` of operation `operation`, or a source. */
export type Ref = { readonly operation: number; readonly output: number } | { readonly source: number };

/** An operation. */
export interface Operation {
  readonly name: string;
  readonly attributes: readonly NativeAttribute[];
  readonly inputs: readonly Ref[];
  /** types of the inputs, for attributes that the backend leaves to be inferred */
  readonly types: readonly string[];
}

/** A tensor that was there before, or came from the host. */
export interface Source {
  readonly dataId: DataId;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** values on the host, unless the tensor is a known one */
  readonly values?: ArrayLike<number>;
}

/** The recorded operations. */
export interface Operations {
  readonly operations: readonly Operation[];
  readonly sources: readonly Source[];
  /** The value that a tensor holds; a tensor that no operation took or gave becomes a source. */
  refOf(tensor: NativeTensor): Ref;
}

/**
 * Runs work and records its operations.
 *
 * Every operation of the backend passes through two functions, with TensorFlow's own names and attributes.
 *
 * @param backend whose operations are recorded
 * @param isKnown whether a tensor's values are of no interest: variables, the batch, noise
 * @param work what is run; it must not wait
 */
export function recordOperations(
  backend: NativeBackend,
  isKnown: (dataId: DataId) => boolean,
  work: () => void,
): Operations {
  const operations: Operation[] = [];
  const sources: Source[] = [];
  const refs = new WeakMap<DataId, Ref>();
  const refOf = ({ dataId, shape, dtype }: NativeTensor): Ref => {
    const known = refs.get(dataId);
    if (known) return known;
    const ref = { source: sources.length };
    // Copied: the backend gives the very array that the tensor was made of.
    const values = isKnown(dataId) ? undefined : Array.from(backend.readSync(dataId));
    sources.push({ dataId, shape: [...shape], dtype, ...(values && { values }) });
    refs.set(dataId, ref);
    return ref;
  };
  const remember = (
    name: string,
    attributes: readonly NativeAttribute[],
    inputs: readonly NativeTensor[],
    execute: () => readonly NativeTensor[],
  ): void => {
    // Before it runs: a kernel may free what it made for its inputs.
    const taken = inputs.map(refOf);
    const outputs = execute();
    const operation = operations.length;
    operations.push({ name, attributes, inputs: taken, types: inputs.map(({ dtype }) => dtype) });
    for (const [output, { dataId }] of outputs.entries()) refs.set(dataId, { operation, output });
  };
  const { executeSingleOutput, executeMultipleOutputs } = backend;
  backend.executeSingleOutput = (name, attributes, inputs) => {
    let output: NativeTensor | undefined;
    remember(name, attributes, inputs, () => {
      output = executeSingleOutput.call(backend, name, attributes, inputs);
      return [output];
    });
    return output as NativeTensor;
  };
  backend.executeMultipleOutputs = (name, attributes, inputs, count) => {
    let outputs: NativeTensor[] = [];
    remember(name, attributes, inputs, () => {
      outputs = executeMultipleOutputs.call(backend, name, attributes, inputs, count);
      return outputs;
    });
    return outputs;
  };
  try {
    work();
  } finally {
    backend.executeSingleOutput = executeSingleOutput;
    backend.executeMultipleOutputs = executeMultipleOutputs;
  }
  return { operations, sources, refOf };
}
