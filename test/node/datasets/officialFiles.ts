/** Small files in the official formats, and where the real ones are. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An IDX file of unsigned bytes. */
export const idxFile = (shape: readonly number[], data: ArrayLike<number>): Uint8Array => {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x800 + shape.length);
  for (const [axis, size] of shape.entries()) view.setUint32(4 + 4 * axis, size);
  bytes.set(Array.from(data), 4 + 4 * shape.length);
  return bytes;
};

const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i);

/** The four files of an MNIST of three and two images of 2 × 2. */
export const tinyIdx = {
  'train-images-idx3-ubyte': idxFile([3, 2, 2], counting(12)),
  'train-labels-idx1-ubyte': idxFile([3], [0, 1, 2]),
  't10k-images-idx3-ubyte': idxFile([2, 2, 2], counting(8)),
  't10k-labels-idx1-ubyte': idxFile([2], [9, 8]),
};

/** Writes an MNIST of so many images, each with a bar at its class, under all ten classes in turn. */
export async function writeMnist(
  folder: string,
  counts: { readonly train: number; readonly test: number },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [part, count] of [
    ['train', counts.train],
    ['t10k', counts.test],
  ] as const) {
    const y = Array.from({ length: count }, (_, i) => i % 10);
    const x = new Uint8Array(count * 784);
    for (const [n, k] of y.entries()) x.fill(255, 784 * n + 70 * k, 784 * n + 70 * k + 70);
    await writeFile(join(folder, `${part}-images-idx3-ubyte`), idxFile([count, 28, 28], x));
    await writeFile(join(folder, `${part}-labels-idx1-ubyte`), idxFile([count], y));
  }
}

/** A CIFAR batch: of class k the planes hold k, k + 10 and k + 20. */
export const cifarBatch = (classes: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(3073 * classes.length);
  for (const [n, k] of classes.entries()) {
    bytes[3073 * n] = k;
    for (const channel of [0, 1, 2]) {
      const from = 3073 * n + 1 + 1024 * channel;
      bytes.fill(k + 10 * channel, from, from + 1024);
    }
  }
  return bytes;
};

/** The folder of real data sets, if it is there and holds these. */
export const sharedData = (...names: readonly string[]): string | undefined => {
  const folder = process.env.SSVAE_DATA ?? join(import.meta.dirname, '../../../../shared/data');
  return names.every((name) => existsSync(join(folder, name))) ? folder : undefined;
};
