/** Examples in blocks: data that are read piece by piece, as they do not fit into memory. */
import { assertInteger, assertNumbers, assertOneOf, recordOf } from '../../core/assert';
import { BYTE_MEANINGS, type ByteMeaning } from '../../core/byteValues';
import { assertSpelled } from '../../core/datasetNames';
import { describe, formatShape, oneLine } from '../../core/describe';
import { awaitHint } from '../../core/hints';
import { type InputSpec, parseInput, shapeOfInput } from '../../core/inputs/registry';
import type { Rule } from '../../core/options';
import { sameShape } from '../../core/shape';
import { assertSpelling } from '../../core/spelling';
import { assertWithin, type Supports } from '../../core/support';
import { checkDataset, type Dataset } from '../dataset';
import type { ExtrasOptions } from '../extras';

/** The examples of one block. A data set is such a record; its labels are not read. */
export interface BlockExamples extends Pick<ExtrasOptions, 'weight' | 'covariates' | 'observed'> {
  /** inputs, count × prod(shape), row-major */
  readonly x: Uint8Array | Uint8ClampedArray | Float32Array;
}

/** Examples in numbered blocks, each of which fits into memory. */
export interface Blocks {
  /** what the data are called in messages */
  readonly name: string;
  /** shape of one example */
  readonly shape: readonly number[];
  /** number of examples in each block */
  readonly sizes: ArrayLike<number>;
  /** what a byte stands for, where inputs are bytes; default `'unit'`, value / 255 */
  readonly bytes?: ByteMeaning;
  /** how the inputs are read from raw ones, where they are: a model that reads them otherwise is refused */
  readonly input?: InputSpec;
  /** names the data, so that a run is resumed only on the same: a version, a checksum; default the name and the sizes */
  readonly identity?: string;
  /** Reads a block: the same examples whenever it is asked for. A copy of them is taken. */
  read(block: number): BlockExamples | Promise<BlockExamples>;
}

/** Blocks that were read from raw inputs. */
export interface OwnBlocks<Input extends InputSpec = InputSpec> extends Blocks {
  /** how they were read: a data set or a model reads others so */
  readonly input: Input;
  /** what was left out or passed over, and why: links of a folder, columns */
  readonly notes: readonly string[];
}

/** What blocks may hold. */
const BLOCKS_NAMES = [
  'name',
  'shape',
  'sizes',
  'bytes',
  'input',
  'identity',
  'read',
  'notes',
] as const satisfies readonly (keyof OwnBlocks)[];

/** Checks everything about blocks that is known before one is read. */
export const blocksRule: Rule<Blocks> = (where, name, given) => {
  const blocks = recordOf(where, given as Blocks, name);
  if (typeof blocks.read !== 'function' || typeof blocks.name !== 'string')
    throw new TypeError(
      `${where}: ${name} is ${describe(given)}, needed blocks, { name, shape, sizes, read }, such as rowBlocks of ssvae/node makes${awaitHint(given)}`,
    );
  assertSpelling(where, name, blocks, { known: BLOCKS_NAMES, what: 'a part of blocks' });
  const { shape, sizes, input, bytes } = blocks;
  if (bytes !== undefined) assertOneOf(where, `${name}.bytes`, bytes, BYTE_MEANINGS);
  if (!Array.isArray(shape))
    throw new TypeError(`${where}: ${name}.shape is ${describe(shape)}, needed the shape of one example`);
  for (const [axis, size] of shape.entries()) assertInteger(where, `${name}.shape[${axis}]`, size);
  assertNumbers(where, `${name}.sizes`, sizes);
  if (sizes.length === 0) throw new RangeError(`${where}: ${name}.sizes is empty, needed at least one block`);
  for (let block = 0; block < sizes.length; block++)
    assertInteger(where, `${name}.sizes[${block}]`, sizes[block]);
  if (input !== undefined && !sameShape(shapeOfInput(parseInput(where, input)), shape))
    throw new RangeError(
      `${where}: ${name}.input gives examples ${formatShape(shapeOfInput(input))}, needed those of the shape, ${formatShape(shape)}`,
    );
  return blocks;
};

/** Which values a model's likelihood takes, and who asks. */
export interface Asked {
  readonly where: string;
  readonly support: Supports;
}

/** Values in memory of their own: a function may read each block into the same array. */
const copied = <T>(values: T): T => {
  const { slice } = (ArrayBuffer.isView(values) ? values : {}) as Partial<Uint8Array>;
  return typeof slice === 'function' ? (slice.call(values) as T) : values;
};

/**
 * Reads a block, takes a copy of it and checks all of it.
 *
 * @throws what `read` throws; TypeError or RangeError naming the block and the first value that is wrong
 */
export async function readBlock(
  where: string,
  blocks: Blocks,
  block: number,
  asked: Asked | undefined,
): Promise<Dataset> {
  const { name, shape, sizes, bytes } = blocks;
  const title = `block ${block} of "${oneLine(name, 200)}"`;
  const examples: BlockExamples & Pick<Blocks, 'bytes'> = recordOf(where, await blocks.read(block), title);
  assertSpelled(where, title, examples);
  const { x, weight, covariates, observed } = examples;
  if (examples.bytes !== undefined && examples.bytes !== (bytes ?? 'unit'))
    throw new RangeError(
      `${where}: ${title}.bytes is ${describe(examples.bytes)}, that of the blocks ${describe(bytes ?? 'unit')}; needed the same`,
    );
  const dataset = checkDataset(where, title, {
    name,
    shape,
    classes: 1,
    x: copied(x),
    ...(bytes !== undefined && { bytes }),
    ...(weight !== undefined && { weight: copied(weight) }),
    ...(covariates !== undefined && { covariates: copied(covariates) }),
    ...(observed !== undefined && { observed: copied(observed) }),
  });
  if (dataset.count !== sizes[block])
    throw new RangeError(
      `${where}: ${title} has ${dataset.count} examples, needed ${sizes[block]}, as sizes[${block}] says`,
    );
  if (asked) assertWithin(asked.where, `${title}.x`, dataset.x, asked.support, { bytes });
  return dataset;
}
