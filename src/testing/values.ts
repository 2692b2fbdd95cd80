/** Numbers of tensors, and how two lots of them differ. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { backendTraits } from '../host/backendTraits';
import type { Model } from '../models/model';

/** Numbers by the name of what they are of. */
export type Values = Readonly<Record<string, readonly number[]>>;

/** What two like runs may differ by here. */
export const runTolerance = (tolerance: number): number => (backendTraits().repeats ? 0 : tolerance);

/** The numbers of tensors, copied. */
export async function valuesOf(tensors: Readonly<Record<string, Tensor>>): Promise<Values> {
  const values: Record<string, readonly number[]> = {};
  for (const [name, tensor] of Object.entries(tensors)) values[name] = Array.from(await tensor.data());
  return values;
}

/** The numbers of every variable. */
export const weightsOf = ({ variables }: Model): Promise<Values> => valuesOf(variables);

/** The first number that is NaN or infinite, in words; `undefined` where there is none. */
export function nonFiniteAmong(values: Values): string | undefined {
  for (const [name, numbers] of Object.entries(values)) {
    const bad = numbers.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) return `${name}[${bad}] is ${numbers[bad]}`;
  }
  return undefined;
}

const isNear = (a: number, b: number, tolerance: number): boolean =>
  Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));

/**
 * The first number that is not the expected one, in words; `undefined` where there is none.
 *
 * @param tolerance relative to the larger of 1 and the number expected
 */
export function difference(actual: Values, expected: Values, tolerance: number): string | undefined {
  for (const [name, numbers] of Object.entries(expected)) {
    const came = actual[name];
    if (came?.length !== numbers.length)
      return `${name} has ${came?.length ?? 'no'} numbers, needed ${numbers.length}`;
    const stray = numbers.findIndex((value, i) => !isNear(came[i] as number, value, tolerance));
    if (stray >= 0) return `${name}[${stray}] is ${came[stray]}, needed ${numbers[stray]}`;
  }
  return undefined;
}

/** Names of those that differ at all. */
export const changedAmong = (before: Values, after: Values): readonly string[] =>
  Object.keys(before).filter(
    (name) => difference({ [name]: after[name] ?? [] }, { [name]: before[name] ?? [] }, 0) !== undefined,
  );

/** A few names of a list, for an error text. */
export const listed = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 6).join(', ')} and ${names.length - 6} more` : names.join(', ');

/** `1 tensor`, `2 tensors`. */
export const countedTensors = (count: number): string => `${count} tensor${count === 1 ? '' : 's'}`;
