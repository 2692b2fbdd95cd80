import { type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { assertInteger, assertNumber, assertOneOf } from '../../src/core/assert';
import { describe as describeValue } from '../../src/core/describe';
import { assertShapes, type Shaped } from '../../src/core/shape';
import { cleanUpAfterEach } from '../support/numbers';

const disposed = (x: Tensor): Tensor => {
  x.dispose();
  return x;
};

const of = (...shape: number[]): Shaped => ({ shape });

describe('assertShapes', () => {
  cleanUpAfterEach();

  it('returns the size of each named axis', () => {
    expect(assertShapes('f', { x: [zeros([2, 3, 4]), 'B ...'], y: [zeros([2, 5]), 'B K'] })).toEqual({
      B: 2,
      K: 5,
    });
  });

  it('accepts any object with a shape, so that a second copy of tfjs works', () => {
    expect(assertShapes('f', { x: [of(2, 3), 'B K'] })).toEqual({ B: 2, K: 3 });
  });

  it('takes a number as a size, and no axes as a scalar', () => {
    expect(assertShapes('f', { x: [of(2, 3), 'B 3'], s: [of(), ''] })).toMatchObject({ B: 2 });
  });

  it('accepts any further axes in place of dots, if they agree', () => {
    expect(assertShapes('f', { x: [of(2), 'B ...'], y: [of(2), 'B ...'] })).toEqual({ B: 2 });
    expect(assertShapes('f', { x: [of(2, 3, 4), 'B ...'], y: [of(2, 3, 4), 'B ...'] })).toEqual({ B: 2 });
  });

  it.each<readonly [string, Parameters<typeof assertShapes>[1], string]>([
    [
      'what would broadcast',
      { x: [of(2, 3), 'B K'], y: [of(2, 1), 'B K'] },
      'f: y has shape [2,1], needed [B,K] = [2,3]',
    ],
    ['another rank', { x: [of(2, 3, 1), 'B K'] }, 'f: x has shape [2,3,1], needed [B,K]'],
    ['too small a rank for dots', { x: [of(), 'B ...'] }, 'f: x has shape [], needed [B,...]'],
    ['another size than a number', { x: [of(2, 4), 'B 3'] }, 'f: x has shape [2,4], needed [B,3]'],
    [
      'other further axes',
      { x: [of(2, 3, 4), 'B ...'], y: [of(2, 4, 3), 'B ...'] },
      'f: y has shape [2,4,3], needed [B,...] = [2,3,4]',
    ],
    ['a scalar that is none', { x: [of(1), ''] }, 'f: x has shape [1], needed []'],
  ])('names what came and what was needed: %s', (_, arguments_, message) => {
    expect(() => assertShapes('f', arguments_)).toThrowError(new RangeError(message));
  });

  // Each as a caller without types might pass it.
  const wrong: unknown[] = [undefined, null, [1, 2], 'x', 3, () => 0, {}, new Map()];
  it.each(wrong)('says what came in place of a tensor: %s', (value) => {
    expect(() => assertShapes('f', { x: [value as Shaped, 'B K'] })).toThrowError(
      new TypeError(`f: x is ${describeValue(value)}, needed a tensor [B K]`),
    );
  });

  it.each<readonly [string, () => Tensor, string]>([
    ['disposed', () => disposed(zeros([2, 3])), 'f: x is disposed, needed a living tensor'],
    ['empty', () => zeros([0, 3]), 'f: x has shape [0,3], needed at least 1 along each axis'],
    ['of texts', () => tensor([['a']]), 'f: x has dtype string, needed numbers'],
  ])('refuses a tensor that is %s', (_, make, message) => {
    expect(() => assertShapes('f', { x: [make(), 'B K'] })).toThrow(message);
  });

  it('describes values shortly', () => {
    expect(describeValue('x'.repeat(1e6))).toHaveLength(103);
    expect([...wrong, of(2, 3)].map(describeValue)).toEqual([
      'undefined',
      'null',
      'an array of 2',
      '"x"',
      '3',
      'a function',
      'Object',
      'Map',
      'a tensor [2,3]',
    ]);
  });
});

describe('checks of plain arguments', () => {
  it.each([
    [
      () => assertNumber('f', 'a', '1', 'a number above 0', (v) => v > 0),
      'f: a is "1", needed a number above 0',
    ],
    [() => assertNumber('f', 'a', 0, 'a number above 0', (v) => v > 0), 'f: a is 0, needed a number above 0'],
    [() => assertInteger('f', 'n', 1.5), 'f: n is 1.5, needed an integer of at least 1'],
    [() => assertInteger('f', 'n', 2, 3), 'f: n is 2, needed an integer of at least 3'],
    [() => assertInteger('f', 'n', undefined), 'f: n is undefined, needed an integer of at least 1'],
    [() => assertOneOf('f', 'kind', 'c', ['a', 'b']), 'f: kind is "c", needed one of "a", "b"'],
  ])('name function, argument, what came and what was needed: %#', (check, message) => {
    expect(check).toThrowError(new RangeError(message));
  });

  it('let through what fits', () => {
    expect(() => {
      assertNumber('f', 'a', 1, 'a number above 0', (v) => v > 0);
      assertInteger('f', 'n', 3, 3);
      assertOneOf('f', 'kind', 'b', ['a', 'b']);
    }).not.toThrow();
  });
});
