/**
 * The kinds of raw input, by the name that data sets and model files give them. Adding one is a line here, and a line in
 * `readers.ts`, which models do without.
 */
import { isRecord, own } from '../../files/json';
import { describe } from '../describe';
import { COLUMNS } from './columns';
import { IMAGES } from './images';
import type { InputKind } from './input';
import { TEXT } from './text';
import { VECTORS } from './vectors';

/** The specification of each. */
export const INPUTS = { columns: COLUMNS, vectors: VECTORS, text: TEXT, images: IMAGES } as const;

/** JSON that says how raw inputs become numbers: a data set and a model made for it have the same. */
export type InputSpec = ReturnType<(typeof INPUTS)[keyof typeof INPUTS]['parse']>;

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
