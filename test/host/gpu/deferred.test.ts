import type { TensorInfo } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DataId, WebGpuBackend } from '../../../src/host/gpu/webgpu/backend';
import { Deferred } from '../../../src/host/gpu/webgpu/deferred';

/** A device with 8 buffers for a program, which notes what it is given and computes nothing. */
class Device {
  readonly data = new Map<
    DataId,
    { dtype: 'float32'; shape: number[]; values?: number[] | null; resource?: unknown; refCount: number }
  >();
  readonly programs: { readonly code: string; readonly reads: number }[] = [];
  #ids = 0;

  readonly backend = {
    device: {
      limits: { maxStorageBuffersPerShaderStage: 8, maxComputeWorkgroupsPerDimension: 65535 },
      createShaderModule: ({ code }: { code: string }) => code,
      createComputePipeline: ({ compute }: { compute: { module: unknown } }) => compute.module,
    },
    tensorMap: this.data,
    commandQueueOwnedIds: new WeakSet<DataId>(),
    nextDataId: () => this.#ids++,
    makeTensorInfo: (shape: number[], dtype: 'float32'): TensorInfo => this.#make(shape, dtype),
    recordAndSubmit: ({ pipeline }: { pipeline: unknown }, _: TensorInfo, inputs: readonly TensorInfo[]) => {
      this.programs.push({ code: pipeline as string, reads: inputs.length });
    },
    disposeData: (id: DataId, force = false): boolean => {
      const entry = this.data.get(id);
      if (entry === undefined) return true;
      entry.refCount = force ? 0 : entry.refCount - 1;
      return entry.refCount === 0 && this.data.delete(id);
    },
    shouldExecuteOnCPU: () => false,
    uploadToGPU: (id: DataId) => {
      const entry = this.data.get(id);
      if (entry) entry.resource = 'buffer';
    },
    read: async () => undefined,
    readSync: () => undefined,
    readToGPU: () => undefined,
  } as unknown as WebGpuBackend;

  readonly deferred = Deferred.of(this.backend);

  #make(shape: number[], dtype: 'float32'): TensorInfo {
    const dataId = { id: this.#ids++ };
    this.data.set(dataId, { dtype, shape, refCount: 1 });
    return { dataId, shape, dtype };
  }

  /** A tensor on the device. */
  tensor(size = 4): TensorInfo {
    const made = this.#make([size], 'float32');
    this.backend.uploadToGPU(made.dataId);
    return made;
  }

  /** Their sum, put off. */
  add(...tensors: TensorInfo[]): TensorInfo {
    const inputs = tensors.map((_, i) => `x${i}`);
    const operation = { name: `Sum${tensors.length}`, inputs, numbers: [], value: inputs.join(' + ') };
    return this.deferred.defer(operation, tensors, [], (tensors[0] as TensorInfo).shape);
  }

  dispose(...tensors: TensorInfo[]): void {
    for (const { dataId } of tensors) this.backend.disposeData(dataId);
  }
}

