/** The blocks of mixed columns at their places: a likelihood each, and which values are known. */
import {
  add,
  gather,
  log,
  mul,
  onesLike,
  sub,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tile,
} from '@tensorflow/tfjs-core';
import { perExample } from '../core/perExample';
import * as bernoulli from './bernoulli';
import { categoricalObservation } from './categoricalObservation';
import { gaussianObservation } from './gaussianObservation';
import type { Likelihood } from './likelihood';
import type { DensityBlock } from './mixedBlocks';
import { negativeBinomial } from './negativeBinomial';
import { columnsOf } from './parameterBlocks';
import { poissonOf } from './readyPoisson';

/** Its likelihood, whose variables are the block's. */
export const likelihoodOfBlock = (block: DensityBlock): Likelihood => {
  const { width: columns } = block;
  switch (block.kind) {
    case 'numbers': {
      const { variance = 'shared', sigma = 1 } = block;
      if (variance === 'learned') return gaussianObservation({ variance });
      return gaussianObservation(variance === 'shared' ? { variance, columns, sigma } : { sigma });
    }
    case 'levels':
      return categoricalObservation({ levels: [columns] });
    case 'flags':
      return bernoulli;
    case 'counts': {
      const { distribution, dispersion = 'shared', netInput = 'raw' } = block;
      if (distribution === 'poisson') return poissonOf(netInput);
      return negativeBinomial({ dispersion, netInput, ...(dispersion === 'shared' && { columns }) });
    }
  }
};

/** 1 where the values of a block are known, from the columns of masks that it names; undefined where it names none. */
const maskOf = ({ kind, width, masks }: DensityBlock, x: Tensor): Tensor | undefined => {
  if (masks === undefined || masks.every((column) => column === null)) return undefined;
  const [first] = masks as readonly number[];
  const inRow = masks.every((column, i) => column === (first as number) + i);
  if (kind === 'levels') return tile(columnsOf(x, first as number, 1), [1, width]);
  if (inRow) return columnsOf(x, first as number, width);
  const named = gather(
    x,
    tensor1d(
      masks.map((column) => column ?? 0),
      'int32',
    ),
    1,
  );
  const has = tensor1d(masks.map((column) => (column === null ? 0 : 1)));
  return add(mul(named, has), sub(1, has));
};

/** 1 where the values of a block are both known and observed; undefined where all are. */
export const weightOf = (
  block: DensityBlock,
  x: Tensor,
  observed: Tensor | undefined,
): Tensor | undefined => {
  const mask = maskOf(block, x);
  return mask && observed ? mul(mask, observed) : (mask ?? observed);
};

/** Σ log sd of the known values, by which the density of standardized numbers differs from that of the original unit. */
export const logUnits = (
  block: DensityBlock,
  values: Tensor,
  weight: Tensor | undefined,
): Tensor1D | undefined => {
  if (block.kind !== 'numbers' || block.sd === undefined) return undefined;
  return perExample(mul(weight ?? onesLike(values), log(tensor1d([...block.sd]))));
};
