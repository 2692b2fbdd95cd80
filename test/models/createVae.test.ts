import { sum, type Tensor, type Tensor1D, tensor, zeros } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { linearWarmup } from '../../src/core/schedules';
import * as bernoulli from '../../src/distributions/bernoulli';
import * as gaussian from '../../src/distributions/gaussian';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { gaussianKl } from '../../src/divergences/gaussianKl';
import { unsupervised } from '../../src/models/objectives/unsupervised';
import { embed } from '../../src/models/predict';
import { createVae, type VaeOptions } from '../../src/models/vae/model';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import {
  alive,
  CONV,
  LATENT,
  MLP,
  SHAPE,
  tinyDataset,
  tinyExamples,
  tinyM1,
  weightsOf,
  withoutSpec,
} from '../support/tiny';
import { writtenOut } from '../support/writtenOut';

const dense = (from: SymbolicTensor, units: number): SymbolicTensor =>
  layers.dense({ units }).apply(from) as SymbolicTensor;

/** Nets of stock layers on vectors of six. */
const ownNets = (): { readonly encoder: LayersModel; readonly decoder: LayersModel } => {
  const [x, z] = [input({ shape: [6] }), input({ shape: [LATENT] })];
  return {
    encoder: model({ inputs: x, outputs: [dense(x, LATENT), dense(x, LATENT)] }),
    decoder: model({ inputs: z, outputs: dense(z, 6) }),
  };
};

