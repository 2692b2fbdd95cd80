/** Where the known data sets are published, and how their files are recognized. */
import { type DatasetName, datasetFiles } from './datasets';
import { idxChecksums } from './idxChecksums';

/** A download and the files that come out of it. */
export interface SourceFile {
  /** name under the base URL */
  readonly file: string;
  /** files it unpacks to: itself without `.gz`, or entries of a tar archive by their last path component */
  readonly unpacksTo: readonly string[];
  /** checksum of the download unpacked (`sha256`), or as it is published, packed (`md5`) */
  readonly checksum: {
    readonly of: 'unpacked' | 'packed';
    readonly algorithm: 'sha256' | 'md5';
    readonly hex: string;
  };
  /** a download larger than this is refused, packed and unpacked */
  readonly maxBytes: number;
}

/** A published data set. */
export interface Source {
  readonly baseUrl: string;
  readonly files: readonly SourceFile[];
}

const MEBIBYTE = 2 ** 20;

const checksumOf = (of: Readonly<Record<string, string>>, name: string): string => of[name] ?? '';

const idxSource = (set: keyof typeof idxChecksums, baseUrl: string): Source => ({
  baseUrl,
  files: [...datasetFiles[set].train, ...datasetFiles[set].test].map(({ name, maxBytes }) => ({
    file: `${name}.gz`,
    unpacksTo: [name],
    checksum: { of: 'unpacked', algorithm: 'sha256', hex: checksumOf(idxChecksums[set], name) },
    maxBytes,
  })),
});

/**
 * Sources by name. MNIST from the mirror that PyTorch keeps, the other two from their authors. The published
 * gzip files of the IDX sets exist in several packings, so their checksums are of the content; that of CIFAR-10
 * is the one on its page, of the archive.
 */
export const sources: Readonly<Record<DatasetName, Source>> = {
  mnist: idxSource('mnist', 'https://ossci-datasets.s3.amazonaws.com/mnist/'),
  'fashion-mnist': idxSource('fashion-mnist', 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/'),
  cifar10: {
    baseUrl: 'https://www.cs.toronto.edu/~kriz/',
    files: [
      {
        file: 'cifar-10-binary.tar.gz',
        unpacksTo: [...datasetFiles.cifar10.train, ...datasetFiles.cifar10.test].map(({ name }) => name),
        checksum: { of: 'packed', algorithm: 'md5', hex: 'c32a1d4ab5d03f1284b67883e8d87530' },
        maxBytes: 256 * MEBIBYTE,
      },
    ],
  },
};
