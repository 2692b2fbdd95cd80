/**
 * What makes our step fast, each of which can be left out by composition: own nets, an own optimizer, a model with
 * another `infer`, options of the trainer.
 */
import type { Workload } from './workloads';

/** A thing that a step can do without. */
export interface Lever {
  /** what it is called in tables */
  readonly title: string;
  /** what stands in its place where it is off */
  readonly instead: string;
  /** whether leaving it out changes a step of this kind */
  applies(workload: Workload, backend: string): boolean;
}

/** The levers by name. */
export const LEVERS = {
  'labels-apart': {
    title: 'labels enter the first layer apart from x',
    instead: 'x tiled for every label and concatenated with it',
    applies: ({ nets, model, labelHandling }) =>
      nets === 'mlp' && model === 'm2' && labelHandling === 'exact',
  },
  'shared-trunk': {
    title: 'one pass of the trunk for classifier and encoder',
    instead: 'a pass for each',
    applies: ({ nets }) => nets === 'conv',
  },
  adam: { title: 'our Adam', instead: 'tf.train.adam', applies: () => true },
  unguarded: {
    title: 'no look at whether the loss and the gradients are finite',
    instead: "`nonFinite: 'throw'`, the default",
    applies: () => true,
  },
  'read-seldom': {
    title: 'terms read at every 50th step',
    instead: 'at every step, the default',
    applies: () => true,
  },
  'wasm-kernels': {
    title: 'kernels of `ssvae/wasm`',
    instead: 'those of the stock backend',
    applies: (_, backend) => backend === 'wasm',
  },
  recorded: {
    title: 'steps recorded as a graph',
    instead: 'operation by operation',
    applies: (_, backend) => backend === 'tensorflow',
  },
} as const satisfies Readonly<Record<string, Lever>>;

/** The name of a lever. */
export type LeverName = keyof typeof LEVERS;

/** Names, in the order of the tables. */
export const LEVER_NAMES = Object.keys(LEVERS) as readonly LeverName[];

/** What a run has that leaves every choice at its default and does not read its terms. */
export const DEFAULTS: readonly LeverName[] = LEVER_NAMES.filter(
  (name) => name !== 'unguarded' && name !== 'recorded',
);
