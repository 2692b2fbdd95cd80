import { ones, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { classGaussian } from '../../src/distributions/classGaussian';
import { gaussianKl } from '../../src/divergences/gaussianKl';
import { checkGradient } from '../support/checkGradient';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';
import { alive } from '../support/tiny';

describe('classGaussian', () => {
  cleanUpAfterEach();

  const table = () => ({
    mean: tensor2d([
      [1, -2],
      [3, 0.5],
      [0, 7],
    ]),
    logVar: tensor2d([
      [0, -1],
      [2, 0.25],
      [-3, 1],
    ]),
  });

  it('is the row of each label, exactly', async () => {
    const y = tensor2d([
      [0, 1, 0],
      [1, 0, 0],
    ]);
    const { mean, logVar } = classGaussian(table(), y);
    expect(await read(mean)).toEqual([3, 0.5, 1, -2]);
    expect(await read(logVar)).toEqual([2, 0.25, 0, -1]);
    expect(await read(gaussianKl(classGaussian(table(), y), classGaussian(table(), y)))).toEqual([0, 0]);
  });

  it('has the mean of means and the geometric mean of variances at a soft label', async () => {
    const { mean, logVar } = classGaussian(table(), tensor2d([[0.25, 0.75, 0]]));
    await expectTensor(mean, [[2.5, -0.125]]);
    await expectTensor(logVar, [[1.5, -0.0625]]);
  });

  it('has the gradient finite differences give, in the table and in the labels', async () => {
    const { mean, logVar } = table();
    const y = tensor2d([
      [0.2, 0.5, 0.3],
      [1, 0, 0],
    ]);
    await checkGradient((m, l) => classGaussian({ mean: m as never, logVar }, l as never).mean, [mean, y]);
    await checkGradient(
      (v, l) => classGaussian({ mean, logVar: v as never }, l as never).logVar,
      [logVar, y],
    );
  });

  it('leaves two tensors', () => {
    const [given, y] = [table(), ones([2, 3])];
    const before = alive().tensors;
    classGaussian(given, y);
    expect(alive().tensors - before).toBe(2);
  });

  it('names what came and what was needed', () => {
    expect(() => classGaussian(table(), zeros([2, 4]))).toThrow(
      new RangeError('classGaussian: labels has shape [2,4], needed [R,K] = [R,3]'),
    );
    expect(() => classGaussian({ ...table(), logVar: zeros([3, 1]) }, zeros([2, 3]))).toThrow(
      'classGaussian: table.logVar has shape [3,1]',
    );
    expect(() => classGaussian(undefined as never, zeros([2, 3]))).toThrow(
      'classGaussian: table.mean is undefined',
    );
  });
});
