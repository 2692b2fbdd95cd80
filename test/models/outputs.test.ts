import { softmax, type Tensor, type Tensor2D, tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { oneHotLabels } from '../../src/core/labels';
import { createNoise } from '../../src/core/noise';
import { sizeOf } from '../../src/core/shape';
import * as bernoulli from '../../src/distributions/bernoulli';
import * as categorical from '../../src/distributions/categorical';
import type { Inputs } from '../../src/models/openInputs';
import { embed, predict } from '../../src/models/predict';
import { cleanUpAfterEach, expectClose, read, readRows } from '../support/numbers';
import {
  alive,
  CLASSES,
  CONV,
  LATENT,
  SHAPE,
  tinyDataset,
  tinyExamples,
  tinyM1,
  tinyM2,
} from '../support/tiny';
import { busyFor, ticksDuring } from '../support/waiting';

const { x: bytes } = tinyDataset(7, 5);
const floats = Float32Array.from(bytes, (byte) => byte / 255);

describe('generate and reconstruct', () => {
  cleanUpAfterEach();

  it('gives the mean image of each class at codes of the seed', async () => {
    const model = tinyM2();
    const images = model.generate([2, 0], createNoise(3));
    const z = createNoise(3).split('generate').normal([2, LATENT]);
    const expected = bernoulli.mean(model.decode(z, oneHotLabels('test', [2, 0], CLASSES)));
    expectClose(await read(images), await read(expected));
  });

  it('generates the same images from the same seed, and others from another seed or other labels', async () => {
    const model = tinyM2();
    const draw = (labels: number[], seed: number) => read(model.generate(labels, createNoise(seed)));
    const first = await draw([0, 1], 3);
    expect(await draw([0, 1], 3)).toEqual(first);
    expect(await draw([0, 1], 4)).not.toEqual(first);
    expect(await draw([1, 0], 3)).not.toEqual(first);
  });

  it('reconstructs from the posterior mean, at the label given or the classifier’s own', async () => {
    const model = tinyM2();
    const { x } = tinyExamples(4);
    const at = (y: Tensor) => bernoulli.mean(model.decode(model.encode(x, y).mean, y));
    const labels = oneHotLabels('test', [0, 1, 2, 0], CLASSES);
    expectClose(await read(model.reconstruct(x, labels)), await read(at(labels)));
    const modes = categorical.mode(model.classify(x));
    expectClose(await read(model.reconstruct(x)), await read(at(modes)));
  });

  it('leaves nothing but its result', () => {
    for (const nets of [undefined, CONV]) {
      const model = tinyM2(nets && { nets });
      const { x, y } = tinyExamples(2);
      const before = alive().tensors;
      const made: Tensor[] = [model.classify(x), model.generate([0], createNoise(0)), model.reconstruct(x)];
      const { mean, logVar } = model.encode(x, y);
      made.push(mean, logVar, model.decode(mean, y));
      tidy(() => {
        model.infer(x, { noise: createNoise(0) }).bound(y);
      });
      expect(alive().tensors - before).toBe(made.length);
      model.dispose();
    }
  });
});

describe('a model of your own whose outputs have another shape', () => {
  cleanUpAfterEach();

  it.each([[[3, 2]], [[1, CLASSES]], [[3, CLASSES, 1]]])(
    'is refused by predict: logits %j',
    async (shape) => {
      const model = {
        ...tinyM2(),
        classify: () => tensor(new Float32Array(sizeOf(shape)), shape as never) as Tensor2D,
      };
      await expect(predict(model, new Uint8Array(3 * 64))).rejects.toThrow(
        /^predict: the classifier’s logits has shape \[.*\], needed \[3,3\]/,
      );
    },
  );

  it('is refused by embed', async () => {
    const model = { ...tinyM1(), embed: () => tensor2d([[1, 2]]) };
    await expect(embed(model, new Uint8Array(3 * 64))).rejects.toThrow(
      /^embed: what the model gives for 3 examples has shape \[1,2\], needed \[3,3\]/,
    );
  });
});

describe('predict', () => {
  cleanUpAfterEach();

  it('answers that the class is unknown below a threshold', async () => {
    const model = tinyM2({ classNames: ['left', 'middle', 'right'] });
    const plain = await predict(model, bytes);
    const confidences = Array.from(plain.labels, (label, i) => plain.probabilities[3 * i + label] as number);
    const [threshold = 0] = confidences
      .slice()
      .sort((a, b) => a - b)
      .slice(3);
    const { labels, classNames, probabilities } = await predict(model, bytes, { unknownBelow: threshold });
    expect(labels.filter((label) => label === -1).length).toBe(3);
    for (const [i, confidence] of confidences.entries()) {
      expect(labels[i]).toBe(confidence < threshold ? -1 : plain.labels[i]);
      expect(classNames[i]).toBe(confidence < threshold ? 'unknown' : plain.classNames[i]);
    }
    expect(probabilities).toEqual(plain.probabilities);
    const named = await predict(model, bytes, { unknownBelow: 1, unknownName: 'other' });
    expect(new Set(named.classNames)).toEqual(new Set(['other']));
    expect((await predict(model, bytes, { unknownName: 'left' })).labels).toEqual(plain.labels);
    await expect(predict(model, bytes, { unknownBelow: 0.5, unknownName: 'left' })).rejects.toThrow(
      'predict: unknownName is "left", a class of the model, needed another name for what is of none',
    );
    await expect(predict(model, bytes, { unknownBelow: 1.5 })).rejects.toThrow(
      'predict: unknownBelow is 1.5, needed a number in [0, 1]',
    );
  });

  it('gives q(y|x) and its mode, in batches whose last is short', async () => {
    const model = tinyM2({ nets: CONV });
    const expected = await readRows(softmax(model.classify(tensor(floats, [7, ...SHAPE]))));
    for (const batchSize of [1, 3, 7, 500]) {
      const { labels, probabilities } = await predict(model, floats, { batchSize });
      expectClose(Array.from(probabilities), expected.flat());
      expect(Array.from(labels)).toEqual(expected.map((row) => row.indexOf(Math.max(...row))));
    }
  });

  it('takes bytes for shares of 255, whatever the array they come in', async () => {
    const model = tinyM2();
    const fromBytes = await predict(model, bytes);
    expect(await predict(model, floats)).toEqual(fromBytes);
    expect(await predict(model, Array.from(floats))).toEqual(fromBytes);
    expect(await predict(model, Buffer.from(bytes))).toEqual(fromBytes);
    expect(await predict(model, tensor(floats, [7, ...SHAPE]))).toEqual(fromBytes);
    const offset = new Uint8Array([9, ...bytes]).subarray(1);
    expect(await predict(model, offset)).toEqual(fromBytes);
  });

  it('is empty for no examples', async () => {
    expect(await predict(tinyM2(), new Uint8Array())).toEqual({
      classNames: [],
      labels: new Int32Array(),
      probabilities: new Float32Array(),
    });
  });

  it('leaves no tensor, also when a batch fails', async () => {
    const model = tinyM2();
    const before = alive();
    await predict(model, bytes, { batchSize: 3 });
    await embed(model, bytes, { batchSize: 3 });
    const broken = {
      ...model,
      classify: () => model.decode(model.encode(tensor([])).mean, tensor([])) as never,
    };
    await expect(predict(broken, bytes)).rejects.toThrow();
    expect(alive()).toEqual(before);
  });

  it.each<[string, Inputs, object, Error]>([
    [
      'part of an example',
      new Uint8Array(65),
      {},
      new RangeError('predict: data holds 65 values, needed a multiple of 64 for inputs [8,8,1]'),
    ],
    [
      'a pixel that is no number',
      new Float32Array(128).fill(Number.NaN, 70, 71),
      {},
      new RangeError('predict: data[70] is NaN, needed a number from 0 to 1'),
    ],
    [
      'an array whose scale nobody has said, with the way out',
      new Uint16Array(64) as never,
      {},
      new TypeError(
        'predict: data is Uint16Array, needed bytes, float32 values, numbers or a tensor: Float32Array.from(data, Number), divided by 255 where they are bytes',
      ),
    ],
    [
      'the pixels of a canvas, which would be read as four images',
      new Uint8ClampedArray(256),
      {},
      new RangeError(
        'predict: data holds red, green, blue and alpha of each pixel, as a canvas gives them (256 values), needed 1 × [8,8,1]: Uint8Array.from(data.filter((_, i) => i % 4 === 0)); if it holds no alpha, Uint8Array.from(data)',
      ),
    ],
    [
      'grey pixels with alpha, whatever array they come in',
      Float32Array.from({ length: 256 }, (_, i) => (i % 4 === 3 ? 1 : (i >> 2) / 64)),
      {},
      new RangeError(
        'predict: data holds red, green, blue and alpha of each pixel, as a canvas gives them (256 values), needed 1 × [8,8,1]: Uint8Array.from(data.filter((_, i) => i % 4 === 0))',
      ),
    ],
    [
      'numbers from 0 to 255, which a Bernoulli likelihood is no density of',
      Array.from({ length: 64 }, (_, i) => (i === 0 ? 1 : 200)),
      {},
      new RangeError(
        'predict: data[1] is 200, needed a number from 0 to 1; the values go from 1 to 200: divide by 255, or hand over the bytes',
      ),
    ],
    [
      'a text among the numbers',
      [...Array.from({ length: 63 }, () => 0), '1'] as never,
      {},
      new RangeError(
        'predict: data[63] is "1", needed a number: the model reads numbers alone, as it was made without data of columns, vectors, text or images',
      ),
    ],
    [
      'an option that is none',
      bytes,
      { batch: 10 },
      new RangeError(
        'predict: batch is not an option, needed batchSize, covariates, unknownBelow, unknownName',
      ),
    ],
    [
      'no batch',
      bytes,
      { batchSize: 0 },
      new RangeError('predict: batchSize is 0, needed an integer of at least 1'),
    ],
  ])('refuses %s', async (_, data, options, error) => {
    await expect(predict(tinyM2(), data, options)).rejects.toThrowError(error);
  });

  it('refuses to call a diverged model’s NaN a class', async () => {
    const model = tinyM2();
    model.variables['classifier/logits/bias']?.assign(tensor([0, Number.NaN, 0]));
    await expect(predict(model, bytes)).rejects.toThrowError(
      new RangeError('predict: example 0 gives NaN, needed a model of finite weights'),
    );
  });
});

describe('predict on many examples', () => {
  cleanUpAfterEach();

  it('gives way to timers between batches', async () => {
    const model = tinyM2();
    const slow = {
      ...model,
      classify(x: Tensor) {
        busyFor(20);
        return model.classify(x);
      },
    };
    expect(await ticksDuring(() => predict(slow, bytes, { batchSize: 1 }))).toBeGreaterThan(1);
  });
});

describe('embed', () => {
  cleanUpAfterEach();

  it('gives the posterior means where the posterior is q(z|x)', async () => {
    const model = tinyM2({ encoderSeesLabel: false });
    const expected = await read(model.encode(tensor(floats, [7, ...SHAPE])).mean);
    expectClose(Array.from(await embed(model, bytes, { batchSize: 3 })), expected);
  });

  it('averages them over q(y|x) where it is q(z|x,y)', async () => {
    const model = tinyM2();
    const x = tensor(floats, [7, ...SHAPE]);
    const { probabilities } = await predict(model, floats);
    const expected = new Array<number>(7 * LATENT).fill(0);
    for (let k = 0; k < CLASSES; k++) {
      const means = await read(model.encode(x, oneHotLabels('test', new Array(7).fill(k), CLASSES)).mean);
      for (const [i, mean] of means.entries()) {
        const share = probabilities[Math.floor(i / LATENT) * CLASSES + k] as number;
        expected[i] = (expected[i] as number) + share * mean;
      }
    }
    expectClose(Array.from(await embed(model, bytes)), expected);
  });
});
