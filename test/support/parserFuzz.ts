/** The parsers of files under mutation: each damaged file is read as what it is, or refused clearly and at once. */
import { gzipSync } from 'node:zlib';
import { memory } from '@tensorflow/tfjs-core';
import { createNoise, type Noise } from '../../src/core/noise';
import { parseCifar10 } from '../../src/data/cifar';
import { gunzip } from '../../src/data/gzip';
import { idxDataset, parseIdx } from '../../src/data/idx';
import { crc32 } from '../../src/files/crc32';
import { readSafetensors, writeSafetensors } from '../../src/files/safetensors';
import { loadModel } from '../../src/models/loadModel';
import { supervised } from '../../src/models/objectives/supervised';
import { loadVariables, saveModel } from '../../src/models/saveModel';
import { readTar } from '../../src/node/datasets/tar';
import { train } from '../../src/training/train';
import { tarFile } from '../node/datasets/tarFile';
import { below, mutate, mutateJson, pick, type SizeField, writeJson } from './mutations';
import { CONV, MLP, memoryStorage, tinyBatches, tinyM2 } from './tiny';

/** A parser, and damaged files for it. */
interface Subject {
  /** a damaged file */
  draw(noise: Noise): Uint8Array;
  /** reads it; throws where what it returned is not what the bytes say */
  read(bytes: Uint8Array): unknown;
  /** what every refusal begins with */
  readonly begins: RegExp;
  /** bytes that may come out of a small file by permission */
  readonly allowance?: number;
  /** gives back what it was made with */
  dispose?(): void;
}

/** What came of many damaged files. */
export interface FuzzFigures {
  readonly runs: number;
  readonly read: number;
  readonly refused: number;
  /** different refusals, numbers apart */
  readonly messages: number;
  /** of one file, in milliseconds of processor time: others may be busy too */
  readonly slowest: number;
  /** that one file made memory grow by, in bytes */
  readonly growth: number;
}

const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`wrong result: ${what}`);
};

const numbered = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => (i * 37) % 251);

const idxFile = (shape: readonly number[], values: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x800 + shape.length);
  for (const [axis, size] of shape.entries()) view.setUint32(4 + 4 * axis, size);
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
};

const idx = (): Subject => {
  const labels = idxFile([5], Uint8Array.of(0, 3, 9, 1, 2));
  const files = [[5, 6, 7], [5, 3, 2, 3], [40], Array.from({ length: 60 }, () => 1)].map((shape) => {
    const fields: SizeField[] = shape.map((_, axis) => ({ at: 4 + 4 * axis, bytes: 4 }));
    const file = idxFile(shape, numbered(shape.reduce((size, axis) => size * axis, 1)));
    return { file, fields: [...fields, { at: 0, bytes: 4 }] };
  });
  return {
    draw(noise) {
      const { file, fields } = pick(noise, files);
      return mutate(noise, file, fields);
    },
    read(bytes) {
      const { shape, data } = parseIdx(bytes);
      must(
        data.length === shape.reduce((size, axis) => size * axis, 1),
        'values are not as many as sizes say',
      );
      const { count } = idxDataset({ name: 'mutated', images: bytes, labels });
      must(count === shape[0], 'another number of images');
    },
    begins: /^(parseIdx|idxDataset|createDataset): /,
  };
};

const cifar = (): Subject => {
  const file = numbered(2 * 3073);
  file[0] = 3;
  file[3073] = 9;
  const fields = [0, 3073].map((at) => ({ at, bytes: 1 }));
  return {
    // Most faults change the length, and every such file is refused alike: half of them get it back.
    draw(noise) {
      const damaged = mutate(noise, file, fields);
      if (noise.next() < 0.5) return damaged;
      const sized = new Uint8Array(file.length);
      sized.set(damaged.subarray(0, file.length));
      return sized;
    },
    read(bytes) {
      const { x, y } = parseCifar10(bytes);
      must(x.length + y.length === bytes.length, 'values are not as many as bytes');
      must(
        y.every((label) => label < 10),
        'a class above 9',
      );
    },
    begins: /^parseCifar10: /,
  };
};

const MAX_UNPACKED = 1 << 17;

