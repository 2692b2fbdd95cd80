import { tensor, variable } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createAdam } from '../../../src/training/optimizer/adam';
import { type RunOptimizer, restoreAll } from '../../../src/training/optimizer/optimizers';
import { cleanUpAfterEach } from '../../support/numbers';
import { alive } from '../../support/tiny';

cleanUpAfterEach();

describe('restoreAll', () => {
  it('leaves every optimizer as it was where one refuses its state', () => {
    const used = (name: string): RunOptimizer => {
      const variables = { w: variable(tensor([1, 2])) };
      const optimizer = createAdam();
      optimizer.apply(variables, { w: tensor([0.5, -1]) }, 0);
      return { name, optimizer, variables };
    };
    const optimizers = [used('first'), used('second')];
    const read = () =>
      optimizers.map(({ optimizer: { state } }) => [
        state.counts,
        Object.values(state.tensors).map((moment) => Array.from(moment.dataSync())),
      ]);
    const moments = { 'first/w': tensor([7, 7]), 'second/w': tensor([7, 7]) };
    const [start, before] = [read(), alive()];
    expect(() =>
      restoreAll(optimizers, [
        { tensors: moments, counts: { w: 9 } },
        { tensors: { 'first/w': moments['first/w'] }, counts: { w: 9 } },
      ]),
    ).toThrow('adam.restore: moments of "w"');
    expect(read()).toEqual(start);
    expect(alive()).toEqual(before);
    for (const { optimizer } of optimizers) optimizer.dispose();
  });
});