describe('createVae', () => {
  cleanUpAfterEach();

  it('has by default two hidden layers of 600 rectified units with batch norm, and fifty latent dimensions', () => {
    const unsupervised = createVae({ inputShape: [28, 28, 1] });
    expect(unsupervised.latent).toBe(50);
    expect(unsupervised.likelihood).toBe(bernoulli);
    const count = (net: string): number =>
      Object.entries(unsupervised.variables)
        .filter(([name]) => name.startsWith(`${net}/`))
        .reduce((total, [, { size }]) => total + size, 0);
    expect(count('encoder')).toBe(784 * 600 + 5 * 600 + (600 * 600 + 5 * 600) + 2 * (600 * 50 + 50));
    expect(count('decoder')).toBe(50 * 600 + 5 * 600 + (600 * 600 + 5 * 600) + (600 * 784 + 784));
    expect(unsupervised.spec).toEqual({
      model: 'vae',
      inputShape: [28, 28, 1],
      latent: 50,
      nets: { preset: 'mlp', widths: [600, 600], activation: 'relu', norm: 'batch' },
      likelihood: { kind: 'bernoulli' },
    });
    unsupervised.dispose();
  });

  it('has softplus hidden layers: the means are those of the layers written out', async () => {
    const unsupervised = tinyM1({ nets: { ...MLP, norm: 'none' } });
    const { x } = tinyExamples(2);
    const expected = await writtenOut(
      unsupervised.variables,
      { hidden: 'encoder/hidden', head: 'encoder/mean' },
      x,
    );
    expectClose(await read(unsupervised.encode(x).mean), expected);
  });

  it.each([
    [{ nets: MLP }],
    [{ nets: { ...MLP, widths: [6, 5], activation: 'relu', norm: 'none' } }],
    [{ nets: CONV }],
    [{ nets: { ...CONV, activation: 'softplus', norm: 'none' } }],
    [{ nets: CONV, likelihood: gaussianObservation({ variance: 'learned' }) }],
    [{ nets: MLP, inputShape: [7], likelihood: gaussianObservation() }],
  ] as [Partial<VaeOptions>][])('gives every distribution its shape: %j', (options) => {
    const unsupervised = tinyM1(options);
    const { mean, logVar } = unsupervised.encode(zeros([2, ...unsupervised.inputShape]));
    expect([mean.shape, logVar.shape]).toEqual([
      [2, LATENT],
      [2, LATENT],
    ]);
    expect(unsupervised.decode(mean).shape).toEqual([
      2,
      ...unsupervised.likelihood.parameterShape(unsupervised.inputShape),
    ]);
    expect(unsupervised.generate(3, createNoise(0)).shape).toEqual([3, ...unsupervised.inputShape]);
    expect(unsupervised.reconstruct(zeros([2, ...unsupervised.inputShape])).shape).toEqual([
      2,
      ...unsupervised.inputShape,
    ]);
    unsupervised.dispose();
  });

  it('has a posterior that can be sharper than the prior: σ < 1', async () => {
    const unsupervised = tinyM1();
    unsupervised.variables['encoder/logVar/bias']?.assign(tensor([-5, -5, -5]));
    expect(Math.max(...(await read(unsupervised.encode(tinyExamples(3).x).logVar)))).toBeLessThan(-1);
  });

  it('draws its weights from the seed: each net its own, and the same from the same', async () => {
    const weights = (seed: number) => weightsOf(tinyM1({ seed: createNoise(seed) }));
    expect(await weights(1)).toEqual(await weights(1));
    expect(await weights(2)).not.toEqual(await weights(1));
  });

  it('takes a user’s own tfjs-layers models, keeps their weights, and leaves them to the user', async () => {
    const nets = ownNets();
    const x = createNoise(3).normal([2, 6]);
    const [mean] = nets.encoder.predict(x) as Tensor[];
    const before = alive();
    const unsupervised = tinyM1({ inputShape: [6], nets, seed: createNoise(5) });
    expect(unsupervised.spec).toMatchObject({ nets: null });
    expect(await read(unsupervised.encode(x).mean)).toEqual(await read(mean as Tensor));
    unsupervised.dispose();
    unsupervised.dispose();
    expect(nets.encoder.predict(x)).toHaveLength(2);
    expect(alive().tensors).toBeGreaterThanOrEqual(before.tensors);
  });

  it('frees a preset’s nets once: disposing again does nothing', () => {
    const before = alive();
    const unsupervised = tinyM1({ nets: CONV });
    unsupervised.dispose();
    expect(alive()).toEqual(before);
    expect(() => unsupervised.dispose()).not.toThrow();
  });

  it('gives codes of plain arrays by embed: the means of q(z|x)', async () => {
    const unsupervised = tinyM1();
    const { x } = tinyDataset(5);
    const codes = await embed(unsupervised, x, { batchSize: 2 });
    const inputs = tensor(
      Float32Array.from(x, (byte) => byte / 255),
      [5, ...SHAPE],
    );
    expectClose([...codes], await read(unsupervised.encode(inputs).mean));
  });

  const apart = 'apart from the batch axis';
  it.each<[string, Partial<VaeOptions>, Error]>([
    [
      'no shape',
      { inputShape: [] },
      new RangeError(
        'createVae: inputShape is an array of 0, needed the shape of one example, e.g. [28, 28, 1]',
      ),
    ],
    [
      'half a latent dimension',
      { latent: 2.5 },
      new RangeError('createVae: latent is 2.5, needed an integer of at least 1'),
    ],
    [
      'no likelihood',
      { likelihood: {} as VaeOptions['likelihood'] & object },
      new TypeError('createVae: likelihood is Object, needed a Likelihood such as bernoulli'),
    ],
    [
      'a seed that is a text',
      { seed: '5' as unknown as number },
      new TypeError('createVae: seed is "5", needed a safe integer or a stream of createNoise'),
    ],
    [
      'a trunk, which it has none of',
      { nets: { ...MLP, sharedTrunk: true } as unknown as 'mlp' },
      new RangeError(
        'createVae: nets.sharedTrunk is not a choice of "mlp", needed one of widths, activation, norm',
      ),
    ],
    [
      'no hidden layer',
      { nets: { preset: 'mlp', widths: [] } },
      new RangeError('createVae: the number of widths is 0, needed an integer of at least 1'),
    ],
    [
      'an unknown activation',
      { nets: { preset: 'mlp', activation: 'tanh' } as unknown as 'mlp' },
      new RangeError('createVae: activation is "tanh", needed one of "linear", "relu", "softplus"'),
    ],
    [
      'an image that cannot be halved',
      { nets: CONV, inputShape: [6, 8, 1] },
      new RangeError('createVae: inputShape is [6,8,1], needed [H,W,C] with H and W divisible by 4'),
    ],
    [
      'an encoder of other width',
      { nets: ownNets(), inputShape: [6], latent: 4 },
      new RangeError(`createVae: nets.encoder maps [6] → [3], [3], needed [6] → [4], [4], ${apart}`),
    ],
    [
      'a missing decoder',
      { nets: { encoder: ownNets().encoder } as unknown as 'mlp', inputShape: [6] },
      new TypeError(`createVae: nets.decoder is undefined, needed a tfjs-layers model [3] → [6], ${apart}`),
    ],
  ])('refuses %s', (_, options, error) => {
    const before = alive();
    expect(() => tinyM1(options)).toThrowError(error);
    expect(alive()).toEqual(before);
  });

  it('says which arguments its functions need', () => {
    const unsupervised = tinyM1();
    expect(() => unsupervised.encode(zeros([2, 64]))).toThrowError(
      new RangeError('encode: x has shape [2,64], needed [B,8,8,1]'),
    );
    expect(() => unsupervised.decode(zeros([2, 4]))).toThrowError('decode: z has shape [2,4], needed [B,3]');
    expect(() => unsupervised.generate(0, createNoise(1))).toThrowError(
      new RangeError('generate: count is 0, needed an integer of at least 1'),
    );
    expect(() => unsupervised.reconstruct(zeros([64]))).toThrowError('reconstruct: x has shape [64]');
  });
});