const gzip = (): Subject => {
  const contents = [numbered(3000), new Uint8Array(100_000), new TextEncoder().encode('words '.repeat(90))];
  const files = contents.flatMap((content) =>
    [0, 1, 9].map((level) => new Uint8Array(gzipSync(content, { level }))),
  );
  // Several members, and padding behind them.
  files.push(new Uint8Array(Buffer.concat([...files.slice(0, 3), new Uint8Array(100)])));
  // Ten megabytes of zeros: whatever is done to it, no more than the limit may come out.
  files.push(new Uint8Array(gzipSync(new Uint8Array(10_000_000))));
  return {
    draw(noise) {
      const file = pick(noise, files);
      const tail = file.length - 8;
      return mutate(noise, file, [
        { at: 3, bytes: 1 },
        { at: 8, bytes: 2 },
        { at: 10, bytes: 4 },
        { at: tail, bytes: 4 },
        { at: tail + 4, bytes: 4 },
      ]);
    },
    async read(bytes) {
      const unpacked = await gunzip(bytes, { maxBytes: MAX_UNPACKED });
      must(unpacked.length <= MAX_UNPACKED, 'more than the limit');
    },
    begins: /^gunzip: /,
    allowance: MAX_UNPACKED,
  };
};

const tar = (): Subject => {
  const file = tarFile(
    ['a', 'b/c', 'd'].map((name, i) => ({ name, type: i === 1 ? '5' : '0', data: numbered(i * 600) })),
  );
  const headers = [0, 512, 1024 + 1024];
  const fields = headers.flatMap((at) => [
    { at: at + 124, bytes: 12 },
    { at: at + 148, bytes: 8 },
    { at: at + 156, bytes: 1 },
  ]);
  const resign = (bytes: Uint8Array): void => {
    for (const at of headers) {
      const header = bytes.subarray(at, at + 512);
      if (header.length < 512) continue;
      const sum = header.fill(32, 148, 156).reduce((total, byte) => total + byte, 0);
      header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    }
  };
  return {
    draw(noise) {
      const damaged = mutate(noise, file, fields);
      if (noise.next() < 0.5) resign(damaged);
      return damaged;
    },
    read(bytes) {
      const sizes = readTar(bytes).map(({ data }) => data.length);
      must(sizes.reduce((sum, size) => sum + size, 0) <= bytes.length, 'more content than the archive has');
    },
    begins: /^readTar: /,
  };
};

/** A safetensors file whose header has a fault, in its entries or in its metadata, most often with a right checksum. */
const withHeaderFault = (noise: Noise, file: Uint8Array): Uint8Array => {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const body = file.subarray(8 + length);
  const { __metadata__: stamps, ...entries } = header;
  const where = noise.next();
  if (where < 0.1) mutateJson(noise, header);
  else if (where < 0.5) mutateJson(noise, entries);
  else {
    const metadata = { root: JSON.parse(stamps.ssvae) };
    mutateJson(noise, metadata);
    stamps.ssvae = writeJson(metadata.root);
    if (noise.next() < 0.1) stamps.ssvae = stamps.ssvae.slice(0, below(noise, stamps.ssvae.length));
  }
  if (where >= 0.1 && noise.next() < 0.9) {
    const signed = new TextEncoder().encode(writeJson(entries) + stamps.ssvae);
    stamps.crc32 = crc32(signed, body).toString(16).padStart(8, '0');
  }
  const json = writeJson(where < 0.1 ? header : { __metadata__: stamps, ...entries });
  const encoded = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + encoded.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(encoded.length), true);
  bytes.set(encoded, 8);
  bytes.set(body, 8 + encoded.length);
  return bytes;
};

const drawSafetensors = (noise: Noise, file: Uint8Array): Uint8Array =>
  noise.next() < 0.4 ? mutate(noise, file, [{ at: 0, bytes: 8 }]) : withHeaderFault(noise, file);

const safetensors = (): Subject => {
  const file = writeSafetensors({
    arrays: {
      wide: { shape: [3, 100], data: Float32Array.from(numbered(300)) },
      single: { shape: [], data: Float64Array.of(Number.NaN) },
      counts: { shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) },
      mask: { shape: [5], data: numbered(5) },
      none: { shape: [0, 4], data: new Float32Array() },
    },
    metadata: { format: 'mutated', list: [1, { deep: ['a', null] }], text: 'ε' },
  });
  return {
    draw: (noise) => drawSafetensors(noise, file),
    read(bytes) {
      const { arrays } = readSafetensors(bytes);
      const size = Object.values(arrays).reduce((sum, { data }) => sum + data.byteLength, 0);
      must(size <= bytes.length, 'more values than the file has bytes');
      for (const { shape, data } of Object.values(arrays))
        must(data.length === shape.reduce((count, axis) => count * axis, 1), 'another number of values');
    },
    begins: /^readSafetensors: /,
  };
};

const model = async (): Promise<Subject> => {
  const storage = memoryStorage();
  const subject = tinyM2();
  await saveModel(subject, storage);
  const file = storage.bytes as Uint8Array;
  return {
    draw: (noise) => drawSafetensors(noise, file),
    read: (bytes) => loadVariables(subject, memoryStorage(bytes)),
    begins: /^loadVariables: memory/,
    dispose: () => subject.dispose(),
  };
};

