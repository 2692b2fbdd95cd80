/** Adam's moments: running means of gradients and of their squares, by the name of their variable. */
import { dispose, tidy, type Variable, variable, zerosLike } from '@tensorflow/tfjs-core';
import { describe, formatShape } from '../../core/describe';
import { sameShape } from '../../core/shape';
import { own } from '../../files/json';
import type { Optimizer } from './optimizer';

/** Moments of a variable. */
export interface Moments {
  /** the variable; unknown after `restore` without variables */
  target?: Variable;
  /** m, of the gradient */
  readonly first: Variable;
  /** v, of its square */
  readonly second: Variable;
  /** updates so far */
  updates: number;
}

/** Moments of all variables, which can be saved and restored. */
export interface AdamMoments extends Pick<Optimizer, 'state' | 'restore' | 'dispose'> {
  readonly isDisposed: boolean;
  /** moments of a variable, zeros at its first update */
  of(name: string, target: Variable): Moments;
  /** moments of a variable that has been updated */
  find(name: string): Moments | undefined;
  /** Refuses variables that the moments are not of, and to be used after `dispose`. */
  assertFit(variables: Readonly<Record<string, Variable>>, names: readonly string[]): void;
}

type Stored = Parameters<Optimizer['restore']>;

/** Moments of each variable in a state; refuses a state that is incomplete or of other variables. */
const momentsIn = ({ tensors, counts }: Stored[0], variables: Stored[1]): readonly [string, Moments][] => {
  const found = Object.entries(counts).map(([name, updates]): [string, Moments] => {
    const [first, second] = [tensors[`first/${name}`], tensors[`second/${name}`]];
    if (first === undefined || second === undefined) {
      throw new RangeError(
        `adam.restore: moments of ${describe(name)} are ${describe(first)} and ${describe(second)}, needed both`,
      );
    }
    const { shape } = variables === undefined ? first : (own(variables, name) ?? { shape: undefined });
    for (const moment of [first, second])
      if (shape === undefined || formatShape(moment.shape) !== formatShape(shape))
        throw new RangeError(
          `adam.restore: a moment of ${describe(name)} is ${formatShape(moment.shape)}, needed ${shape ? formatShape(shape) : 'a variable of the model'}`,
        );
    return [name, { first: first as Variable, second: second as Variable, updates }];
  });
  if (Object.keys(tensors).length !== 2 * found.length)
    throw new RangeError(
      `adam.restore: there are ${Object.keys(tensors).length} moments, needed two for each of ${found.length} counts`,
    );
  const none = found.find(([, { updates }]) => updates < 1);
  if (none)
    throw new RangeError(
      `adam.restore: ${describe(none[0])} has ${none[1].updates} updates, needed at least 1`,
    );
  return found;
};

/** Refuses a variable that the moments are not of. */
const assertOf = (name: string, { first, target: known }: Moments, target: Variable): void => {
  if (!sameShape(first.shape, target.shape))
    throw new RangeError(
      `adam.apply: the moments of ${describe(name)} are ${formatShape(first.shape)}, the variable ${formatShape(target.shape)}; needed an optimizer for each model`,
    );
  if (known !== undefined && known !== target)
    throw new RangeError(
      `adam.apply: the moments of ${describe(name)} are those of another model's variable, needed an optimizer for each model`,
    );
};

/** Moments before the first update of a variable. */
const zeroMoments = (target: Variable): Moments =>
  // `variable` keeps the tensor that it is given, so each moment needs its own zeros.
  tidy(() => ({
    target,
    first: variable(zerosLike(target), false),
    second: variable(zerosLike(target), false),
    updates: 0,
  }));

/** Moments of the same values. */
const copyOf = ({ first, second, updates }: Moments, target: Variable | undefined): Moments =>
  tidy(() => ({
    first: variable(first.clone(), false),
    second: variable(second.clone(), false),
    updates,
    ...(target && { target }),
  }));

/** Moments by name, as a checkpoint holds them. */
const stateOf = (moments: ReadonlyMap<string, Moments>): Optimizer['state'] => {
  const entries = [...moments].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    tensors: Object.fromEntries(
      entries.flatMap(([name, { first, second }]) => [
        [`first/${name}`, first],
        [`second/${name}`, second],
      ]),
    ),
    counts: Object.fromEntries(entries.map(([name, { updates }]) => [name, updates])),
  };
};

/** Moments of no variable yet. */
export function createMoments(): AdamMoments {
  const moments = new Map<string, Moments>();
  let isDisposed = false;
  const assertUsable = (where: string): void => {
    if (isDisposed) throw new RangeError(`${where}: the optimizer is disposed, needed one that is not`);
  };
  const clear = (): void => {
    for (const { first, second } of moments.values()) dispose([first, second]);
    moments.clear();
  };
  return {
    of(name, target) {
      assertUsable('adam.apply');
      const known = moments.get(name) ?? zeroMoments(target);
      known.target ??= target;
      moments.set(name, known);
      return known;
    },
    find: (name) => moments.get(name),
    assertFit(variables, names) {
      assertUsable('adam.apply');
      for (const name of names) {
        const [known, target] = [moments.get(name), own(variables, name)];
        if (known !== undefined && target !== undefined) assertOf(name, known, target);
      }
    },
    get state() {
      return stateOf(moments);
    },
    restore(state, variables) {
      assertUsable('adam.restore');
      // Copied before the former state is freed: the given state may be the same one.
      const copies = momentsIn(state, variables).map(([name, given]): [string, Moments] => [
        name,
        copyOf(given, variables?.[name]),
      ]);
      clear();
      for (const [name, copied] of copies) moments.set(name, copied);
    },
    dispose() {
      isDisposed = true;
      clear();
    },
    get isDisposed() {
      return isDisposed;
    },
  };
}
