/**
 * Elementwise work on WebGPU, put off until its result is needed. Then one program does all of it. A step is made of hundreds of small
 * operations, and a program costs more to start than to run.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../core/shape';
import type { Elementwise } from '../elementwise';
import type { DataId, WebGpuBackend } from './backend';
import { Launcher } from './launcher';
import { repeatedPlaces } from './places';
import { elementwiseProgram, reductionProgram, sumProgram, type Written } from './program';
import type { Input, Reduced, Reduction, Source, Work } from './source';

/** Pieces of work in one program: longer programs take long to compile. */
const MOST_OPERATIONS = 48;

/** How often a value may be computed again. Small reductions are computed anew for each value that reads them. */
const MOST_REPEATS = 256;
/** Times that a program may have the same statements. */
const MOST_COPIES = 32;
/** Values of a reduction that is put off. */
export const FEW = 16;

/** Values that data may have whose tensors are gone: work that reads more is done, so that memory does not grow. */
const MOST_KEPT = 2 ** 24;

/** Values that a workgroup sums by itself. */
const SUMMED_AT_ONCE = 8192;
/** Workgroups of one sum. */
const MOST_PARTS = 64;

/** All that sources are made of, themselves among it. */
function partsOf(sources: readonly Source[]): readonly Source[] {
  const seen = new Set<Source>();
  const visit = (source: Source): void => {
    if (seen.has(source)) return;
    seen.add(source);
    for (const input of source.work?.inputs ?? []) visit(input.source);
  };
  for (const source of sources) visit(source);
  return [...seen];
}

/** How often a program has the statements of inputs: what is read at several places is written for each. */
function copiesOf(inputs: readonly Input[], times: number): number {
  const copies = ({ source }: Input): number => source.work?.copies ?? 0;
  const elsewhere = inputs.filter(({ places }) => places !== undefined || times > 1);
  const here = inputs.filter((input) => !elsewhere.includes(input));
  return Math.max(1, ...here.map(copies)) + elsewhere.reduce((sum, input) => sum + copies(input), 0);
}

/** The work of one backend. */
export class Deferred {
  /** sources of data that work reads or makes */
  readonly #sources = new Map<DataId, Source>();
  readonly #dispose: WebGpuBackend['disposeData'];
  /** buffers of one program, beside that of its numbers */
  readonly #mostBuffers: number;
  /** values of the data whose tensors are gone */
  #kept = 0;
  readonly #launcher: Launcher;

  private constructor(private readonly backend: WebGpuBackend) {
    this.#dispose = backend.disposeData.bind(backend);
    this.#mostBuffers = backend.device.limits.maxStorageBuffersPerShaderStage;
    this.#launcher = new Launcher(backend);
    this.#watch();
  }

  static readonly #byBackend = new WeakMap<object, Deferred>();

  /** The deferred work of a backend. */
  static of(backend: WebGpuBackend): Deferred {
    const known = Deferred.#byBackend.get(backend) ?? new Deferred(backend);
    Deferred.#byBackend.set(backend, known);
    return known;
  }

  /** Puts an operation off; tensors smaller than its result are repeated. */
  defer(
    operation: Elementwise,
    tensors: readonly TensorInfo[],
    numbers: readonly number[],
    shape: readonly number[],
    dtype: 'float32' | 'bool' = 'float32',
  ): TensorInfo {
    const size = sizeOf(shape);
    // A reduction that is read at more places than it has values is done once.
    for (const tensor of tensors) {
      const { work } = this.source(tensor);
      if (work !== undefined && work.repeats > 1 && size > FEW * work.size) this.settle(tensor.dataId);
    }
    // So is work of inputs where one program for all of it would read too much or be too long.
    if (!this.#isOneProgram(tensors.map((tensor) => this.source(tensor))))
      for (const { dataId } of tensors) this.settle(dataId);
    return this.#put({ operation, numbers }, tensors, shape, dtype);
  }

  #put(
    task: Work['task'],
    tensors: readonly TensorInfo[],
    shape: readonly number[],
    dtype: 'float32' | 'bool' = 'float32',
  ): TensorInfo {
    const inputsOf = (): Input[] =>
      tensors.map((tensor) => ({
        source: this.source(tensor),
        places: 'reduced' in task ? undefined : repeatedPlaces(tensor.shape, shape),
      }));
    const times = 'reduced' in task ? task.reduced.count : 1;
    if (copiesOf(inputsOf(), times) > MOST_COPIES) for (const { dataId } of tensors) this.settle(dataId);
    const inputs = inputsOf();
    for (const { source } of inputs) source.readers++;
    const repeats = times * Math.max(1, ...inputs.map(({ source }) => source.work?.repeats ?? 1));
    const { dataId } = this.backend.makeTensorInfo([...shape], dtype);
    const work: Work = {
      task,
      inputs,
      size: sizeOf(shape),
      dtype,
      repeats,
      copies: copiesOf(inputs, times),
    };
    this.#sources.set(dataId, { id: dataId, kept: 0, readers: 0, work, number: undefined });
    return { dataId, shape: [...shape], dtype };
  }

