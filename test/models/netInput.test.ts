import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { columns } from '../../src/data/columns';
import { text } from '../../src/data/text';
import { vectors } from '../../src/data/vectors';
import type { Likelihood } from '../../src/distributions/likelihood';
import { LIKELIHOODS } from '../../src/distributions/likelihoods';
import { mixed } from '../../src/distributions/mixed';
import { negativeBinomial } from '../../src/distributions/negativeBinomial';
import * as poisson from '../../src/distributions/poisson';
import { loadModel } from '../../src/models/loadModel';
import { createM2 } from '../../src/models/m2/model';
import { predict } from '../../src/models/predict';
import { saveModel } from '../../src/models/saveModel';
import { createVae } from '../../src/models/vae/model';
import { cleanUpAfterEach, expectClose, expectTensor, read } from '../support/numbers';
import { alive, MLP, memoryStorage, withoutSpec } from '../support/tiny';

const SMALL = { inputShape: [3], latent: 2, nets: MLP } as const;
const x = () =>
  tf.tensor2d([
    [0, 3, 900],
    [7, 0, 1],
  ]);
const logarithms = () => tf.log1p(x());
const draws = () => ({ noise: createNoise(3) });

describe('the nets of a model', () => {
  cleanUpAfterEach();

  it.each(['mlp', 'shared trunk'])(
    'see what netInput of the likelihood gives, and logProb sees x: %s',
    async (nets) => {
      const seen: tf.Tensor[] = [];
      const own = {
        ...withoutSpec(poisson),
        logProb: (parameters: tf.Tensor, values: tf.Tensor) => {
          seen.push(values);
          return poisson.logProb(parameters, values);
        },
      };
      const options = { ...SMALL, classes: 2, seed: 1, nets: { ...MLP, sharedTrunk: nets !== 'mlp' } };
      const [plain, of] = [false, true].map((hasOne) =>
        createM2({
          ...options,
          likelihood: { ...own, ...(hasOne && { netInput: (one: tf.Tensor) => tf.log1p(one) }) },
        }),
      ) as [ReturnType<typeof createM2>, ReturnType<typeof createM2>];
      const y = tf.tensor2d([
        [1, 0],
        [0, 1],
      ]);
      expectClose(await read(of.classify(x())), await read(plain.classify(logarithms())));
      expectClose(await read(of.embed(x())), await read(plain.embed(logarithms())));
      expectClose(await read(of.encode(x(), y).mean), await read(plain.encode(logarithms(), y).mean));
      expectClose(await read(of.reconstruct(x(), y)), await read(plain.reconstruct(logarithms(), y)));
      const values = x();
      const inference = of.infer(values, draws());
      expectClose(await read(inference.labelLogits), await read(plain.classify(logarithms())));
      inference.bound(y);
      expect(seen.at(-1)).toBe(values);
      for (const model of [plain, of]) model.dispose();
    },
  );

  it('without labels do so too', async () => {
    const [plain, of] = (['raw', 'log1p'] as const).map((netInput) =>
      createVae({ ...SMALL, seed: 1, likelihood: negativeBinomial({ dispersion: 'learned', netInput }) }),
    ) as [ReturnType<typeof createVae>, ReturnType<typeof createVae>];
    expectClose(await read(of.encode(x()).mean), await read(plain.encode(logarithms()).mean));
    expectClose(await read(of.reconstruct(x())), await read(plain.reconstruct(logarithms())));
    const { logLikelihood, latentKl } = of.bound(x(), draws());
    expectClose(await read(latentKl), await read(plain.bound(logarithms(), draws()).latentKl));
    const z = tf.zeros([2, 2]);
    expect(logLikelihood.shape).toEqual([2]);
    expectClose(await read(of.decode(z as tf.Tensor)), await read(plain.decode(z as tf.Tensor)));
    for (const model of [plain, of]) model.dispose();
  });

  it('refuse a netInput that is none, or gives another shape', () => {
    const vae = (netInput: unknown) =>
      createVae({
        ...SMALL,
        seed: 1,
        likelihood: { ...withoutSpec(poisson), netInput: netInput as (x: tf.Tensor) => tf.Tensor },
      });
    expect(() => vae('log1p')).toThrow('createVae: likelihood.netInput is "log1p", needed a function');
    const wide = vae((one: tf.Tensor) => tf.concat([one, one], 1));
    expect(() => wide.embed(x())).toThrow('likelihood.netInput has shape [2,6], needed [2,3]');
    wide.dispose();
  });
});

