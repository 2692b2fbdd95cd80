/** The likelihood that fits inputs as they are read, as JSON that a model makes it of. */
import { type Column, type ColumnsInput, placesOf, widthOf } from '../core/inputs/columns';
import type { InputSpec } from '../core/inputs/registry';
import type { Json } from '../files/json';
import type { Dataset } from './dataset';

type LikelihoodJson = NonNullable<Dataset['likelihood']>;

/** Blocks of columns side by side, all numbers as one, each column of levels as its own. */
const BLOCKS = { number: 'numbers', flag: 'flags', count: 'counts', levels: 'levels' } as const;

const deviationOf = (column: Column): number => (column.type === 'number' ? column.sd : 1);

function mixedOf({ columns }: ColumnsInput): LikelihoodJson {
  const { places } = placesOf(columns);
  const groups: (typeof places)[number][][] = [];
  for (const place of places) {
    const last = groups.at(-1);
    const type = last?.[0]?.column.type;
    if (last && type === place.column.type && type !== 'levels') last.push(place);
    else groups.push([place]);
  }
  const blocks: Json[] = groups.map((group) => {
    const [first] = group as [(typeof places)[number]];
    const { type, name } = first.column;
    const masks = group.map(({ mask = null }) => mask);
    return {
      kind: BLOCKS[type],
      width: group.reduce((sum, { column }) => sum + widthOf(column), 0),
      ...(type === 'levels' && { name }),
      ...(masks.some((mask) => mask !== null) && { masks }),
      ...(type === 'number' && { sd: group.map(({ column }) => deviationOf(column)) }),
    };
  });
  const masked = columns.filter((column) => column.masked).length;
  return { kind: 'mixed', blocks: masked > 0 ? [...blocks, { kind: 'masks', width: masked }] : blocks };
}

/**
 * The likelihood of inputs: mixed for columns, Gaussian of learned variance for vectors, negative binomial for counts of words,
 * else Bernoulli.
 */
export function likelihoodOfInput(input: InputSpec): LikelihoodJson {
  if (input.kind === 'columns') return mixedOf(input);
  if (input.kind === 'vectors') return { kind: 'gaussian', variance: 'learned', sigma: 1 };
  if (input.kind === 'text' && input.counts)
    return { kind: 'negativeBinomial', dispersion: 'shared', columns: input.words.length, theta: 1 };
  return { kind: 'bernoulli' };
}