  /** Does what was put off for some data. */
  settle(id: DataId): void {
    const source = this.#sources.get(id);
    if (source?.work !== undefined) this.#make([source]);
  }

  /** Does what was put off for some tensors, in as few programs as may be. */
  settleAll(tensors: readonly TensorInfo[]): void {
    const group: Source[] = [];
    for (const source of new Set(tensors.map((tensor) => this.source(tensor)))) {
      if (source.work === undefined) continue;
      if (group.length > 0 && !this.#isOneProgram([...group, source], group.length + 1))
        this.#make(group.splice(0));
      // It may have been made for them.
      if (source.work !== undefined) group.push(source);
    }
    if (group.length > 0) this.#make(group);
  }

  /** Makes the results of one operation in one program; what they read is made before it, where it is too much for it. */
  settleTogether(tensors: readonly TensorInfo[]): void {
    const results = tensors.map((tensor) => this.source(tensor));
    if (!this.#isOneProgram(results, results.length)) this.#makeInputs(results);
    this.settleAll(tensors);
  }

  /** The source of a tensor. */
  source({ dataId }: TensorInfo): Source {
    const known = this.#sources.get(dataId);
    if (known !== undefined) return known;
    const { values } = this.backend.tensorMap.get(dataId);
    const number = values?.length === 1 ? Number(values[0]) : undefined;
    // The caller may write to an array of the host's again.
    if (values && number === undefined) this.backend.uploadToGPU(dataId);
    const source: Source = { id: dataId, kept: 0, readers: 0, work: undefined, number };
    this.#sources.set(dataId, source);
    return source;
  }

  /** Reduces a tensor: a few values later, many at once, and the work that makes them in the same program. */
  reduce(tensor: TensorInfo, reduction: Reduction, reduced: Reduced, shape: readonly number[]): TensorInfo {
    const source = this.source(tensor);
    const { count } = reduced;
    if (count <= FEW && count * (source.work?.repeats ?? 1) <= MOST_REPEATS && this.#isOneProgram([source]))
      return this.#put({ reduction, reduced }, [tensor], shape);
    if (!this.#isOneProgram([source])) this.settle(tensor.dataId);
    const result = this.backend.makeTensorInfo([...shape], 'float32');
    this.#launcher.run(reductionProgram(source, reduction, reduced, this.#typeOf), [result]);
    this.#forget(source);
    return result;
  }

  /** The sum of all values of all tensors: a few programs, however many tensors there are. */
  sum(tensors: readonly TensorInfo[], sum: Reduction): TensorInfo {
    const all = tensors.map((tensor) => ({ source: this.source(tensor), size: sizeOf(tensor.shape) }));
    const groups: (typeof all)[] = [];
    // What one of them makes first may be data to read for another.
    const tooMuch = (): Source | undefined =>
      all.find((each) => each.source.work !== undefined && !this.#isOneProgram([each.source]))?.source;
    for (let source = tooMuch(); source !== undefined; source = tooMuch()) this.#make([source]);
    for (const each of all) {
      const last = groups.at(-1) ?? [];
      const together = [...last, each].map(({ source }) => source);
      if (last.length > 0 && this.#isOneProgram(together)) last.push(each);
      else groups.push([each]);
    }
    const sums = groups.map((group) => {
      const size = group.reduce((most, each) => Math.max(most, each.size), 0);
      const parts = Math.min(MOST_PARTS, Math.ceil(size / SUMMED_AT_ONCE));
      const shape = groups.length * parts === 1 ? [] : [parts];
      const result = this.backend.makeTensorInfo(shape, 'float32');
      this.#launcher.run(sumProgram(group, sum, parts, this.#typeOf), [result]);
      return result;
    });
    for (const { source } of all) this.#forget(source);
    const [only] = sums;
    if (only?.shape.length === 0) return only;
    const total = this.sum(sums, sum);
    for (const { dataId } of sums) this.backend.disposeData(dataId);
    return total;
  }

  /** Lets go of a source that nothing reads, as nothing was put off for it. */
  #forget(source: Source): void {
    if (source.readers === 0 && source.work === undefined && source.id !== undefined)
      this.#sources.delete(source.id);
  }

  /** Type of a source's values on the device. */
  readonly #typeOf = ({ id, work }: Source): Written =>
    (work?.dtype ?? this.backend.tensorMap.get(id as DataId).dtype) === 'float32' ? 'f32' : 'i32';

  /** Whether one program has buffers for all that sources are made of and for its results. */
  #hasBuffers(parts: readonly Source[], results: number): boolean {
    const read = parts.filter(({ work, number }) => work === undefined && number === undefined);
    return read.length + results <= this.#mostBuffers;
  }

  /** Whether one program makes sources: it has the buffers, and is short enough. */
  #isOneProgram(sources: readonly Source[], results = 1): boolean {
    const parts = partsOf(sources);
    const operations = parts.filter(({ work }) => work !== undefined);
    return operations.length <= MOST_OPERATIONS && this.#hasBuffers(parts, results);
  }

  /** Makes what sources read. */
  #makeInputs(sources: readonly Source[]): void {
    for (const { source } of sources.flatMap(({ work }) => work?.inputs ?? []))
      if (source.work !== undefined && !sources.includes(source)) this.#make([source]);
  }

  /** Makes sources. */
  #make(sources: readonly Source[]): void {
    // Some parts may have been made since this was put off. Then there are more data to read.
    if (!this.#hasBuffers(partsOf(sources), sources.length)) this.#makeInputs(sources);
    const program = elementwiseProgram(sources, this.#typeOf);
    const done = sources.map((source) => {
      const work = source.work as Work;
      if (source.id === undefined) this.#keep(source, work.size);
      source.id ??= this.backend.makeTensorInfo([work.size], work.dtype).dataId;
      // The host allocates the data now, so they count as made.
      source.work = undefined;
      return { source, work, data: { dataId: source.id, shape: [work.size], dtype: work.dtype } };
    });
    try {
      this.#launcher.run(
        program,
        done.map(({ data }) => data),
      );
    } catch (error) {
      for (const { source, work } of done) source.work = work;
      throw error;
    }
    for (const { work } of done) for (const input of work.inputs) this.#release(input.source);
    for (const { source } of done) this.#forget(source);
  }

  /** One reader less. */
  #release(source: Source): void {
    source.readers--;
    if (source.readers > 0) return;
    if (source.work !== undefined) {
      if (source.id === undefined) this.#drop(source, source.work);
    } else if (source.kept > 0) {
      this.#kept -= source.kept;
      this.#dispose(source.id as DataId, true);
    } else if (source.id !== undefined) this.#sources.delete(source.id);
  }

  /** Leaves undone what nobody needs. */
  #drop(source: Source, work: Work): void {
    source.work = undefined;
    for (const input of work.inputs) this.#release(input.source);
  }

