import { clone, fill, memory, type Variable } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { createDataset } from '../../src/data/dataset';
import { subset } from '../../src/data/gather';
import { mixed } from '../../src/distributions/mixed';
import * as poisson from '../../src/distributions/poisson';
import { loadModel } from '../../src/models/loadModel';
import { createM2 } from '../../src/models/m2/model';
import { saveModel } from '../../src/models/saveModel';
import { createVae } from '../../src/models/vae/model';
import { cleanUpAfterEach, read } from '../support/numbers';

const { spec = { kind: 'none' } } = (() => {
  const table = mixed({
    blocks: [
      { kind: 'numbers', width: 1, masks: [2] },
      { kind: 'counts', width: 1 },
      { kind: 'masks', width: 1 },
    ],
  });
  table.dispose();
  return table;
})();

const data = createDataset({
  name: 'table',
  x: Float32Array.from([0.5, 3, 1, 0, 0, 0, -1, 7, 1]),
  y: [0, 1, -1],
  shape: [3],
  classes: 2,
  likelihood: spec,
});
const small = { nets: { preset: 'mlp', widths: [4] }, latent: 2, seed: createNoise(1) } as const;

describe('the likelihood of a data set', () => {
  cleanUpAfterEach();

  it('is kept in a subset, and refused where it is not JSON of one', () => {
    expect(subset(data, [2, 0]).likelihood).toEqual(spec);
    expect(() => createDataset({ ...data, likelihood: 'poisson' as never })).toThrowError(
      new TypeError('createDataset: likelihood is "poisson", needed JSON with a kind, such as poisson.spec'),
    );
  });

  it('is that of models made for it, which free it', () => {
    for (const create of [() => createM2({ data, ...small }), () => createVae({ data, ...small })]) {
      const before = memory().numTensors;
      const model = create();
      expect(model.likelihood.spec).toEqual(spec);
      expect(Object.keys(model.variables)).toContain('likelihood/numbers.0.logVar');
      model.dispose();
      expect(memory().numTensors).toBe(before);
    }
  });

  it('gives way to the option', () => {
    const model = createVae({ data, ...small, likelihood: poisson });
    expect(model.likelihood).toBe(poisson);
    model.dispose();
  });

  it('leaves nothing behind where the model cannot be made', () => {
    const before = memory().numTensors;
    const wrong = { ...data, likelihood: { kind: 'mixed', blocks: [{ kind: 'numbers', width: 2 }] } };
    expect(() => createVae({ data: wrong, ...small })).toThrowError(
      new RangeError('mixed: examples have shape [3], needed [2], the columns of all blocks'),
    );
    expect(() => createVae({ data: { ...data, likelihood: { kind: 'text' } }, ...small })).toThrow(
      'createVae: data: likelihood is "text", needed',
    );
    expect(memory().numTensors).toBe(before);
  });

  it('is saved and loaded with what it has learned', async () => {
    const model = createVae({ data, ...small });
    model.variables['likelihood/counts.1.logTheta']?.assign(fill([1], 2));
    let bytes: Uint8Array | undefined;
    const place = {
      name: 'place',
      read: async () => bytes,
      write: async (content: Uint8Array) => {
        bytes = content;
      },
    };
    await saveModel(model, place as never);
    const again = await loadModel(place as never);
    expect(await read(clone(again.variables['likelihood/counts.1.logTheta'] as Variable))).toEqual([2]);
    model.dispose();
    again.dispose();
  });
});
