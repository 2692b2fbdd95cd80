/** The kinds of raw input, by the name that data sets and model files give them. Adding one is a line here. */
import { isRecord, own } from '../../files/json';
import { describe } from '../describe';
import { COLUMNS } from './columns';
import type { Image } from './images';
import { IMAGES } from './images';
import type { InputKind, ReadInputs } from './input';
import type { Rows } from './table';
import { TEXT } from './text';
import { VECTORS, type Vectors } from './vectors';

/** How each is read. */
export const INPUTS = { columns: COLUMNS, vectors: VECTORS, text: TEXT, images: IMAGES } as const;

/** JSON that says how raw inputs become numbers: a data set and a model made for it have the same. */
export type InputSpec = ReturnType<(typeof INPUTS)[keyof typeof INPUTS]['parse']>;

/** Raw inputs: rows of a table, vectors, texts, or images. */
export type RawInputs = Rows | Vectors | readonly string[] | readonly Image[] | Image;

const kindOf = (spec: InputSpec): InputKind<InputSpec> => INPUTS[spec.kind] as InputKind<InputSpec>;

/**
 * A specification of unknown origin.
 *
 * @throws RangeError naming the first entry that is not what it must be
 */
export function parseInput(where: string, value: unknown): InputSpec {
  const { kind } = isRecord(value) ? value : {};
  const ready = typeof kind === 'string' ? own<InputKind<InputSpec>>(INPUTS, kind) : undefined;
  if (ready) return ready.parse(where, value);
  throw new RangeError(
    `${where}: input.kind is ${describe(kind)}, needed ${Object.keys(INPUTS)
      .map((name) => `"${name}"`)
      .join(' or ')}`,
  );
}

/** Shape of one example of these inputs. */
export const shapeOfInput = (spec: InputSpec): readonly number[] => kindOf(spec).shapeOf(spec);

/** What raw inputs of a specification are, in words. */
export const rawInWords = (spec: InputSpec): string => kindOf(spec).needed;

/** Whether a value is raw input of a specification, and not numbers that were read before. */
export const isRawInput = (spec: InputSpec, value: unknown): value is RawInputs => kindOf(spec).isRaw(value);

/**
 * The numbers of raw inputs.
 *
 * @param where name of the calling function, for messages
 * @param name the argument
 * @throws TypeError or RangeError naming the first value that cannot be read
 */
export const readInputs = (where: string, name: string, spec: InputSpec, raw: unknown): ReadInputs =>
  kindOf(spec).read(where, name, spec, raw);