describe('netInput of a likelihood of counts', () => {
  cleanUpAfterEach();

  it('is log(1 + x) where it is asked for, of the counts alone', async () => {
    const likelihood = mixed({
      blocks: [
        { kind: 'numbers', width: 1 },
        { kind: 'counts', width: 1, netInput: 'log1p' },
        { kind: 'counts', width: 1, distribution: 'poisson', netInput: 'log1p' },
        { kind: 'counts', width: 1 },
      ],
    });
    const seen = likelihood.netInput?.(tf.tensor2d([[-2, 3, 7, 5]])) as tf.Tensor;
    await expectTensor(seen, [[-2, Math.log(4), Math.log(8), 5]]);
    likelihood.dispose();
    for (const one of [negativeBinomial(), mixed({ blocks: [{ kind: 'counts', width: 2 }] })]) {
      expect(one.netInput).toBeUndefined();
      one.dispose();
    }
    expect(() => negativeBinomial({ netInput: 'log' as 'log1p' })).toThrow(
      'negativeBinomial: netInput is "log", needed one of "raw", "log1p"',
    );
  });

  it('is in the spec only where it is not raw, so that older files are read as they were', () => {
    const specs = [
      { kind: 'negativeBinomial', dispersion: 'learned', columns: 1, theta: 1 },
      { kind: 'poisson' },
      {
        kind: 'mixed',
        blocks: [{ kind: 'counts', width: 2, distribution: 'negativeBinomial', name: 'counts.0' }],
      },
    ] as const;
    for (const spec of specs) {
      const ready = LIKELIHOODS[spec.kind] as unknown as {
        parse: (where: string, spec: unknown) => never;
        create: (spec: never) => Likelihood;
      };
      const old = ready.create(ready.parse('test', spec));
      expect([old.netInput, old.spec]).toEqual([undefined, spec]);
      const withEntry =
        spec.kind === 'mixed'
          ? { ...spec, blocks: spec.blocks.map((block) => ({ ...block, netInput: 'log1p' })) }
          : { ...spec, netInput: 'log1p' };
      const next = ready.create(ready.parse('test', withEntry));
      expect(next.spec).toEqual(withEntry);
      expect(typeof next.netInput).toBe('function');
      for (const one of [old, next]) tf.dispose({ ...one.variables });
    }
  });
});

describe('a data set of counts', () => {
  cleanUpAfterEach();
  const rowsTo = (largest: number) =>
    Array.from({ length: 30 }, (_, n) => ({
      visits: n === 4 ? largest : n % 7,
      size: n / 2,
      kind: ['a', 'b', ''][n % 3],
    }));
  const tableTo = (largest: number) =>
    columns(rowsTo(largest), { label: 'kind', types: { visits: 'count' } });
  const blocksOf = ({ likelihood }: { likelihood: object }) =>
    (likelihood as { blocks: readonly { kind: string; netInput?: string }[] }).blocks;

  it('has netInput log1p where a count is above 50, and a model keeps it in its file', async () => {
    expect(blocksOf(tableTo(50)).map(({ netInput }) => netInput)).toEqual([undefined, undefined]);
    const data = tableTo(5000);
    expect(blocksOf(data).map(({ kind, netInput }) => [kind, netInput])).toEqual([
      ['numbers', undefined],
      ['counts', 'log1p'],
    ]);
    const before = alive();
    const model = createM2({ data, latent: 2, nets: MLP, seed: 1 });
    const storage = memoryStorage();
    await saveModel(model, storage);
    const loaded = await loadModel(storage, { kind: 'm2' });
    expect(loaded.likelihood.spec).toEqual(model.likelihood.spec);
    expect(await predict(loaded, rowsTo(5000))).toEqual(await predict(model, rowsTo(5000)));
    for (const one of [model, loaded]) one.dispose();
    expect(alive()).toEqual(before);
  });

  it('of words does so too, and other data do not', () => {
    const textsTo = (times: number) => text(['a b', `b ${'a '.repeat(times)}`], { counts: true, minimum: 1 });
    expect(textsTo(50).likelihood).not.toHaveProperty('netInput');
    expect(textsTo(51).likelihood).toHaveProperty('netInput', 'log1p');
    expect(
      vectors([
        [1, 900],
        [2, 3],
      ]).likelihood,
    ).not.toHaveProperty('netInput');
  });
});
