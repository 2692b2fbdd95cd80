/** What a part of a model is: a program over its nets, in the operations of any format. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Operations } from './operations';

/** A part of a model. */
export type PartName = 'classifier' | 'encoder' | 'decoder';

/** Nets of a model by name. */
export type Nets = Readonly<Record<string, LayersModel>>;
/** Shapes by name, without the batch axis. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** What a program runs with. */
export interface Program<V> {
  readonly ops: Operations<V>;
  /** those of the inputs with these names that the part has, in this order */
  inputs(...names: readonly string[]): readonly V[];
  /** what a net of the model gives: one value for each of its outputs */
  net(name: string, ...inputs: readonly V[]): readonly V[];
  /** the first of them */
  one(name: string, ...inputs: readonly V[]): V;
  /** x as the nets see it */
  seen(): V;
}

/** A part: its inputs, and how its outputs come of them. */
export interface Part {
  /** shapes by name, without the batch axis */
  readonly inputs: Shapes;
  outputs<V>(program: Program<V>): Readonly<Record<string, V>>;
}

/** The parts that a model has. */
export type Parts = Readonly<Partial<Record<PartName, Part>>>;

/** The two outputs of a net of a Gaussian. */
export const gaussian = <V>([mean, logVar]: readonly V[]) => ({ mean: mean as V, logVar: logVar as V });
