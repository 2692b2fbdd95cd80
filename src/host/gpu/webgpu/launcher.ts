/** Starts programs on a device. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DataId, WebGpuBackend } from './backend';
import type { Program } from './program';

/** Starts programs of one backend. */
export class Launcher {
  /** by their code */
  readonly #pipelines = new Map<string, unknown>();

  constructor(private readonly backend: WebGpuBackend) {}

  /** Starts a program that writes some data. */
  run({ code, reads, uniforms, workgroups }: Program, written: readonly TensorInfo[]): void {
    const { backend } = this;
    const data = reads.map(({ id }) => this.#dataOf(id as DataId));
    const [first, ...others] = written.map(({ dataId }) => this.#dataOf(dataId));
    for (const { dataId } of [...written, ...data]) backend.uploadToGPU(dataId);
    const pipeline = this.#pipelines.get(code) ?? this.#compile(code);
    this.#pipelines.set(code, pipeline);
    backend.recordAndSubmit(
      { pipeline, dispatch: this.#dispatch(workgroups) },
      first as TensorInfo,
      [...others, ...data],
      uniforms,
    );
  }

  /** Data for a program. Their shape does not matter, as programs read them by place. */
  #dataOf(id: DataId): TensorInfo {
    return { dataId: id, shape: [1], dtype: this.backend.tensorMap.get(id).dtype };
  }

  #compile(code: string): unknown {
    const { device } = this.backend;
    const label = 'ssvae';
    const module = device.createShaderModule({ code, label });
    return device.createComputePipeline({
      compute: { module, entryPoint: '_start' },
      label,
      layout: 'auto',
    });
  }

  /** So many workgroups or a few more: a device has a limit along each axis. */
  #dispatch(workgroups: number): readonly number[] {
    const most = this.backend.device.limits.maxComputeWorkgroupsPerDimension;
    const rows = Math.ceil(workgroups / most);
    return [Math.ceil(workgroups / rows), rows, 1];
  }
}
