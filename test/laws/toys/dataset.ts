/** A data set of two files, each a row of bytes an example: the class and two inputs. */
import { createDataset } from '../../../src/data/dataset';
import type { KnownDataset } from '../../../src/node/datasets/knownDataset';

/** Bytes of a file: two examples. */
export const TOY_BYTES = Uint8Array.of(1, 10, 20, 0, 30, 40);

const partOf = (name: string) => [{ name, maxBytes: 1000 }];

/** Rows of a class and two inputs. */
export const TOY_DATASET: KnownDataset = {
  files: { train: [partOf('first.toy'), partOf('second.toy')], test: [partOf('test.toy')] },
  parse(name, files) {
    const [bytes] = files as [Uint8Array];
    const y = bytes.filter((_, i) => i % 3 === 0);
    return createDataset({ name, x: bytes.filter((_, i) => i % 3 > 0), y, shape: [2], classes: 2 });
  },
  source: {
    baseUrl: 'http://toys.example/',
    files: ['first.toy', 'second.toy', 'test.toy'].map((name) => ({
      file: `${name}.gz`,
      unpacksTo: [name],
      checksum: {
        of: 'unpacked',
        algorithm: 'sha256',
        hex: '55a3d363f028f0140b84d1284c8b3638bf2aade3041c6a522c25276a615a9485',
      },
      maxBytes: 1000,
    })),
  },
};