describe('work that is put off', () => {
  let device: Device;
  beforeEach(() => {
    device = new Device();
  });

  it('is done in one program, when it is read', async () => {
    const [a, b] = [device.tensor(), device.tensor()];
    const sum = device.add(device.add(a, b), a);
    expect(device.programs).toHaveLength(0);
    await device.backend.read(sum.dataId);
    await device.backend.read(sum.dataId);
    expect(device.programs).toEqual([{ code: expect.stringContaining('ssvae_Sum2(v2, v0)'), reads: 2 }]);
  });

  it('is never done where nobody reads it, and keeps nothing', () => {
    const a = device.tensor();
    const sum = device.add(a, a);
    device.dispose(a, device.add(sum, sum), sum);
    expect(device.programs).toHaveLength(0);
    expect(device.data.size).toBe(0);
  });

  it('has its data after their tensor is gone, and lets go of them after', () => {
    const a = device.tensor();
    const between = device.add(a, a);
    const sum = device.add(between, a);
    device.dispose(a, between);
    device.deferred.settle(sum.dataId);
    expect(device.programs).toEqual([{ code: expect.anything(), reads: 1 }]);
    expect([...device.data.keys()]).toEqual([sum.dataId]);
  });

  it('of one value read under another shape is done once', () => {
    const a = device.tensor();
    const sum = device.add(a, a);
    (device.data.get(sum.dataId) as { refCount: number }).refCount++;
    device.dispose(sum);
    device.deferred.settle(sum.dataId);
    expect(device.programs).toHaveLength(1);
    device.dispose(sum, a);
    expect(device.data.size).toBe(0);
  });

  it('never reads more than a device has room for, however many tensors it is made of, in whichever order it is done', () => {
    const tensors = Array.from({ length: 40 }, () => device.tensor());
    const sums = tensors.map((_, i) => device.add(...tensors.slice(i, i + 3)));
    const totals: TensorInfo[] = [];
    for (const sum of sums) totals.push(device.add(sum, totals.at(-1) ?? sum));
    for (const one of [sums[4], sums[30], totals.at(-1), ...sums] as TensorInfo[])
      device.deferred.settle(one.dataId);
    expect(Math.max(...device.programs.map(({ reads }) => reads))).toBeLessThanOrEqual(7);
    device.dispose(...tensors, ...totals, ...sums);
    expect(device.data.size).toBe(0);
  });

  it('is done before data without tensors fill the memory', () => {
    const made = Array.from({ length: 40 }, () => {
      const big = device.tensor(2 ** 20);
      const sum = device.add(big, big);
      device.dispose(big);
      return sum;
    });
    const values = [...device.data.values()].filter(({ resource }) => resource !== undefined);
    expect(device.programs.length).toBeGreaterThanOrEqual(16);
    expect(values.length).toBeLessThanOrEqual(made.length + 16);
  });

  it('of several results is one program, after what they read', () => {
    const [a, b] = [device.tensor(), device.tensor()];
    const first = device.add(a, b);
    const second = device.add(first, b);
    device.deferred.settleTogether([second, first]);
    expect(device.programs).toEqual([{ code: expect.stringContaining('y1[index]'), reads: 3 }]);
  });

  it('is made once where it is made for another of the same call', () => {
    const x = Array.from({ length: 7 }, () => device.tensor());
    const p = device.add(...x.slice(0, 6));
    const a = device.add(p, x[6] as TensorInfo);
    const s = device.add(a, device.add(...x.slice(0, 6)));
    device.deferred.settle(p.dataId);
    device.deferred.settleAll([s, a]);
    for (const { dataId } of [s, a]) device.deferred.settle(dataId);
    expect(Math.max(...device.programs.map(({ reads }) => reads))).toBeLessThanOrEqual(7);
  });

  it('is summed with others within the room of a device, though some of it is made on the way', () => {
    const x = Array.from({ length: 9 }, () => device.tensor());
    const a = device.add(x[0] as TensorInfo, x[1] as TensorInfo);
    const first = device.add(a, device.add(...x.slice(0, 6)), x[6] as TensorInfo);
    const b = device.add(a, device.add(...x.slice(2, 6)));
    device.deferred.settle(b.dataId);
    const third = device.add(device.add(b, a), device.add(...x.slice(0, 4)));
    device.deferred.sum([first, third], { start: '0.0', both: 'a + b', isMean: false });
    expect(Math.max(...device.programs.map(({ reads }) => reads))).toBeLessThanOrEqual(7);
  });

  it('is there to be done again where the device had no room for it', () => {
    const sum = device.add(device.tensor(), device.tensor());
    const { recordAndSubmit } = device.backend;
    Object.assign(device.backend, {
      recordAndSubmit: () => {
        throw new Error('out of memory');
      },
    });
    expect(() => device.deferred.settle(sum.dataId)).toThrow('out of memory');
    Object.assign(device.backend, { recordAndSubmit });
    device.deferred.settle(sum.dataId);
    expect(device.programs).toHaveLength(1);
  });
});
