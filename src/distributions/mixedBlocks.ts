/** Blocks of mixed columns as plain data: what each is, and what is refused. */
import { assertNumber, assertNumbers } from '../core/assert';
import { describe } from '../core/describe';
import {
  ABOVE_0,
  checked,
  integersFrom,
  number,
  oneOf,
  optional,
  type Rules,
  record,
  text,
  unchecked,
} from '../core/options';
import { isRecord, type Json } from '../files/json';
import { type CountsSeen, countsSeen } from './netInput';

/** What every block has. */
interface Block {
  /** number of columns */
  readonly width: number;
  /** what its log-likelihood is called; default its kind and its place among the blocks, such as `'numbers.0'` */
  readonly name?: string;
}

/** A block of values. */
interface ValueBlock extends Block {
  /**
   * the column of x that is 1 where a value is known and 0 where it is missing: for each column, or one for a block of
   * levels; `null` where a column has none. Such columns are those of blocks of masks. Default: all values are known
   */
  readonly masks?: readonly (number | null)[];
}

/** Real numbers, standardized: Gaussian. */
export interface NumbersBlock extends ValueBlock {
  /** real numbers */
  readonly kind: 'numbers';
  /** whose variance is: one for each column, learned (`'shared'`), the decoder's (`'learned'`) or `'fixed'`. Default `'shared'` */
  readonly variance?: 'shared' | 'learned' | 'fixed';
  /** σ of the standardized numbers where it is fixed, and at the start where it is shared; default 1 */
  readonly sigma?: number;
  /**
   * standard deviation that each column was divided by. The log-density is then that of the original unit, less Σ log sd of
   * the known values. Default 1
   */
  readonly sd?: readonly number[];
}

/** One of several levels as one-hot columns: categorical. */
export interface LevelsBlock extends ValueBlock {
  /** levels of one column of the original table */
  readonly kind: 'levels';
}

/** Zeros and ones: Bernoulli. */
export interface FlagsBlock extends ValueBlock {
  /** zeros and ones */
  readonly kind: 'flags';
}

/** Counts: negative binomial or Poisson. */
export interface CountsBlock extends ValueBlock {
  /** whole numbers from 0 on */
  readonly kind: 'counts';
  /** default `'negativeBinomial'` */
  readonly distribution?: 'negativeBinomial' | 'poisson';
  /** whose dispersion is: one for each column, learned (`'shared'`), or the decoder's (`'learned'`). Default `'shared'` */
  readonly dispersion?: 'shared' | 'learned';
  /** what encoder and classifier see: the counts (`'raw'`), or log(1 + x) (`'log1p'`), for counts of a long tail. Default `'raw'` */
  readonly netInput?: CountsSeen;
}

/** Masks of other columns: seen by the encoder, without a density and without parameters. */
export interface MasksBlock extends Block {
  /** 1 where a value is known, and 0 where it is missing */
  readonly kind: 'masks';
}

/** A block of columns, by its `kind`. */
export type MixedBlock = NumbersBlock | LevelsBlock | FlagsBlock | CountsBlock | MasksBlock;

const KINDS = ['numbers', 'levels', 'flags', 'counts', 'masks'] as const;

const blockRules = <Kind extends MixedBlock['kind']>(kind: Kind) => ({
  kind: oneOf<Kind>([kind]),
  width: number(integersFrom(kind === 'levels' ? 2 : 1)),
  name: optional(text()),
});

const valueRules = <Kind extends MixedBlock['kind']>(kind: Kind) => ({
  ...blockRules(kind),
  masks: optional(unchecked<readonly (number | null)[]>()),
});

const assertDeviations = (where: string, name: string, sd: readonly number[]): void => {
  assertNumbers(where, name, sd);
  for (const [i, value] of Array.from(sd).entries())
    assertNumber(where, `${name}[${i}]`, value, ABOVE_0.needed, ABOVE_0.holds);
};

/** How a block of each kind is read. */
const BLOCKS = {
  numbers: () =>
    record({
      ...valueRules('numbers'),
      variance: oneOf(['shared', 'learned', 'fixed'], 'shared'),
      sigma: optional(number(ABOVE_0)),
      sd: optional(checked(assertDeviations)),
    } satisfies Rules<NumbersBlock>),
  levels: () => record(valueRules('levels') satisfies Rules<LevelsBlock>),
  flags: () => record(valueRules('flags') satisfies Rules<FlagsBlock>),
  counts: () =>
    record({
      ...valueRules('counts'),
      distribution: oneOf(['negativeBinomial', 'poisson'], 'negativeBinomial'),
      dispersion: optional(oneOf(['shared', 'learned'])),
      netInput: optional(countsSeen),
    } satisfies Rules<CountsBlock>),
  masks: () => record(blockRules('masks') satisfies Rules<MasksBlock>),
} as const;

