/** Where the known data sets are published, and how their files are recognised. */
import { type DatasetName, datasetFiles } from './datasets';

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

const idxSource = (set: DatasetName, baseUrl: string, sha256: Readonly<Record<string, string>>): Source => ({
  baseUrl,
  files: [...datasetFiles[set].train, ...datasetFiles[set].test].map(({ name, maxBytes }) => ({
    file: `${name}.gz`,
    unpacksTo: [name],
    checksum: { of: 'unpacked', algorithm: 'sha256', hex: sha256[name] ?? '' },
    maxBytes,
  })),
});

/**
 * Sources by name. MNIST from the mirror that PyTorch keeps, the other two from their authors. The published
 * gzip files of the IDX sets exist in several packings, so their checksums are of the content; that of CIFAR-10
 * is the one on its page, of the archive.
 */
export const sources: Readonly<Record<DatasetName, Source>> = {
  mnist: idxSource('mnist', 'https://ossci-datasets.s3.amazonaws.com/mnist/', {
    'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  }),
  'fashion-mnist': idxSource('fashion-mnist', 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/', {
    'train-images-idx3-ubyte': 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
    'train-labels-idx1-ubyte': 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    't10k-images-idx3-ubyte': '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
    't10k-labels-idx1-ubyte': '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
  }),
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
