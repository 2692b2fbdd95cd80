import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/dataset';
import { labelPriorOf } from '../../src/data/labelPriorOf';
import { createM2 } from '../../src/models/m2/model';

describe('labelPriorOf', () => {
  it('gives the shares of the known classes, smoothed', () => {
    const y = [0, 0, 0, 1, -1, 255];
    expect(labelPriorOf(y, { classes: 2, smoothing: 0 })).toEqual([0.75, 0.25]);
    expect(labelPriorOf(y, { classes: 4 })).toEqual([4 / 8, 2 / 8, 1 / 8, 1 / 8]);
    expect(labelPriorOf([], { classes: 2 })).toEqual([0.5, 0.5]);
  });

  it('reads a data set, and its prior is one of a model', () => {
    const data = createDataset({ name: 'd', x: new Uint8Array(8), y: [0, 0, 1, -1], shape: [2], classes: 3 });
    const labelPrior = labelPriorOf(data, { smoothing: 0.5 });
    expect(labelPrior).toEqual([2.5 / 4.5, 1.5 / 4.5, 0.5 / 4.5]);
    const model = createM2({ data, labelPrior });
    expect(model.labelPrior).toBe(labelPrior);
    model.dispose();
    expect(() => labelPriorOf(data, { classes: 2 })).toThrow(
      'labelPriorOf: classes is 2, needed 3, as in the data set',
    );
  });

  it('refuses labels without classes, a class of no probability, and a label beyond them', () => {
    expect(() => labelPriorOf([0, 1])).toThrow(
      'labelPriorOf: classes is undefined, needed the number of classes',
    );
    expect(() => labelPriorOf([0], { classes: 2, smoothing: 0 })).toThrow(
      'labelPriorOf: class 1 has no example, needed one of each class, or smoothing above 0',
    );
    expect(() => labelPriorOf([0, 2], { classes: 2 })).toThrow('labelPriorOf: data[1] is 2');
  });
});
