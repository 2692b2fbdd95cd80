import { fill, slice, sum, type Tensor, tensor2d, tile, variableGrads, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as bernoulli from '../../src/distributions/bernoulli';
import { categoricalObservation } from '../../src/distributions/categoricalObservation';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { type MixedOptions, mixed, READY_MIXED } from '../../src/distributions/mixed';
import * as poisson from '../../src/distributions/poisson';
import { checkGradient, expectNoLeak } from '../support/checkGradient';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';

/** x = [2 numbers, 3 levels, 1 flag, 1 count, masks of the second number, the levels and the count] */
const BLOCKS: MixedOptions['blocks'] = [
  { kind: 'numbers', width: 2, variance: 'fixed', sd: [2, 0.5], masks: [null, 7] },
  { kind: 'levels', width: 3, masks: [8] },
  { kind: 'flags', width: 1 },
  { kind: 'counts', width: 1, distribution: 'poisson', masks: [9] },
  { kind: 'masks', width: 3 },
];
const table = mixed({ blocks: BLOCKS });
const parameters = (): Tensor =>
  tensor2d([
    [0.1, -0.4, 1, 0, -1, 0.7, 1.2],
    [0.9, 0.4, -1, 2, 0.5, -0.7, 0.2],
  ]);
const x = (): Tensor =>
  tensor2d([
    [0.5, -1, 0, 1, 0, 1, 3, 1, 1, 1],
    [-0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ]);

const { logProb: normal } = gaussianObservation();

describe('mixed', () => {
  cleanUpAfterEach();

  it('is the sum of the blocks’ log-likelihoods, in the unit of the original numbers', async () => {
    const numbers = await read(normal(tensor2d([[0.1, -0.4]]), tensor2d([[0.5, -1]])));
    const levels = await read(
      categoricalObservation({ levels: [3] }).logProb(tensor2d([[1, 0, -1]]), tensor2d([[0, 1, 0]])),
    );
    const flags = await read(bernoulli.logProb(tensor2d([[0.7]]), tensor2d([[1]])));
    const counts = await read(poisson.logProb(tensor2d([[1.2]]), tensor2d([[3]])));
    const expected = [numbers, levels, flags, counts].flat() as [number, number, number, number];
    expected[0] -= Math.log(2) + Math.log(0.5);
    const byBlock = table.logProbByBlock(parameters(), x());
    const [first] = await read(table.logProb(parameters(), x()));
    expect(Object.keys(byBlock)).toEqual(['numbers.0', 'levels.1', 'flags.2', 'counts.3']);
    const rows = await Promise.all(Object.values(byBlock).map((block) => read(block)));
    expectClose(
      rows.map(([row]) => row as number),
      expected,
    );
    expectClose([first as number], [expected.reduce((total, term) => total + term)]);
  });

  it('counts known values alone where a row is missing in most of its columns', async () => {
    const [, second] = await read(table.logProb(parameters(), x()));
    const [number] = await read(normal(tensor2d([[0.9]]), tensor2d([[-0.5]])));
    const [flag] = await read(bernoulli.logProb(tensor2d([[-0.7]]), tensor2d([[0]])));
    expectClose([second as number], [(number as number) - Math.log(2) + (flag as number)]);
  });

  it('lets nothing of a missing value into value or gradient', async () => {
    const of = (p: Tensor): Tensor => table.logProb(p, x());
    await checkGradient(of, [parameters()]);
    const moved = parameters().arraySync() as number[][];
    for (const column of [1, 2, 3, 4, 6]) (moved[1] as number[])[column] = 9;
    expect(await read(of(tensor2d(moved)))).toEqual(await read(of(parameters())));
  });

  it('is the same with observed of ones, bit for bit, and 0 with zeros', async () => {
    const all = await read(table.logProb(parameters(), x()));
    expect(await read(table.logProb(parameters(), x(), { observed: fill([2, 10], 1) }))).toEqual(all);
    const none = await read(table.logProb(parameters(), x(), { observed: zeros([2, 10]) }));
    expect(none.map(Math.abs)).toEqual([0, 0]);
  });

  it('is the same whether a mask in x or observed says that a value is missing', async () => {
    const known = tensor2d([[1, 0, 0, 0, 0, 1, 0, 1, 1, 1]]);
    const row = tensor2d([[-0.5, 0, 0, 0, 0, 0, 0, 1, 1, 1]]);
    const own = tensor2d([(parameters().arraySync() as number[][])[1] as number[]]);
    const [, second] = await read(table.logProb(parameters(), x()));
    expect(await read(table.logProb(own, row, { observed: known }))).toEqual([second]);
  });

  it('has draws of its mean, and 1 for masks', async () => {
    const rows = tile(slice(parameters(), [0, 0], [1, 7]), [6000, 1]);
    const mean = await read(table.mean(slice(parameters(), [0, 0], [1, 7])));
    const draws = await read(table.sample(rows, createNoise(2)));
    expect(mean.slice(7)).toEqual([1, 1, 1]);
    for (const column of [0, 1, 2, 3, 4, 5, 6])
      expectWithinError(
        draws.filter((_, i) => i % 10 === column),
        mean[column] as number,
      );
    expect(draws.filter((_, i) => i % 10 > 6).every((value) => value === 1)).toBe(true);
  });

  it('asks the decoder for what its blocks read, and nothing for masks', () => {
    const learned = mixed({
      blocks: [
        { kind: 'numbers', width: 2, variance: 'learned' },
        { kind: 'counts', width: 1, dispersion: 'learned' },
      ],
    });
    expect(learned.parameterShape([3])).toEqual([6]);
    expect(learned.parameterKinds).toEqual(['mean', 'mean', 'logVar', 'logVar', 'logMean', 'logDispersion']);
    expect(learned.variables).toBeUndefined();
    expect(table.parameterShape([10])).toEqual([7]);
    expect(() => table.parameterShape([9])).toThrowError(
      new RangeError('mixed: examples have shape [9], needed [10], the columns of all blocks'),
    );
  });

  it('learns a variance for each number and a dispersion for each count', async () => {
    const own = mixed({
      blocks: [
        { kind: 'numbers', width: 2, name: 'body' },
        { kind: 'counts', width: 1 },
      ],
    });
    expect(Object.keys(own.variables ?? {})).toEqual(['body.logVar', 'counts.1.logTheta']);
    const { grads: found } = variableGrads(() =>
      sum(own.logProb(tensor2d([[0, 1, 1]]), tensor2d([[2, 1, 4]]))),
    );
    const slopes = await Promise.all(Object.values(found).map((slope) => read(slope)));
    // ½·((x − m)²/σ² − 1)
    expectClose(slopes[0] as number[], [1.5, -0.5]);
    expect(slopes[1]).toHaveLength(1);
    own.dispose();
  });

  it('is rebuilt from its spec', async () => {
    const spec = JSON.parse(JSON.stringify(table.spec));
    const again = READY_MIXED.create(READY_MIXED.parse('test', spec));
    expect(again.spec).toEqual(table.spec);
    expect(await read(again.logProb(parameters(), x()))).toEqual(
      await read(table.logProb(parameters(), x())),
    );
  });

  it.each<[string, unknown, string]>([
    ['no blocks', [], 'blocks is an array of 0, needed an array of blocks of columns'],
    [
      'an unknown kind',
      [{ kind: 'text', width: 1 }],
      'blocks[0].kind is "text", needed one of "numbers", "levels", "flags", "counts", "masks"',
    ],
    ['one level', [{ kind: 'levels', width: 1 }], 'blocks[0].width is 1, needed an integer of at least 2'],
    [
      'deviations of other columns',
      [{ kind: 'numbers', width: 2, sd: [1] }],
      'blocks[0].sd is an array of 1, needed an array of 2',
    ],
    [
      'a deviation of 0',
      [{ kind: 'numbers', width: 1, sd: [0] }],
      'blocks[0].sd[0] is 0, needed a finite number above 0',
    ],
    [
      'a mask that is a value',
      [{ kind: 'flags', width: 1, masks: [0] }],
      'blocks[0].masks[0] is 0, needed a column of a block of masks, or null',
    ],
    [
      'a mask of nothing',
      [
        { kind: 'flags', width: 1 },
        { kind: 'masks', width: 1 },
      ],
      'column 1 is a mask that no block names, needed it in its masks',
    ],
    [
      'one name twice',
      [
        { kind: 'flags', width: 1, name: 'a' },
        { kind: 'flags', width: 1, name: 'a' },
      ],
      'blocks[1].name is "a", needed a name of its own',
    ],
    [
      'an entry of another kind',
      [{ kind: 'flags', width: 1, sd: [1] }],
      'blocks[0].sd is not an option, needed kind, width, name, masks',
    ],
  ])('refuses %s', (_, blocks, message) => {
    expect(() => mixed({ blocks: blocks as MixedOptions['blocks'] })).toThrow(`mixed: ${message}`);
  });

  it('leaves one tensor behind, and one for each block', () => {
    const inputs = [parameters(), x()] as const;
    expectNoLeak((p) => table.logProb(p, inputs[1]), [inputs[0]], 1);
    expectNoLeak(table.mean, [inputs[0]], 1, false);
    expectNoLeak((p) => table.sample(p, createNoise(0)), [inputs[0]], 1, false);
    expectNoLeak((p) => table.logProbByBlock(p, inputs[1]) as never, [inputs[0]], 4, false);
  });
});
