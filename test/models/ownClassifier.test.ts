import { clone, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/evaluation/calibrate';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import type { Classifier } from '../../src/models/model';
import { predict } from '../../src/models/predict';
import { cleanUpAfterEach } from '../support/numbers';

const own: Classifier = {
  inputShape: [2],
  classes: 2,
  variables: {},
  spec: null,
  classify: (x) => clone(x as Tensor2D),
  dispose() {},
};
const x = Float32Array.of(2, 0, 0, 1);
const y = [0, 1];

const without = (name: keyof Classifier): Classifier => {
  const { [name]: _, ...others } = own;
  return others as Classifier;
};

describe('a classifier of your own', () => {
  cleanUpAfterEach();

  it('classifies', async () => {
    expect(Array.from((await predict(own, x)).labels)).toEqual([0, 1]);
    expect((await predict({ ...own, temperature: 4 }, x)).probabilities[0]).toBeCloseTo(0.6225, 4);
  });

  it.each<[string, Classifier, string]>([
    ['a shape', without('inputShape'), 'model.inputShape is undefined, needed the shape of one example'],
    ['classes', without('classes'), 'model.classes is undefined, needed an integer of at least 1'],
    ['variables', without('variables'), 'model.variables is undefined, needed'],
    [
      'a temperature of the right name',
      { ...own, temperatur: 4 } as Classifier,
      'model.temperatur is not a part of a model, needed another name: did you mean temperature?',
    ],
    [
      'names of the right name',
      { ...own, classnames: ['a', 'b'] } as Classifier,
      'model.classnames is not a part of a model, needed another name: did you mean classNames?',
    ],
    ['logits', { ...own, temperature: 2, classify: () => undefined as never }, 'the classifier’s logits'],
  ])('is refused without %s', async (_, model, reason) => {
    await expect(predict(model, x)).rejects.toThrow(`predict: ${reason}`);
    await expect(evaluateClassifier(model, { x, y })).rejects.toThrow(`evaluateClassifier: ${reason}`);
    if (reason.startsWith('model'))
      await expect(calibrate(model, { x, y })).rejects.toThrow(`calibrate: ${reason}`);
  });
});
