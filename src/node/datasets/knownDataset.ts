/** The record that describes a data set known by name: everything that loading and downloading read about it. */
import type { Dataset } from '../../data/dataset';

/** A file of a known data set. */
export interface DatasetFile {
  /** official name, unpacked */
  readonly name: string;
  /** limit on its unpacked size; a download has the same limit */
  readonly maxBytes: number;
  /** SHA-256 of the official file, unpacked: another data set then refuses it as its own */
  readonly sha256?: string;
}

/** Files that are parsed together, such as images and their labels. */
export type DatasetPart = readonly DatasetFile[];

/** A download and the files that it unpacks to. */
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

/** Where a data set is published. */
export interface Source {
  readonly baseUrl: string;
  readonly files: readonly SourceFile[];
}

/** A data set that is known by name. */
export interface KnownDataset {
  /** official files, part by part; the examples of the parts follow each other */
  readonly files: { readonly train: readonly DatasetPart[]; readonly test: readonly DatasetPart[] };
  /** folder inside the published archive; the files may be there too */
  readonly folder?: string;
  /**
   * Reads one part.
   *
   * @param name of the data set that comes out, for tables and messages
   * @param files of the part, unpacked, in the part's order
   * @returns its examples: inputs and labels
   * @throws Error in one line when a file is damaged
   */
  parse(name: string, files: readonly Uint8Array[]): Dataset;
  /** where `downloadDataset` fetches it */
  readonly source: Source;
}

/** 1 MiB in bytes. */
export const MEBIBYTE = 2 ** 20;