/** Models whose spec and weights make them: each file that is read gives one, which is given back at once. */
const preset = async (): Promise<Subject> => {
  const files: Uint8Array[] = [];
  for (const nets of [MLP, { ...CONV, norm: 'batch' as const }]) {
    const storage = memoryStorage();
    const subject = tinyM2({ nets });
    await saveModel(subject, storage);
    subject.dispose();
    files.push(storage.bytes as Uint8Array);
  }
  return {
    draw: (noise) => drawSafetensors(noise, pick(noise, files)),
    async read(bytes) {
      const before = memory().numTensors;
      try {
        (await loadModel(memoryStorage(bytes))).dispose();
      } finally {
        must(memory().numTensors === before, 'tensors that stayed alive');
      }
    },
    begins: /^loadModel: memory/,
  };
};

const checkpoint = async (): Promise<Subject> => {
  const subject = tinyM2();
  const storage = memoryStorage();
  const run = (checkpointed: typeof storage) =>
    train(subject, {
      objective: supervised(),
      batches: tinyBatches(),
      epochs: 1,
      seed: createNoise(3),
      checkpoint: { storage: checkpointed },
      resume: true,
    });
  await run(storage);
  const file = storage.bytes as Uint8Array;
  return {
    draw: (noise) => drawSafetensors(noise, file),
    read: (bytes) => run(memoryStorage(bytes)),
    begins: /^(resume: memory|adam\.restore: )/,
    dispose: () => subject.dispose(),
  };
};

/** Parsers by name. */
export const parsers = { idx, cifar, gzip, tar, safetensors, model, loadModel: preset, checkpoint } as const;

/** Name of a parser under mutation. */
export type ParserName = keyof typeof parsers;

// A file of a few kilobytes: what the engine itself allocates on the way is more than what the parser does.
const SLACK = 8 * 2 ** 20;
const TIMES_FILE = 64;
const MILLISECONDS = 2000;

const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const memoryNow = (): number => {
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
};

const faultOf = (error: unknown, { begins }: Subject, fileSize: number): string | undefined => {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const { message } = error;
  if (!begins.test(message)) return `message does not begin with ${begins}: ${error.name}: ${message}`;
  if (message.includes('\n')) return `message has several lines: ${message}`;
  // Readers of metadata quote what the file has in place of what they need.
  if (message.length > 4096 + fileSize)
    return `message has ${message.length} characters: ${message.slice(0, 200)}`;
  return /\bNaN\b|Cannot read|Invalid (typed )?array|call stack/.test(message)
    ? `unclear: ${message}`
    : undefined;
};

/**
 * Reads damaged files.
 *
 * @param name of the parser
 * @param runs number of damaged files
 * @param seed of the damage; run i is the same whatever the number of runs
 * @param first index of the first run
 * @throws Error naming parser, seed and run at the first file that is neither read nor refused as it should be
 */
export async function fuzzParser(
  name: ParserName,
  runs: number,
  seed: number,
  first = 0,
): Promise<FuzzFigures> {
  const subject = await parsers[name]();
  const stream = createNoise(seed).split(name);
  const messages = new Set<string>();
  let [read, slowest, growth] = [0, 0, 0];
  try {
    for (let run = first; run < first + runs; run++) {
      const bytes = subject.draw(stream.split(run));
      const fail = (what: string): Error => new Error(`${name}, seed ${seed}, run ${run}: ${what}`);
      const [before, start] = [memoryNow(), processorTime()];
      let outcome: unknown;
      try {
        await subject.read(bytes);
        read++;
      } catch (error) {
        outcome = error;
        const fault = faultOf(error, subject, bytes.length);
        if (fault !== undefined) throw fail(fault);
        messages.add(
          (error as Error).message.replaceAll(/"(?:[^"\\]|\\.)*"|[\da-f]{8}|\[[\d,]*\]|\d+/g, '#'),
        );
      }
      const took = processorTime() - start;
      const most = SLACK + TIMES_FILE * bytes.length + (subject.allowance ?? 0);
      let grew = memoryNow() - before;
      // What other code of the process took meanwhile is not taken a second time.
      if (grew > most) {
        const again = memoryNow();
        await (async () => subject.read(bytes))().catch(() => undefined);
        grew = Math.min(grew, memoryNow() - again);
      }
      slowest = Math.max(slowest, took);
      growth = Math.max(growth, grew);
      if (took > MILLISECONDS) throw fail(`took ${Math.round(took)} ms (${String(outcome)})`);
      if (grew > most) throw fail(`took ${grew} bytes for a file of ${bytes.length} (${String(outcome)})`);
    }
  } finally {
    subject.dispose?.();
  }
  return { runs, read, refused: runs - read, messages: messages.size, slowest, growth };
}
