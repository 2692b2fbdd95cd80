/** A likelihood of mixed columns: a product of one likelihood for each block of them. */

import { add, cast, concat, ones, sub, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { assertNumber } from '../core/assert';
import { formatShape } from '../core/describe';
import { assertNoise, type Noise } from '../core/noise';
import { readOptions, unchecked } from '../core/options';
import { assertShapes } from '../core/shape';
import { COUNTS, FINITE, FLAGS, levelSupports, type Support } from '../core/support';
import { isListOf, isRecord, parse, parseRecord } from '../files/json';
import { genuine } from './genuine';
import type { Likelihood, LogProbOptions, ParameterKind, ReadyLikelihood } from './likelihood';
import { observedIn } from './likelihood';
import { blockSpec, type DensityBlock, type MixedBlock, type NamedBlock, readBlocks } from './mixedBlocks';
import { likelihoodOfBlock, logUnits, weightOf } from './mixedParts';
import { columnsOf } from './parameterBlocks';

/** What the columns are. */
export interface MixedOptions {
  /** the blocks of columns of x, in order and side by side */
  readonly blocks: readonly MixedBlock[];
}

/** JSON that rebuilds one. */
export interface MixedSpec {
  /** `mixed` */
  readonly kind: 'mixed';
  /** the blocks */
  readonly blocks: readonly ReturnType<typeof blockSpec>[];
}

/** A {@link Likelihood} of mixed columns. */
export interface Mixed extends Likelihood {
  /** log-likelihood of each block that has one, [B] in nats, by the block's name; they add up to `logProb` */
  logProbByBlock(parameters: Tensor, x: Tensor, options?: LogProbOptions): Readonly<Record<string, Tensor1D>>;
  /** frees what its blocks learn themselves; a second call does nothing */
  dispose(): void;
}

/** The values of a block's columns; those of levels are one-hot. */
const SUPPORTS: Readonly<Record<Exclude<MixedBlock['kind'], 'levels'>, Support>> = {
  numbers: FINITE,
  flags: FLAGS,
  counts: COUNTS,
  masks: FLAGS,
};

const supportsOfBlock = ({ kind, width }: NamedBlock): readonly Support[] =>
  kind === 'levels' ? levelSupports(width) : Array.from({ length: width }, () => SUPPORTS[kind]);

/** A block with its likelihood, and where its columns and its parameters begin. */
interface Part {
  readonly block: DensityBlock;
  readonly likelihood: Likelihood;
  readonly from: number;
  readonly at: number;
  readonly parameters: number;
}

const partsOf = (blocks: readonly NamedBlock[]) => {
  const parts: Part[] = [];
  let [from, at] = [0, 0];
  for (const block of blocks) {
    if (block.kind !== 'masks') {
      const likelihood = likelihoodOfBlock(block);
      const [parameters = 0] = likelihood.parameterShape([block.width]);
      parts.push({ block, likelihood, from, at, parameters });
      at += parameters;
    }
    from += block.width;
  }
  return { parts, columns: from, width: at };
};

/** Columns of a table: a few bytes may claim any number. */
const MOST_COLUMNS = 2 ** 20;

/** Columns of all blocks. */
const columnsIn = (blocks: readonly { readonly width: number }[]): number =>
  blocks.reduce((sum, { width }) => sum + width, 0);

/** The kind of each parameter, one by one. */
const kindsOf = ({ likelihood: { parameterKinds = [] }, parameters }: Part): ParameterKind[] =>
  parameterKinds.flatMap((kind) => Array.from({ length: parameters / parameterKinds.length }, () => kind));

/**
 * A likelihood of tables: numbers, levels, flags and counts side by side in the last axis of x, [B, C].
 *
 *   log p(x | parameters) = Σ_b Σ_{d in block b} k_d · ( log p_b(x_d | parameters_b) − log sd_d )
 *
 * k_d is 1 where the value is known. x tells it itself in columns of masks (1 known, 0 missing, and the value is then 0), so
 * that encoder and classifier see which values are missing; `observed` leaves out further ones. A block of levels is known as
 * a whole. The decoder gives no parameters for masks, they have no density, and `mean` and `sample` have 1 there. That values
 * are missing is taken to say nothing about them beyond what the known ones say (missing at random). Formulas of the blocks:
 * {@link gaussianObservation}, {@link categoricalObservation}, {@link bernoulli}, {@link negativeBinomial}, {@link poisson}.
 *
 * @param options the blocks of columns
 * @returns a likelihood of examples [C]; `logProb` is [B] in nats and may be positive where there are numbers
 * @throws RangeError or TypeError when a block has an entry that is none of its values, masks do not fit the blocks, or the
 *   data have other columns
 * @example mixed({ blocks: [{ kind: 'flags', width: 1, masks: [1] }, { kind: 'masks', width: 1 }] }).logProb(tf.tensor2d([[0]]), tf.tensor2d([[1, 1]])) // [-0.6931472]
 */
export function mixed(options: MixedOptions): Mixed {
  const { blocks } = readOptions('mixed', options, { blocks: unchecked<readonly MixedBlock[]>() });
  return mixedOf(readBlocks('mixed', blocks));
}

/** Log-likelihood of each part, [B]. */
const termsOf = (
  parts: readonly Part[],
  parameters: Tensor,
  x: Tensor,
  observed: Tensor | undefined,
): Tensor1D[] => {
  const values = cast(x, 'float32');
  return parts.map(({ block, likelihood, from, at, parameters: size }) => {
    const own = columnsOf(values, from, block.width);
    const weight = weightOf(block, values, observed && columnsOf(observed, from, block.width));
    const options = weight ? { observed: weight } : {};
    const logProb = likelihood.logProb(columnsOf(parameters, at, size), own, options);
    const units = logUnits(block, own, weight);
    return units ? sub(logProb, units) : logProb;
  });
};

/** The parts by block; masks have none. */
type PartOf = ReadonlyMap<NamedBlock, Part>;

/** What each block gives, and 1 for masks, side by side. */
const sideBySide = (
  blocks: readonly NamedBlock[],
  partOf: PartOf,
  parameters: Tensor,
  valuesOf: (part: Part, parameters: Tensor) => Tensor,
): Tensor => {
  const each = blocks.map((block) => {
    const part = partOf.get(block);
    return part
      ? valuesOf(part, columnsOf(parameters, part.at, part.parameters))
      : ones([parameters.shape[0] as number, block.width]);
  });
  return concat(each, 1);
};

/** The columns as nets see them: blocks that say so in another way, the others as they are. */
const netInputOf = (blocks: readonly NamedBlock[], partOf: PartOf, x: Tensor): Tensor => {
  const values = cast(x, 'float32');
  let from = 0;
  const each = blocks.map((block) => {
    const own = columnsOf(values, from, block.width);
    from += block.width;
    return partOf.get(block)?.likelihood.netInput?.(own) ?? own;
  });
  return concat(each, 1);
};

/** The likelihood of blocks that were read. */
function mixedOf(blocks: readonly NamedBlock[]): Mixed {
  assertNumber(
    'mixed',
    'the width of all blocks',
    columnsIn(blocks),
    `at most ${MOST_COLUMNS} columns`,
    (all) => all <= MOST_COLUMNS,
  );
  const { parts, columns, width } = partsOf(blocks);
  const partOf = new Map(parts.map((part) => [part.block as NamedBlock, part]));
  const own = parts.flatMap(({ block, likelihood: { variables = {} } }) =>
    Object.entries(variables).map(([name, variable]) => [`${block.name}.${name}`, variable] as const),
  );

  const assertParameters = (name: string, parameters: Tensor): void =>
    void assertShapes(`mixed.${name}`, { parameters: [parameters, `B ${width}`, 'float32'] });

  /** The option `observed`, once the arguments fit each other. */
  const observedOf = (
    name: string,
    parameters: Tensor,
    x: Tensor,
    options: LogProbOptions | undefined,
  ): Tensor | undefined => {
    const others = { parameters: [parameters, `B ${width}`, 'float32'], x: [x, `B ${columns}`] } as const;
    return observedIn(`mixed.${name}`, options, others, `B ${columns}`);
  };

  return genuine({
    spec: { kind: 'mixed', blocks: blocks.map(blockSpec) },
    parameterShape(valueShape) {
      if (valueShape.length === 1 && valueShape[0] === columns) return [width];
      throw new RangeError(
        `mixed: examples have shape ${formatShape(valueShape)}, needed [${columns}], the columns of all blocks`,
      );
    },
    parameterKinds: parts.flatMap(kindsOf),
    support: blocks.flatMap(supportsOfBlock),
    ...(own.length > 0 && { variables: Object.fromEntries(own) }),
    ...(parts.some(({ likelihood }) => likelihood.netInput) && {
      netInput: (x: Tensor) => tidy(() => netInputOf(blocks, partOf, x)),
    }),
    takesObserved: true,
    logProb(parameters, x, options) {
      const observed = observedOf('logProb', parameters, x, options);
      return tidy(() => termsOf(parts, parameters, x, observed).reduce((total, term) => add(total, term)));
    },
    logProbByBlock(parameters, x, options) {
      const observed = observedOf('logProbByBlock', parameters, x, options);
      return tidy(() => {
        const terms = termsOf(parts, parameters, x, observed);
        return Object.fromEntries(parts.map(({ block }, i) => [block.name, terms[i] as Tensor1D]));
      });
    },
    mean(parameters) {
      assertParameters('mean', parameters);
      return tidy(() =>
        sideBySide(blocks, partOf, parameters, ({ likelihood }, own) => likelihood.mean(own)),
      );
    },
    sample(parameters, noise: Noise) {
      assertParameters('sample', parameters);
      assertNoise('mixed.sample', noise);
      return tidy(() =>
        sideBySide(blocks, partOf, parameters, ({ likelihood, block: { name } }, own) =>
          likelihood.sample(own, noise.split(name)),
        ),
      );
    },
    dispose() {
      for (const [, variable] of own) if (!variable.isDisposed) variable.dispose();
    },
  });
}

/** {@link mixed}, from a spec. */
export const READY_MIXED: ReadyLikelihood<MixedSpec> = {
  parse(where, spec) {
    const { blocks } = parseRecord(where, 'spec.likelihood', spec, ['kind', 'blocks']);
    const records = parse(where, 'blocks', blocks, 'an array of records', isListOf(isRecord));
    return { kind: 'mixed', blocks: readBlocks(where, records).map(blockSpec) };
  },
  columnsOf: ({ blocks }) => columnsIn(readBlocks('mixed', blocks)),
  create: ({ blocks }) => mixedOf(readBlocks('mixed', blocks)),
};
