import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatRows } from '../../src/bounds/everyLabel';
import { createNoise, streamOf } from '../../src/core/noise';
import { analogies } from '../../src/figures/analogies';
import { classSamples } from '../../src/figures/classSamples';
import { imageGrid } from '../../src/figures/imageGrid';
import { reconstructions } from '../../src/figures/reconstructions';
import type { SemiSupervisedVae } from '../../src/models/model';

describe('imageGrid', () => {
  it('lays images out row by row, with the background between them and in empty places', () => {
    const images = Uint8Array.of(1, 2, 3, 4, /**/ 5, 6, 7, 8, /**/ 9, 10, 11, 12);
    const grid = imageGrid(images, { shape: [2, 2], columns: 2, background: 0 });
    expect({ ...grid, pixels: Array.from(grid.pixels) }).toEqual({
      width: 5,
      height: 5,
      channels: 1,
      // biome-ignore format: the picture as it lies
      pixels: [
        1, 2, 0, 5, 6,
        3, 4, 0, 7, 8,
        0, 0, 0, 0, 0,
        9, 10, 0, 0, 0,
        11, 12, 0, 0, 0,
      ],
    });
  });

  it('keeps the channels of a pixel together', () => {
    const grid = imageGrid(Uint8Array.of(1, 2, 3, 4, 5, 6), {
      shape: [1, 1, 3],
      columns: 1,
      padding: 1,
      background: 9,
    });
    expect([grid.width, grid.height, grid.channels]).toEqual([1, 3, 3]);
    expect(Array.from(grid.pixels)).toEqual([1, 2, 3, 9, 9, 9, 4, 5, 6]);
  });

  it('maps [0, 1] to black and white, and cuts off what lies outside', () => {
    const values = Float32Array.of(0, 0.5, 1, -3, 7);
    const grid = imageGrid(values, { shape: [1, 1], columns: 5, padding: 0 });
    expect(Array.from(grid.pixels)).toEqual([0, 128, 255, 0, 255]);
  });

  it('gives back the bytes of a dataset whatever way they come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
        const shares = Float32Array.from(bytes, (byte) => byte / 255);
        const options = { shape: [1, 2, 1], columns: 3 };
        expect(imageGrid(shares, options)).toEqual(imageGrid(bytes, options));
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('refuses what is not an image', () => {
    expect(() => imageGrid(new Uint8Array(0), { shape: [2, 2] })).toThrow('imageGrid: images hold 0 values');
    expect(() => imageGrid(new Uint8Array(5), { shape: [2, 2] })).toThrow(
      'needed a multiple of 4 for images [2,2]',
    );
    expect(() => imageGrid(new Uint8Array(8), { shape: [2, 2, 2] })).toThrow(
      'imageGrid: shape is [2,2,2], needed',
    );
    expect(() => imageGrid(new Uint8Array(4), { shape: [4] })).toThrow(
      'imageGrid: shape is [4], needed [height,width]',
    );
    expect(() => imageGrid(Float32Array.of(Number.NaN), { shape: [1, 1] })).toThrow(
      'imageGrid: an image holds NaN',
    );
    expect(() => imageGrid(new Uint8Array(4), { shape: [2, 2], columns: 0 })).toThrow(
      'imageGrid: columns is 0',
    );
  });
});

/** Images of one pixel. x = z + y/10 for class y, so z = x − y/10; the classifier takes everything for class 2. */
const onePixel: SemiSupervisedVae = {
  inputShape: [1, 1, 1],
  classes: 3,
  latent: 1,
  variables: {},
  spec: null,
  labelPrior: [1 / 3, 1 / 3, 1 / 3],
  likelihood: {
    parameterShape: (valueShape) => valueShape,
    logProb: (parameters) => tf.zeros([parameters.shape[0] ?? 0]),
    mean: (parameters) => tf.reshape(parameters, [-1, 1, 1, 1]),
    sample: (parameters) => parameters.clone(),
  },
  classify: (x) => tf.tile(tf.tensor2d([[0, 0, 1]]), [x.shape[0] ?? 0, 1]),
  infer: () => {
    throw new Error('needed by no figure');
  },
  embed: (x) => tf.reshape(x, [-1, 1]),
  generate: (labels, seed) =>
    tf.tidy(() =>
      tf.reshape(
        tf.add(tf.mul(streamOf('generate', seed).uniform([labels.length]), 0.001), tf.mul([...labels], 0.1)),
        [-1, 1, 1, 1],
      ),
    ),
  reconstruct: (x, y, as) => {
    if (as === undefined)
      return tf.add(x, tf.mul(10, tf.reshape(tenths(y ?? tf.zeros([1, 3])), [-1, 1, 1, 1])));
    const z = tf.sub(tf.reshape(x, [-1, 1]), tenths(y ?? onePixel.classify(x)));
    return tf.reshape(tf.add(repeatRows(z, 3), tenths(as)), [-1, 1, 1, 1]);
  },
  dispose: () => {},
};

function tenths(y: tf.Tensor): tf.Tensor {
  return tf.matMul(y, tf.tensor2d([[0], [0.1], [0.2]]));
}

/** The pixels as tenths of white. */
const inTenths = (pixels: Uint8Array): number[] =>
  Array.from(pixels, (pixel) => Math.round((10 * pixel) / 255));

describe('classSamples', () => {
  it('has a row for each class', async () => {
    const before = tf.memory().numTensors;
    const grid = await classSamples(onePixel, { perClass: 2, seed: createNoise(1), padding: 0 });
    expect(tf.memory().numTensors).toBe(before);
    expect([grid.width, grid.height]).toEqual([2, 3]);
    expect(inTenths(grid.pixels)).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('asks for a shape where the inputs are not images', async () => {
    const flat = { ...onePixel, inputShape: [1] };
    const noise = createNoise(1);
    await expect(classSamples(flat, { seed: noise })).rejects.toThrow(
      'classSamples: shape is [1], needed [height,width]',
    );
    expect((await classSamples(flat, { seed: noise, perClass: 1, shape: [1, 1], padding: 0 })).height).toBe(
      3,
    );
    await expect(classSamples(flat, { seed: noise, shape: [2, 2] })).rejects.toThrow(
      'needed 4 values, came 1 values',
    );
  });

  it('asks for a model that has classes', async () => {
    const noise = createNoise(1);
    const { classes: _, ...unlabelled } = onePixel;
    await expect(classSamples(unlabelled as SemiSupervisedVae, { seed: noise })).rejects.toThrow(
      'classSamples: model.classes is undefined, needed an integer',
    );
  });
});

describe('analogies', () => {
  it('keeps the style of each input and exchanges its class', async () => {
    const x = tf.tensor4d([0.5, 0.7], [2, 1, 1, 1]);
    const before = tf.memory().numTensors;
    // Taken for class 2, so z = 0.5 − 0.2 and 0.7 − 0.2.
    const guessed = await analogies(onePixel, x, { padding: 0 });
    expect([guessed.width, guessed.height]).toEqual([4, 2]);
    expect(inTenths(guessed.pixels)).toEqual([5, 3, 4, 5, 7, 5, 6, 7]);
    const told = await analogies(onePixel, x, { padding: 0, labels: [0, 1] });
    expect(inTenths(told.pixels)).toEqual([5, 5, 6, 7, 7, 6, 7, 8]);
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });

  it('names inputs and labels that do not fit', async () => {
    const x = tf.zeros([2, 3]);
    await expect(analogies(onePixel, x)).rejects.toThrow(
      'analogies: inputs has shape [2,3], needed [N,1,1,1]',
    );
    const one = tf.zeros([1, 1, 1, 1]);
    await expect(analogies(onePixel, one, { labels: [3] })).rejects.toThrow('analogies: label 0 is 3');
    for (const figure of [analogies, reconstructions]) {
      await expect(figure(onePixel, one, { labels: [0, 1] })).rejects.toThrow(
        `${figure.name}: labels holds 2 labels, needed one for each of 1 examples`,
      );
    }
    tf.dispose([x, one]);
  });
});

describe('reconstructions', () => {
  it('lays out as many images in a row as there are', async () => {
    const count = 150_000;
    const x = tf.fill([count, 1, 1, 1], 0.5);
    const grid = await reconstructions(onePixel, x, {
      columns: count,
      padding: 0,
      labels: new Array(count).fill(0),
    });
    expect([grid.width, grid.height]).toEqual([count, 2]);
    x.dispose();
  });

  it('puts each row of inputs above the row of its results', async () => {
    const x = tf.tensor4d([0.1, 0.2, 0.3], [3, 1, 1, 1]);
    const before = tf.memory().numTensors;
    const grid = await reconstructions(onePixel, x, {
      labels: [0, 0, 0],
      columns: 2,
      padding: 0,
      shape: [1, 1],
    });
    expect(tf.memory().numTensors).toBe(before);
    expect([grid.width, grid.height]).toEqual([2, 4]);
    expect(Array.from(grid.pixels.slice(0, 4), (pixel) => Math.round((10 * pixel) / 255))).toEqual([
      1, 2, 1, 2,
    ]);
    // The last pair of rows has one image and an empty place each.
    expect(Array.from(grid.pixels.slice(4))).toEqual([77, 128, 77, 128]);
    x.dispose();
  });

  it('takes the classifier’s label where none is given', async () => {
    const x = tf.tensor4d([0.1], [1, 1, 1, 1]);
    const grid = await reconstructions(onePixel, x, { padding: 0 });
    // Class 2 adds 2: white.
    expect(Array.from(grid.pixels)).toEqual([26, 255]);
    x.dispose();
  });
});
