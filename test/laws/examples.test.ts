/** Evaluates the `@example` lines of the source, so that no number in the documentation is made up. */
import { readdirSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { cleanUpAfterEach } from '../support/numbers';

const ROOMS = ['core', 'distributions', 'divergences', 'regularizers', 'bounds'];
const NAMESPACES = ['gaussian', 'categorical', 'bernoulli', 'continuousBernoulli', 'poisson'];
const EXAMPLE = /^ \* @example (.+?) \/\/ (.+)$/gm;

interface Example {
  readonly call: string;
  readonly answer: string;
}

const folder = (room: string): URL => new URL(`../../src/${room}/`, import.meta.url);

const filesOf = (room: string): string[] => readdirSync(folder(room)).filter((file) => file.endsWith('.ts'));

const examplesOf = (room: string): Example[] =>
  filesOf(room).flatMap((file) =>
    Array.from(
      readFileSync(new URL(file, folder(room)), 'utf8').matchAll(EXAMPLE),
      ([, call = '', answer = '']) => ({
        call,
        answer,
      }),
    ),
  );

/** What an example may name: every export of the rooms, tf, a stream, and a Gaussian q. */
const scope: Record<string, unknown> = {};
for (const room of ROOMS) {
  for (const file of filesOf(room)) {
    const module: Record<string, unknown> = await import(
      /* @vite-ignore */ new URL(file, folder(room)).pathname
    );
    const name = file.replace('.ts', '');
    Object.assign(scope, NAMESPACES.includes(name) ? { [name]: module } : module);
  }
}

const evaluate = (expression: string, names: Readonly<Record<string, unknown>>): unknown =>
  new Function(...Object.keys(names), `return (${expression})`)(...Object.values(names));

/** Tensors as nested numbers, wherever they stand. */
const toNumbers = async (value: unknown): Promise<unknown> => {
  if (value instanceof tf.Tensor) return value.array();
  if (Array.isArray(value)) return Promise.all(value.map(toNumbers));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([name, entry]) => [name, await toNumbers(entry)] as const);
  return Object.fromEntries(await Promise.all(entries));
};

/** The answer, with what float32 may stray from a number of its size; a checksum is exact. */
const within = (value: unknown): unknown => {
  if (typeof value === 'number') {
    const digits = Math.ceil(Math.log10(Math.max(1, Math.abs(value))));
    return digits > 7 ? value : expect.closeTo(value, 5 - digits);
  }
  if (Array.isArray(value)) return value.map(within);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, within(entry)]));
};

describe.each(ROOMS)('the examples of %s', (room) => {
  cleanUpAfterEach();

  it('are some', () => {
    expect(examplesOf(room).length).toBeGreaterThan(3);
  });

  it.each(examplesOf(room))('hold: $call', async ({ call, answer }) => {
    const q = { mean: tf.tensor2d([[0.5]]), logVar: tf.tensor2d([[-1]]) };
    const actual = await toNumbers(evaluate(call, { ...scope, tf, q, noise: createNoise(1) }));
    expect(actual).toEqual(within(evaluate(answer, {})));
  });
});
