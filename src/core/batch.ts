/** What a training step consumes. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Json } from '../files/json';
import { isPlain } from './assert';
import type { ByteMeaning } from './byteValues';
import { describe, oneLine } from './describe';
import type { InputSpec } from './inputs/registry';
import type { Noise } from './noise';
import { assertSpelling } from './spelling';
import type { Supports } from './support';

/** Examples without classes. */
export interface UnlabeledBatch {
  /** inputs, [B, …] */
  readonly x: Tensor;
  /** how much each example counts, [B], at least 0; default 1 each. Means over the part become Σ w·t / Σ w */
  readonly weight?: Tensor;
  /** what is known of each example beside x, such as its domain, [B, C]; for models that read it */
  readonly covariates?: Tensor;
  /** 1 where a value of x is known and 0 where it is missing, in the shape of x; for models that read it */
  readonly observed?: Tensor;
}

/** Examples with their classes. */
export interface LabeledBatch extends UnlabeledBatch {
  /** one-hot labels, or probabilities of the classes, [B, K] */
  readonly y: Tensor;
  /**
   * 1 for each class that an example may have, and 0 for the others, [B, K], where some label is a set of classes. y is
   * then uniform over the set
   */
  readonly allowed?: Tensor;
}

/** Names of the tensors of each part, in one order. */
const PART_TENSORS = {
  labeled: ['x', 'y', 'allowed', 'weight', 'covariates', 'observed'],
  unlabeled: ['x', 'weight', 'covariates', 'observed'],
} as const;

/** The tensors of a batch by name, `labeled.x`, in one order. */
export const tensorsOf = (batch: Batch): readonly (readonly [name: string, tensor: Tensor])[] =>
  (['labeled', 'unlabeled'] as const).flatMap((part) => {
    const tensors = batch[part] as Partial<LabeledBatch> | undefined;
    return PART_TENSORS[part].flatMap((name) => {
      const tensor = tensors?.[name];
      return tensor === undefined ? [] : [[`${part}.${name}`, tensor] as const];
    });
  });

/** Whether a batch tells which values of x are known. */
export const hasObserved = ({ labeled, unlabeled }: Batch): boolean =>
  labeled?.observed !== undefined || unlabeled?.observed !== undefined;

/** The batch with each of its tensors changed. */
export const mapTensors = (batch: Batch, change: (tensor: Tensor, name: string) => Tensor): Batch => {
  const parts: Record<string, Record<string, Tensor>> = {};
  for (const [path, tensor] of tensorsOf(batch)) {
    const [part = '', name = ''] = path.split('.');
    parts[part] = { ...parts[part], [name]: change(tensor, path) };
  }
  return parts as Batch;
};

/** Shapes of what a batch may hold beside inputs and labels, for `assertShapes`. */
export const shapesOfExtras = (
  name: string,
  batch: Batch,
  classes: number | undefined,
): Readonly<Record<string, readonly [Tensor, string, 'float32']>> =>
  Object.fromEntries(
    (['labeled', 'unlabeled'] as const).flatMap((part) => {
      const { x, allowed, weight, covariates, observed } = (batch[part] ?? {}) as Partial<LabeledBatch>;
      const rows = x?.shape[0];
      const at = (extra: string): string => `${name}.${part}.${extra}`;
      return [
        ...(allowed !== undefined && part === 'labeled'
          ? [[at('allowed'), [allowed, `${rows} ${classes ?? 'K'}`, 'float32']] as const]
          : []),
        ...(weight !== undefined ? [[at('weight'), [weight, `${rows}`, 'float32']] as const] : []),
        ...(covariates !== undefined
          ? [[at('covariates'), [covariates, `${rows} C`, 'float32']] as const]
          : []),
        ...(observed !== undefined
          ? [[at('observed'), [observed, x?.shape.join(' ') ?? '', 'float32']] as const]
          : []),
      ];
    }),
  );

/**
 * One step's examples: a labeled part, an unlabeled part, or both; of independent sizes.
 *
 * Both a part and the batch may hold more, ids of examples say, which nobody reads. What looks like a part of another name
 * is refused.
 */
export interface Batch {
  /** examples whose class is known; absent where a step takes none */
  readonly labeled?: LabeledBatch;
  /** examples whose class is summed over or sampled; absent where a step takes none */
  readonly unlabeled?: UnlabeledBatch;
}

/** Which examples of a data set a source shows, by index; and the held-out ones if the source knows them. */
export interface SplitIndices {
  /** indices of the labeled examples */
  readonly labeled: Int32Array;
  /** indices of the unlabeled examples */
  readonly unlabeled: Int32Array;
  /** indices of the examples held back */
  readonly validation?: Int32Array;
}

/** Covariates of the examples that a source shows. */
export interface ShownCovariates {
  /** those of all examples of the data set, in rows of `width` */
  readonly values: Float32Array;
  /** C, covariates of an example */
  readonly width: number;
  /** indices of the examples that are shown, a list for each part of a batch */
  readonly examples: readonly Int32Array[];
}

/**
 * Batches by step: a pure function of the step, so that a run resumed at step n sees what it would have seen.
 */