  /** The tensor of some data is gone. @returns whether its data are, too */
  #disposed(id: DataId, force: boolean): boolean {
    const source = this.#sources.get(id);
    const { backend } = this;
    if (source === undefined || (!force && backend.tensorMap.get(id).refCount > 1))
      return this.#dispose(id, force);
    this.#sources.delete(id);
    if (source.work !== undefined || source.readers === 0) {
      source.id = undefined;
      if (source.readers === 0 && source.work !== undefined) this.#drop(source, source.work);
      return this.#dispose(id, force);
    }
    if (source.number !== undefined) {
      source.id = undefined;
      return this.#dispose(id, force);
    }
    // Work reads the data: they live on under a name that the engine does not know.
    const kept = { id: backend.nextDataId() };
    backend.tensorMap.set(kept, { ...backend.tensorMap.get(id), refCount: 1 });
    if (backend.commandQueueOwnedIds.has(id)) backend.commandQueueOwnedIds.add(kept);
    backend.tensorMap.delete(id);
    source.id = kept;
    this.#keep(source, sizeOf(backend.tensorMap.get(kept).shape));
    if (this.#kept > MOST_KEPT)
      for (const [pending, { work }] of [...this.#sources]) if (work !== undefined) this.settle(pending);
    return true;
  }

  #keep(source: Source, values: number): void {
    source.kept = values;
    this.#kept += values;
  }

  /** Makes the backend ask here before it touches data. */
  #watch(): void {
    const { backend } = this;
    const settled = <R>(method: (id: DataId) => R): ((id: DataId) => R) => {
      const original = method.bind(backend);
      return (id) => {
        this.settle(id);
        return original(id);
      };
    };
    const read = settled(backend.read);
    const onHost = backend.shouldExecuteOnCPU.bind(backend);
    Object.assign(backend, {
      uploadToGPU: settled(backend.uploadToGPU),
      read: async (id: DataId) => read(id),
      readSync: settled(backend.readSync),
      readToGPU: settled(backend.readToGPU),
      disposeData: (id: DataId, force = false) => this.#disposed(id, force),
      shouldExecuteOnCPU: (inputs: readonly TensorInfo[], most?: number) =>
        !inputs.some(({ dataId }) => this.#sources.get(dataId)?.work !== undefined) && onHost(inputs, most),
    });
  }
}
