/** CIFAR-10: 60,000 photographs of 32 × 32 colored pixels, a download of 170 MB from its authors. */
import { parseCifar10 } from '../../data/cifar';
import { createDataset } from '../../data/dataset';
import { type DatasetFile, type KnownDataset, MEBIBYTE } from './knownDataset';

const batch = (name: string): DatasetFile => ({ name, maxBytes: 32 * MEBIBYTE });
const train = [1, 2, 3, 4, 5].map((number) => batch(`data_batch_${number}.bin`));
const test = batch('test_batch.bin');

const classNames = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

/** CIFAR-10. */
export const cifar10: KnownDataset = {
  // A part for each batch: all of them unpacked at once would take twice the memory.
  files: { train: train.map((file) => [file]), test: [[test]] },
  folder: 'cifar-10-batches-bin',
  parse(name, files) {
    const [bytes] = files as [Uint8Array];
    return createDataset({ name, ...parseCifar10(bytes), shape: [32, 32, 3], classes: 10, classNames });
  },
  source: {
    baseUrl: 'https://www.cs.toronto.edu/~kriz/',
    files: [
      {
        file: 'cifar-10-binary.tar.gz',
        unpacksTo: [...train, test].map(({ name }) => name),
        // The one on its page, which is of the archive.
        checksum: { of: 'packed', algorithm: 'md5', hex: 'c32a1d4ab5d03f1284b67883e8d87530' },
        maxBytes: 256 * MEBIBYTE,
      },
    ],
  },
};
