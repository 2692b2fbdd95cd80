/** Data sets of images that are published as four IDX files under MNIST's names. */
import { idxDataset } from '../../data/idx';
import { type DatasetPart, type KnownDataset, MEBIBYTE } from './knownDataset';

/** What differs between data sets that are published like MNIST. */
interface IdxImages {
  /** names of the ten classes, as its authors call them */
  readonly classNames: readonly string[];
  /** folder of the packed files */
  readonly baseUrl: string;
  /** SHA-256 of each file, unpacked: the published gzip files exist in several packings */
  readonly sha256: {
    readonly train: { readonly images: string; readonly labels: string };
    readonly test: { readonly images: string; readonly labels: string };
  };
}

/** The record of a data set that is published like MNIST. */
export const idxImages = ({ baseUrl, classNames, sha256 }: IdxImages): KnownDataset => {
  const partOf = (prefix: string, { images, labels }: IdxImages['sha256']['train']): DatasetPart => [
    { name: `${prefix}-images-idx3-ubyte`, maxBytes: 64 * MEBIBYTE, sha256: images },
    { name: `${prefix}-labels-idx1-ubyte`, maxBytes: MEBIBYTE, sha256: labels },
  ];
  const [train, test] = [partOf('train', sha256.train), partOf('t10k', sha256.test)];
  return {
    files: { train: [train], test: [test] },
    parse(name, files) {
      const [images, labels] = files as [Uint8Array, Uint8Array];
      return idxDataset({ name, images, labels, classNames });
    },
    source: {
      baseUrl,
      files: [...train, ...test].map(({ name, maxBytes, sha256: hex = '' }) => ({
        file: `${name}.gz`,
        unpacksTo: [name],
        checksum: { of: 'unpacked', algorithm: 'sha256', hex },
        maxBytes,
      })),
    },
  };
};
