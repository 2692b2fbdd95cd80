/** The parts of TensorFlow.js's WebGPU backend that are used here. */
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** What stands for data in the backend. */
export type DataId = TensorInfo['dataId'];

/** Data of a tensor: on the device, on the host, or not yet anywhere. */
interface Data {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly values?: ArrayLike<number> | null;
  readonly resource?: unknown;
  readonly refCount: number;
}

/** A number that a program is given with a call. */
export interface Uniform {
  readonly type: 'float32' | 'int32';
  readonly data: number[];
}

/** The backend. */
export interface WebGpuBackend {
  readonly device: {
    readonly limits: {
      readonly maxStorageBuffersPerShaderStage: number;
      readonly maxComputeWorkgroupsPerDimension: number;
    };
    createShaderModule(descriptor: { readonly code: string; readonly label: string }): unknown;
    createComputePipeline(descriptor: {
      readonly compute: { readonly module: unknown; readonly entryPoint: string };
      readonly label: string;
      readonly layout: 'auto';
    }): unknown;
  };
  readonly tensorMap: {
    has(id: DataId): boolean;
    get(id: DataId): Data;
    set(id: DataId, data: Data): void;
    delete(id: DataId): boolean;
  };
  /** data that commands not yet submitted use */
  readonly commandQueueOwnedIds: WeakSet<DataId>;
  nextDataId(): number;
  makeTensorInfo(shape: number[], dtype: DataType): TensorInfo;
  recordAndSubmit(
    program: { readonly pipeline: unknown; readonly dispatch: readonly number[] },
    output: TensorInfo,
    inputs: readonly TensorInfo[],
    uniforms: readonly Uniform[],
  ): void;
  disposeData(id: DataId, force?: boolean): boolean;
  shouldExecuteOnCPU(inputs: readonly TensorInfo[], most?: number): boolean;
  uploadToGPU(id: DataId): void;
  read(id: DataId): Promise<unknown>;
  readSync(id: DataId): unknown;
  readToGPU(id: DataId): unknown;
}
