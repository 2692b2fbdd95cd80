/** What recording needs of the native backend, told structurally: its package is never imported at the top level. */
import { backend, getBackend } from '@tensorflow/tfjs-core';

/** Key of a tensor's values. */
export type DataId = object;

/** A tensor, as the backend sees it. */
export interface NativeTensor {
  readonly dataId: DataId;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** An attribute of an operation, under TensorFlow's own name. */
export interface NativeAttribute {
  readonly name: string;
  /** one of the binding's `TF_ATTR_…` */
  readonly type: number;
  readonly value: unknown;
}

/** What the backend keeps of a tensor: a handle, or values that were not yet made into one. */
export interface NativeEntry {
  readonly shape: readonly number[];
  readonly dtype: number;
  id: number;
  values: unknown;
  refCount: number;
}

/** A tensor that the binding gives back. */
export interface NativeOutput {
  readonly id: number;
  readonly dtype: number;
  readonly shape: number[];
}

/** TensorFlow's C library. */
export interface NativeBinding {
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_FLOAT: number;
  executeOp(
    name: string,
    attributes: readonly NativeAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): NativeOutput[];
  loadSavedModel(folder: string, tags: string): number;
  runSavedModel(model: number, inputs: readonly number[], names: string, outputs: string): NativeOutput[];
  deleteSavedModel(model: number): void;
  tensorDataSync(id: number): ArrayLike<number>;
  createTensor(shape: readonly number[], dtype: number, values: unknown): number;
  deleteTensor(id: number): void;
}

type Single = (
  name: string,
  attributes: readonly NativeAttribute[],
  inputs: readonly NativeTensor[],
) => NativeTensor;
type Multiple = (
  name: string,
  attributes: readonly NativeAttribute[],
  inputs: readonly NativeTensor[],
  outputs: number,
) => NativeTensor[];

/** The backend of `@tensorflow/tfjs-node` and `tfjs-node-gpu`. */
export interface NativeBackend {
  readonly binding: NativeBinding;
  readonly tensorMap: {
    get(dataId: DataId): NativeEntry;
    set(dataId: DataId, entry: NativeEntry): void;
    has(dataId: DataId): boolean;
  };
  executeSingleOutput: Single;
  executeMultipleOutputs: Multiple;
  getInputTensorIds(tensors: readonly NativeTensor[]): number[];
  createOutputTensor(output: NativeOutput): NativeTensor;
  readSync(dataId: DataId): ArrayLike<number>;
}

/** Tells an operation that the tensors of one of its attributes are float32. */
export const floatType = (binding: NativeBinding, name: string): NativeAttribute => ({
  name,
  type: binding.TF_ATTR_TYPE,
  value: binding.TF_FLOAT,
});

/** The native backend, where it is in use and has what recording needs. */
export function nativeBackend(): NativeBackend | undefined {
  if (getBackend() !== 'tensorflow') return undefined;
  const found = backend() as unknown as Partial<NativeBackend>;
  const complete =
    typeof found.binding?.runSavedModel === 'function' &&
    typeof found.executeSingleOutput === 'function' &&
    typeof found.executeMultipleOutputs === 'function';
  return complete ? (found as NativeBackend) : undefined;
}