describe('unsupervised', () => {
  cleanUpAfterEach();

  const plain = () => tinyM1({ nets: { ...MLP, norm: 'none' } });

  it('is the bound of the VAE: E log p(x|z) − KL(q(z|x)‖p(z)), at a draw that its stream gives', async () => {
    const model = plain();
    const { x } = tinyExamples(4);
    const noise = createNoise(5);
    const { unlabeled } = unsupervised()(model, { unlabeled: { x } }, { step: 0, noise });
    const q = model.encode(x);
    const z = gaussian.sample(q, createNoise(5).split('unlabeled').split('latent'));
    const [likelihood, kl] = [await read(bernoulli.logProb(model.decode(z), x)), await read(gaussianKl(q))];
    expect(Object.keys(unlabeled ?? {})).toEqual(['elbo', 'objective', 'logLikelihood', 'latentKl']);
    expectClose(await read(unlabeled?.logLikelihood as Tensor), likelihood);
    expectClose(await read(unlabeled?.latentKl as Tensor), kl);
    const bound = await read(unlabeled?.elbo as Tensor);
    expectClose(
      bound,
      likelihood.map((value, i) => value - (kl[i] as number)),
    );
    expect(await read(unlabeled?.objective as Tensor)).toEqual(bound);
  });

  it('weights the divergence by number or schedule, and reports the plain bound too', async () => {
    const model = plain();
    const { x } = tinyExamples(4);
    const termsAt = async (klWeight: Parameters<typeof unsupervised>[0], step: number) => {
      const { unlabeled = {} } = unsupervised(klWeight)(
        model,
        { unlabeled: { x } },
        { step, noise: createNoise(5) },
      );
      const values = await Promise.all(Object.values(unlabeled).map((term) => read(term)));
      return Object.fromEntries(Object.keys(unlabeled).map((name, i) => [name, values[i] as number[]]));
    };
    const expected = ({ logLikelihood = [], latentKl = [] }: Record<string, number[]>, w: number) =>
      logLikelihood.map((value, i) => value - w * (latentKl[i] as number));
    for (const [klWeight, step, weight] of [
      [0.25, 0, 0.25],
      [linearWarmup({ steps: 10 }), 0, 0],
      [linearWarmup({ steps: 10 }), 4, 0.4],
      [linearWarmup({ steps: 10 }), 40, 1],
    ] as const) {
      const terms = await termsAt({ klWeight }, step);
      expectClose(terms.objective as number[], expected(terms, weight));
      expectClose(terms.elbo as number[], expected(terms, 1));
    }
  });

  it('gives labeled inputs the same terms, apart, and looks at no label', async () => {
    const model = plain();
    const { x, y } = tinyExamples(4);
    const at = (labels: Tensor) =>
      unsupervised()(
        model,
        { labeled: { x, y: labels as typeof y }, unlabeled: { x } },
        { step: 0, noise: createNoise(5) },
      );
    const terms = at(y);
    expect(Object.keys(terms.labeled ?? {})).toEqual(Object.keys(terms.unlabeled ?? {}));
    expectClose(
      await read(terms.labeled?.latentKl as Tensor),
      await read(terms.unlabeled?.latentKl as Tensor),
    );
    expect(await read(at(zeros(y.shape)).labeled?.elbo as Tensor)).toEqual(
      await read(terms.labeled?.elbo as Tensor),
    );
  });

  it('moves running statistics once a step: with the unlabeled examples where there are any', async () => {
    const { x, y } = tinyExamples(4);
    const statistics = async (batch: Parameters<ReturnType<typeof unsupervised>>[1]): Promise<number[]> => {
      const model = tinyM1();
      unsupervised()(model, batch, { step: 0, noise: createNoise(5) });
      return read(model.variables['encoder/hiddenNorm/movingMean'] as Tensor);
    };
    const dark = { x: zeros(x.shape), y };
    expect(await statistics({ labeled: dark, unlabeled: { x } })).toEqual(
      await statistics({ unlabeled: { x } }),
    );
    expect(await statistics({ labeled: { x, y } })).toEqual(await statistics({ unlabeled: { x } }));
  });

  it('refuses a likelihood that sums over the batch, which would broadcast', () => {
    const model = tinyM1({
      likelihood: {
        ...withoutSpec(bernoulli),
        logProb: (parameters, x) => sum(bernoulli.logProb(parameters, x)) as unknown as Tensor1D,
      },
    });
    const x = zeros([3, ...SHAPE]);
    expect(() => unsupervised()(model, { unlabeled: { x } }, { step: 0, noise: createNoise(1) })).toThrow(
      'bound: logLikelihood has shape [], needed [3]',
    );
    model.dispose();
  });

  it('tells its settings, and refuses a weight that is none', () => {
    expect(unsupervised().spec).toEqual({ objective: 'unsupervised', klWeight: 1 });
    expect(() => unsupervised({ klWeight: -1 })).toThrowError(
      new RangeError('unsupervised: klWeight is -1, needed a schedule or a finite number of at least 0'),
    );
  });
});
