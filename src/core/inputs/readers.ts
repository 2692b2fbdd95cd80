/** How each kind of raw input is read: a line for each of the registry. */
import { COLUMNS_READER } from './columnsReader';
import { IMAGES_READER, type Image } from './imagesReader';
import type { InputReader, ReadInputs } from './input';
import type { INPUTS, InputSpec } from './registry';
import type { Rows } from './table';
import { TEXT_READER } from './textReader';
import { VECTORS_READER, type Vectors } from './vectorsReader';

type Kind = keyof typeof INPUTS;

const READERS: { readonly [K in Kind]: InputReader<Extract<InputSpec, { readonly kind: K }>> } = {
  columns: COLUMNS_READER,
  vectors: VECTORS_READER,
  text: TEXT_READER,
  images: IMAGES_READER,
};

/** Raw inputs: rows of a table, vectors, texts, or images. */
export type RawInputs = Rows | Vectors | readonly string[] | readonly Image[] | Image;

const readerOf = (spec: InputSpec): InputReader<InputSpec> => READERS[spec.kind] as InputReader<InputSpec>;

/** What raw inputs of a specification are, in words. */
export const rawInWords = (spec: InputSpec): string => readerOf(spec).needed;

/** Whether a value is raw input of a specification, and not numbers that were read before. */
export const isRawInput = (spec: InputSpec, value: unknown): value is RawInputs =>
  readerOf(spec).isRaw(value, spec);

/**
 * The numbers of raw inputs.
 *
 * @param where name of the calling function, for messages
 * @param name the argument
 * @throws TypeError or RangeError naming the first value that cannot be read
 */
export const readInputs = (where: string, name: string, spec: InputSpec, raw: unknown): ReadInputs =>
  readerOf(spec).read(where, name, spec, raw);

/**
 * Refuses bare numbers that are raw input, where it shows.
 *
 * @param values taken for numbers that were read before
 * @throws RangeError saying what was needed
 */
export function assertRead(where: string, name: string, spec: InputSpec, values: ArrayLike<number>): void {
  const refusal = readerOf(spec).refusal?.(values, spec);
  if (refusal !== undefined) throw new RangeError(`${where}: ${name} holds ${refusal}`);
}
