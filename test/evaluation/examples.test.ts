import { fill, ones, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { createDataset } from '../../src/data/dataset';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { evaluateImportanceBound } from '../../src/evaluation/importanceBound';
import { createM2 } from '../../src/models/m2/model';
import { predict } from '../../src/models/predict';
import { cleanUpAfterEach } from '../support/numbers';
import { alive } from '../support/tiny';

cleanUpAfterEach();

const COUNT = 8;
const x = Float32Array.from({ length: COUNT * 4 }, (_, i) => (i % 2 ? (i % 5) / 5 : 0));
const parts = { name: 'd', x, y: [0, 1, 0, 1, 0, 1, 0, 1], shape: [2, 2, 1], classes: 2 };
const create = (classNames?: readonly string[]) =>
  createM2({
    inputShape: [2, 2, 1],
    classes: 2,
    latent: 2,
    nets: { preset: 'mlp', widths: [4] },
    seed: 1,
    ...(classNames && { classNames }),
  });

describe('evaluation', () => {
  const evaluations = {
    evaluateClassifier: (model: ReturnType<typeof create>, data: ReturnType<typeof createDataset>) =>
      evaluateClassifier(model, data),
    evaluateElbo: (model: ReturnType<typeof create>, data: ReturnType<typeof createDataset>) =>
      evaluateElbo(model, data, { seed: 1 }),
    evaluateImportanceBound: (model: ReturnType<typeof create>, data: ReturnType<typeof createDataset>) =>
      evaluateImportanceBound(model, data, { samples: 2, seed: 1 }),
  };

  it.each(Object.entries(evaluations))(
    '%s refuses data of another shape, number of classes or names of classes',
    async (where, evaluate) => {
      const model = create(['a', 'b']);
      for (const shape of [[4], [1, 4, 1], [2, 2]])
        await expect(evaluate(model, createDataset({ ...parts, shape }))).rejects.toThrow(
          `${where}: the data has inputs [${shape}], the model [2,2,1]; needed the same shape`,
        );
      await expect(evaluate(model, createDataset({ ...parts, classes: 3 }))).rejects.toThrow(
        `${where}: the data has 3 classes, the model 2; needed the same number`,
      );
      await expect(evaluate(model, createDataset({ ...parts, classNames: ['b', 'a'] }))).rejects.toThrow(
        /class 0 .*"b".*"a"/,
      );
      model.dispose();
    },
  );

  it('says how rows that lack a class of the model are read', async () => {
    const nets = { preset: 'mlp', widths: [4] } as const;
    const shared = { inputShape: [2, 2, 1], latent: 2, nets, seed: 1 };
    const model = createM2({ ...shared, classes: 3, classNames: ['a', 'b', 'c'] });
    await expect(evaluateClassifier(model, createDataset(parts))).rejects.toThrowError(
      new RangeError(
        'evaluateClassifier: the data has 2 classes, the model 3; needed the same number: read the data with classNames: model.classNames',
      ),
    );
    model.dispose();
  });

  it('leaves missing values out of the bounds, as training does, and frees everything', async () => {
    const model = create();
    const observed = Float32Array.from(x, (value) => (value === 0 ? 0 : 1));
    const [masked, plain] = [createDataset({ ...parts, observed }), createDataset(parts)];
    const before = alive();
    const { logLikelihood, elbo } = await evaluateElbo(model, masked, { seed: 1, batchSize: 3 });
    const { bound } = await evaluateImportanceBound(model, masked, { samples: 3, seed: 1, batchSize: 3 });
    expect(alive()).toEqual(before);
    expect(logLikelihood).toBeGreaterThan(
      (await evaluateElbo(model, plain, { seed: 1 })).logLikelihood + 0.5,
    );
    const whole = await evaluateImportanceBound(model, plain, { samples: 3, seed: 1 });
    expect(bound).toBeGreaterThan(whole.bound + 0.5);
    expect(elbo).toBeLessThan(0);
    await expect(evaluateElbo(model, { x, observed: [1] }, { seed: 1 })).rejects.toThrow(
      'evaluateElbo: observed has 1 values, needed 32, one for each value of x',
    );
    await expect(evaluateElbo(model, { x, observed: observed.fill(0.5) }, { seed: 1 })).rejects.toThrow(
      'evaluateElbo: observed[0] is 0.5, needed 1 or 0',
    );
    model.dispose();
  });
});

describe('functions of a model', () => {
  it('refuse integer tensors, which are pixels that nothing has scaled', async () => {
    const model = create();
    const pixels = fill([1, 2, 2, 1], 255, 'int32');
    const y = tensor2d([[1, 0]]);
    const message = /x has dtype int32/;
    for (const call of [
      () => model.classify(pixels),
      () => model.embed(pixels),
      () => model.encode(pixels, y),
      () => model.reconstruct(pixels, y),
      () => model.infer(pixels, { noise: createNoise(1) }),
    ])
      expect(call).toThrow(message);
    expect(() => model.decode(ones([1, 2], 'int32'), y)).toThrow(/z has dtype int32/);
    await expect(predict(model, pixels)).rejects.toThrow(/int32/);
    for (const tensor of [pixels, y]) tensor.dispose();
    model.dispose();
  });
});