export interface BatchSource {
  /** steps in one pass over the unlabeled examples (over the labeled ones where there are no others) */
  readonly stepsPerEpoch: number;
  /** examples of either kind in the whole set: the weighting `'dataset'` needs them */
  readonly counts: {
    /** N_l, examples */
    readonly labeled: number;
    /** N_u, examples */
    readonly unlabeled: number;
  };
  /** examples of either kind in a batch, where that is the same for all: it tells how often an epoch shows each example */
  readonly batchSize?: {
    /** labeled examples in a batch */
    readonly labeled: number;
    /** unlabeled examples in a batch */
    readonly unlabeled: number;
  };
  /** shape of one example, where the source knows: a model of another is refused before the first step */
  readonly inputShape?: readonly number[];
  /** what the bytes that the inputs are read from stand for, where there are such: a model that reads them otherwise is refused */
  readonly bytes?: ByteMeaning;
  /** how the inputs were read from raw ones, where they were: a model that reads them otherwise is refused */
  readonly input?: InputSpec;
  /** K, where the source knows and has labels: likewise */
  readonly classes?: number;
  /** what the classes are called, where the source knows: a model that calls one otherwise is refused */
  readonly classNames?: readonly string[];
  /**
   * whether batches tell which values of x are known, where the source knows: a likelihood that cannot leave missing values out
   * is refused before the first step
   */
  readonly observed?: boolean;
  /** covariates of all examples shown, where the source holds them: an objective that they do not fit refuses them */
  readonly covariates?: ShownCovariates;
  /** what the order of the data depends on; a run goes on from a checkpoint only where this is the same */
  readonly identity?: string;
  /** which examples are shown, if the source knows: every checkpoint has them, and a resumed run uses the same */
  readonly split?: SplitIndices;
  /** `false` where steps can only be asked for in order and once, as of an iterator: no run is resumed on such a source */
  readonly replayable?: boolean;
  /**
   * Refuses inputs outside the support of a model's likelihood, and labels that are not probabilities, before the first
   * step: all of them where the source holds them all, the next batch's where it does not. A source of your own may do
   * without, and is not checked.
   */
  assertWithin?(where: string, support: Supports): void | Promise<void>;
  /** The batch of a step (0, 1, 2, …); its tensors belong to the caller. */
  at(step: number): Batch | Promise<Batch>;
  /** Frees what the source keeps besides its batches. Training never calls it: you made the source, so you dispose it. */
  dispose?(): void;
}

/** What a source may hold. */
export const BATCH_SOURCE_NAMES = [
  'stepsPerEpoch',
  'counts',
  'batchSize',
  'inputShape',
  'bytes',
  'input',
  'classes',
  'classNames',
  'observed',
  'covariates',
  'identity',
  'split',
  'replayable',
  'assertWithin',
  'at',
  'dispose',
] as const satisfies readonly (keyof BatchSource)[];

/** How often an epoch shows each example of either kind, where a kind is shown at all. */
export interface Passes {
  /** times that each labeled example is shown */
  readonly labeled?: number;
  /** times that each unlabeled example is shown; about 1 by default, as a pass ends with its last whole batch */
  readonly unlabeled?: number;
}

/** How often an epoch of a source shows each example; nothing where the source does not tell its batch size. */
export const passesOf = ({ stepsPerEpoch, counts, batchSize }: BatchSource): Passes | undefined => {
  if (batchSize === undefined) return undefined;
  const of = (kind: 'labeled' | 'unlabeled') =>
    batchSize[kind] > 0 ? { [kind]: (stepsPerEpoch * batchSize[kind]) / counts[kind] } : {};
  return { ...of('labeled'), ...of('unlabeled') };
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * Refuses examples under another name than a part's, `unlabelled` say: nobody would see them, without a word.
 *
 * @param where name of the calling function, for the message
 * @param name of the batch, for the message
 * @param batch of which a part is there
 * @throws RangeError naming the first
 */
export function assertParts(where: string, name: string, batch: Batch): void {
  for (const [part, value] of Object.entries(batch)) {
    if ((part === 'labeled' || part === 'unlabeled') && value !== undefined && !isObject(value))
      throw new TypeError(
        `${where}: ${name}.${part} is ${describe(value)}, needed a part, { x, … }, or none: leave it out`,
      );
    if (
      part !== 'labeled' &&
      part !== 'unlabeled' &&
      isObject(value) &&
      ('x' in value || /label|^[xy]$/i.test(part))
    )
      throw new RangeError(`${where}: ${name}.${oneLine(part)} is not a part, needed labeled or unlabeled`);
  }
  for (const part of ['labeled', 'unlabeled'] as const)
    assertSpelling(where, `${name}.${part}`, batch[part] ?? {}, {
      known: PART_TENSORS[part],
      what: 'a tensor of a part',
    });
}

const isTensor = (value: object): value is Tensor =>
  'shape' in value && 'dispose' in value && typeof value.dispose === 'function';

/**
 * Frees every tensor of a batch, whatever the batch holds beside its parts: sources give labels to unlabeled examples,
 * and numbers of examples. A `tf.Variable` stays, as something else keeps it.
 *
 * @param given what a source gave, a batch or not
 */
export function disposeBatch(given: unknown): void {
  const seen = new Set<object>();
  const visit = (value: unknown): void => {
    if (!isObject(value) || seen.has(value)) return;
    seen.add(value);
    if (isTensor(value)) {
      if (!('trainable' in value)) value.dispose();
    } else if (Array.isArray(value) || isPlain(value)) for (const entry of Object.values(value)) visit(entry);
  };
  visit(given);
}

/** Changes inputs [B, …] for training, drawing from `noise`; shape and range stay. */
export interface Augment {
  (x: Tensor, noise: Noise): Tensor;
  /** its settings: a run is resumed only with the same; a function of your own may do without */
  readonly spec?: Json;
}