/** A block as it is read: every choice is there, with its default where it was left out. */
type ReadBlock = ReturnType<ReturnType<(typeof BLOCKS)[MixedBlock['kind']]>>;

/** A block that was read, by its name. */
export type NamedBlock = ReadBlock & { readonly name: string };

/** A block that has a density. */
export type DensityBlock = Exclude<NamedBlock, { readonly kind: 'masks' }>;

/** How many masks a block may name. */
const masksIn = ({ kind, width }: ReadBlock): number => (kind === 'levels' ? 1 : width);

const assertCount = (where: string, name: string, list: readonly unknown[], needed: number): void => {
  if (!Array.isArray(list) || list.length !== needed)
    throw new RangeError(`${where}: ${name} is ${describe(list)}, needed an array of ${needed}`);
};

const readBlock = (where: string, given: unknown, name: string): ReadBlock => {
  const kind = oneOf(KINDS)(where, `${name}.kind`, isRecord(given) ? given.kind : undefined);
  const block: ReadBlock = BLOCKS[kind]()(where, name, given);
  if (block.kind === 'numbers') {
    const { variance, sigma, sd, width } = block;
    if (variance === 'learned' && sigma !== undefined)
      throw new RangeError(
        `${where}: ${name}.sigma is ${sigma}, needed none beside variance "learned": the decoder gives it`,
      );
    if (sd) assertCount(where, `${name}.sd`, Array.from(sd), width);
  }
  if (block.kind === 'counts' && block.distribution === 'poisson' && block.dispersion !== undefined)
    throw new RangeError(
      `${where}: ${name}.dispersion is ${describe(block.dispersion)}, needed none beside distribution "poisson": it has no dispersion`,
    );
  return block;
};

/** Refuses masks that are not columns of masks, and columns of masks that no block names. */
const assertMasks = (where: string, blocks: readonly ReadBlock[]): void => {
  let columns = 0;
  const ranges: (readonly [from: number, to: number])[] = [];
  for (const { kind, width } of blocks) {
    if (kind === 'masks') ranges.push([columns, columns + width]);
    columns += width;
  }
  const isMask = (column: number): boolean => ranges.some(([from, to]) => column >= from && column < to);
  const named = new Set<number>();
  for (const [i, block] of blocks.entries()) {
    if (block.kind === 'masks' || block.masks === undefined) continue;
    const name = `blocks[${i}].masks`;
    assertCount(where, name, block.masks, masksIn(block));
    for (const [j, column] of block.masks.entries()) {
      if (column === null) continue;
      if (!Number.isInteger(column) || !isMask(column))
        throw new RangeError(
          `${where}: ${name}[${j}] is ${describe(column)}, needed a column of a block of masks, or null`,
        );
      named.add(column);
    }
  }
  // It ends at the first that no block names: a width may claim any number.
  for (const [from, to] of ranges)
    for (let column = from; column < to; column++)
      if (!named.has(column))
        throw new RangeError(
          `${where}: column ${column} is a mask that no block names, needed it in its masks`,
        );
};

/**
 * The blocks with their defaults.
 *
 * @throws RangeError or TypeError naming the first entry that is none of its values, or masks that do not fit the blocks
 */
export function readBlocks(where: string, given: unknown): readonly NamedBlock[] {
  if (!Array.isArray(given) || given.length === 0)
    throw new TypeError(`${where}: blocks is ${describe(given)}, needed an array of blocks of columns`);
  const blocks = given.map((block: unknown, i) => readBlock(where, block, `blocks[${i}]`));
  if (blocks.every(({ kind }) => kind === 'masks'))
    throw new RangeError(`${where}: blocks are masks alone, needed a block of values`);
  assertMasks(where, blocks);
  const named = blocks.map((block, i) => ({ ...block, name: block.name ?? `${block.kind}.${i}` }));
  const names = new Set<string>();
  for (const [i, { name }] of named.entries()) {
    if (names.has(name))
      throw new RangeError(`${where}: blocks[${i}].name is ${describe(name)}, needed a name of its own`);
    names.add(name);
  }
  return named;
}

/** A block as JSON. */
export const blockSpec = (block: NamedBlock): { readonly [key: string]: Json } =>
  JSON.parse(JSON.stringify(block)) as { readonly [key: string]: Json };
