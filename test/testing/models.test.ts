/** The battery over every ready model: each preset, likelihood, label handling and objective, and phases. */
import {
  add,
  matMul,
  neg,
  softplus,
  squeeze,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  variable,
} from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model as net, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { createNoise, type Noise } from '../../src/core/noise';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { gaussianRing } from '../../src/distributions/gaussianRing';
import { swissRoll } from '../../src/distributions/swissRoll';
import { type Aae, type AaeOptions, createAae } from '../../src/models/adversarial/model';
import { type AuxiliaryVae, createAdgm, createSdgm } from '../../src/models/auxiliary/model';
import { createLadderVae, type LadderVae, type LadderVaeOptions } from '../../src/models/ladder/model';
import { createM1M2, type M1M2, type M1M2Options } from '../../src/models/m1m2/model';
import { createM2, type M2, type M2Options } from '../../src/models/m2/model';
import type { Phase } from '../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { unsupervised } from '../../src/models/objectives/unsupervised';
import { createStackedM2, type StackedM2 } from '../../src/models/stacked/model';
import { createVae, type GaussianVae, type VaeOptions } from '../../src/models/vae/model';
import { BatchNorm } from '../../src/nets/batchNorm';
import { initializeNet } from '../../src/nets/initializer';
import { type ModelChecksOptions, modelChecks } from '../../src/testing';
import { adversarial as phasesOf } from '../../src/training/adversarial';
import { type TinyVae, tinyObjective, tinyVae } from './tinyVae';

const SMALL = { inputShape: [4, 4, 1], classes: 3, latent: 2 } as const;
const MLP = { preset: 'mlp', widths: [4] } as const;
const CONV = { preset: 'conv', filters: [3, 4], width: 6 } as const;

const small =
  (options: Partial<M2Options> = {}) =>
  (seed: number): M2 =>
    createM2({ ...SMALL, nets: MLP, seed, ...options });

const dense = (from: SymbolicTensor, units: number): SymbolicTensor =>
  layers.dense({ units }).apply(from) as SymbolicTensor;

/** Nets of stock layers, drawn from the noise. */
const ownNets = (noise: Noise): Readonly<Record<'classifier' | 'encoder' | 'decoder', LayersModel>> => {
  const [a, b, z, y] = [[5], [5], [2], [3]].map((shape) => input({ shape })) as [
    SymbolicTensor,
    SymbolicTensor,
    SymbolicTensor,
    SymbolicTensor,
  ];
  const code = layers.concatenate().apply([z, y]) as SymbolicTensor;
  const nets = {
    classifier: net({
      inputs: a,
      outputs: dense(new BatchNorm({ name: 'norm' }).apply(a) as SymbolicTensor, 3),
    }),
    encoder: net({ inputs: b, outputs: [dense(b, 2), dense(b, 2)] }),
    decoder: net({ inputs: [z, y], outputs: dense(code, 5) }),
  };
  for (const [name, one] of Object.entries(nets)) initializeNet(one, noise.split(name), 'glorot-uniform');
  return nets;
};

/** A model of one's own nets, which its maker frees. */
const withOwnNets = (seed: number): M2 => {
  const nets = ownNets(createNoise(seed));
  const model = createM2({ ...SMALL, inputShape: [5], nets });
  let disposed = false;
  return {
    ...model,
    dispose() {
      if (!disposed) for (const one of Object.values(nets)) one.dispose();
      disposed = true;
    },
  };
};

/** Generative nets by the bound, the classifier by the labels: two losses that share its hidden layer. */
const phases = (): readonly Phase<M2>[] => {
  const model = small()(0);
  const names = Object.entries(model.variables).flatMap(([name, { trainable }]) => (trainable ? [name] : []));
  model.dispose();
  const startingWith = (...starts: string[]): string[] =>
    names.filter((name) => starts.some((start) => name.startsWith(start)));
  return [
    {
      name: 'bound',
      variables: startingWith('encoder', 'decoder', 'classifier/hidden'),
      objective: semiSupervised(),
    },
    { name: 'labels', variables: startingWith('classifier'), objective: supervised() },
  ];
};

/** A model with an adversary of its codes, which tells them from draws of the prior. */
interface Adversarial extends TinyVae {
  /** logits of "is a draw of the prior", [B] */
  critic(z: Tensor): Tensor1D;
}

const adversarial = (seed: number): Adversarial => {
  const model = tinyVae(seed);
  const weight = tidy(() => variable(createNoise(seed).split('critic').normal([model.latent, 1])));
  return {
    ...model,
    variables: { ...model.variables, critic: weight },
    critic: (z) => tidy(() => squeeze<Tensor1D>(matMul(z as Tensor2D, weight as Tensor), [1])),
    dispose() {
      model.dispose();
      weight.dispose();
    },
  };
};

// Not tf.logSigmoid: its gradient reads an input that training has freed by then.
const logSigmoid = (logits: Tensor): Tensor => neg(softplus(neg(logits)));

const adversarialPhases: readonly Phase<Adversarial>[] = [
  {
    name: 'model',
    variables: ['classifier', 'encoder', 'decoder'],
    objective(model, batch, context) {
      const { labeled, unlabeled } = tinyObjective(model, batch, context);
      if (!unlabeled || !batch.unlabeled) return labeled ? { labeled } : {};
      const deceived = logSigmoid(model.critic(model.embed(batch.unlabeled.x)));
      const objective = add(unlabeled.objective as Tensor, deceived);
      return { ...(labeled && { labeled }), unlabeled: { ...unlabeled, objective, deceived } };
    },
  },
  {
    name: 'critic',
    variables: ['critic'],
    objective(model, { unlabeled }, { noise }) {
      if (!unlabeled) return {};
      const mean = model.embed(unlabeled.x);
      const real = logSigmoid(model.critic(noise.normal(mean.shape)));
      return { unlabeled: { objective: add(real, logSigmoid(neg(model.critic(mean)))) } };
    },
  },
];

describe('your own model with an adversary', () => {
  for (const { name, run } of modelChecks(adversarial, { objective: adversarialPhases })) it(name, run);
});

describe.each<[string, (seed: number) => M2, ModelChecksOptions<M2>]>([
  ['mlp, q(z|x,y), m2', small(), { objective: semiSupervised() }],
  ['mlp, q(z|x), m2', small({ encoderSeesLabel: false }), { objective: semiSupervised() }],
  [
    'mlp, batch norm, a shared trunk, m2',
    small({ nets: { ...MLP, norm: 'batch', sharedTrunk: true } }),
    { objective: semiSupervised() },
  ],
  ['conv, q(z|x), m2', small({ nets: CONV }), { objective: semiSupervised() }],
  [
    'conv of depth 2, q(z|x,y), batch norm, regularized',
    small({ nets: { ...CONV, depth: 2, norm: 'batch' }, encoderSeesLabel: true }),
    { objective: regularized() },
  ],
  [
    'mlp, a fixed variance, regularized of exact expectation',
    small({ likelihood: gaussianObservation({ sigma: 0.5 }) }),
    { objective: regularized({ labelSmoothing: { expectation: 'enumerate' } }) },
  ],
  [
    'mlp, a learned variance, m2 of a Gumbel label',
    small({ likelihood: gaussianObservation({ variance: 'learned' }) }),
    { objective: semiSupervised({ labelHandling: 'gumbel' }) },
  ],
  ['mlp, regularized of a Gumbel label', small(), { objective: regularized({ labelHandling: 'gumbel' }) }],
  ['mlp, labels alone', small(), { objective: supervised(), untouched: ['encoder/', 'decoder/'] }],
  ['own nets, m2', withOwnNets, { objective: semiSupervised() }],
  ['mlp, phases', small(), { objective: phases() }],
])('M2: %s', (_, create, options) => {
  for (const { name, run } of modelChecks(create, options)) it(name, run);
});

const smallM1 =
  (options: Partial<VaeOptions> = {}) =>
  (seed: number): GaussianVae =>
    createVae({ inputShape: [4, 4, 1], latent: 2, nets: MLP, seed, ...options });

describe.each<[string, (seed: number) => GaussianVae, ModelChecksOptions<GaussianVae>]>([
  ['mlp, batch norm', smallM1(), { objective: unsupervised() }],
  [
    'mlp of two layers without batch norm, a warm-up',
    smallM1({ nets: { preset: 'mlp', widths: [5, 4], norm: 'none' } }),
    { objective: unsupervised({ klWeight: (step) => Math.min(1, (step + 1) / 10) }) },
  ],
  [
    'conv, a divergence of half weight',
    smallM1({ nets: CONV }),
    { objective: unsupervised({ klWeight: 0.5 }) },
  ],
  [
    'mlp, a learned variance',
    smallM1({ likelihood: gaussianObservation({ variance: 'learned' }) }),
    { objective: unsupervised() },
  ],
])('M1: %s', (_, create, options) => {
  for (const { name, run } of modelChecks(create, options)) it(name, run);
});

const smallLadder =
  (options: Partial<LadderVaeOptions> = {}) =>
  (seed: number): LadderVae =>
    createLadderVae({
      inputShape: [4, 4, 1],
      classes: 3,
      latents: [3, 2],
      nets: { preset: 'mlp', widths: [5, 4] },
      seed,
      ...options,
    });

describe.each<[string, (seed: number) => LadderVae, ModelChecksOptions<LadderVae>]>([
  [
    'two layers with batch norm, a warm-up of the upper one',
    smallLadder(),
    { objective: semiSupervised({ klWeight: { 'latentKl.2': (step) => Math.min(1, (step + 1) / 10) } }) },
  ],
  [
    'three layers without batch norm, the label at the decoder too, a learned variance, a Gumbel label',
    smallLadder({
      latents: [3, 2, 2],
      nets: { preset: 'mlp', widths: [5, 4, 3], activation: 'softplus', norm: 'none' },
      decoderSeesLabel: true,
      likelihood: gaussianObservation({ variance: 'learned' }),
    }),
    { objective: regularized({ labelHandling: 'gumbel' }) },
  ],
])('ladder VAE: %s', (_, create, options) => {
  for (const { name, run } of modelChecks(create, options)) it(name, run);
});

const SMALL_AUXILIARY = { ...SMALL, auxiliary: 2 } as const;

describe.each<[string, (seed: number) => AuxiliaryVae, ModelChecksOptions<AuxiliaryVae>]>([
  [
    'ADGM, batch norm, every label',
    (seed) => createAdgm({ ...SMALL_AUXILIARY, nets: MLP, seed }),
    { objective: semiSupervised() },
  ],
  [
    'SDGM, a straight-through label, regularized, generated labels',
    (seed) => createSdgm({ ...SMALL_AUXILIARY, nets: { ...MLP, norm: 'none' }, seed }),
    {
      objective: regularized({
        labelHandling: 'straight-through',
        generatedLabels: { weight: 0.1, count: 6 },
      }),
    },
  ],
  [
    'SDGM, batch norm, a learned variance, a Gumbel label',
    (seed) =>
      createSdgm({
        ...SMALL_AUXILIARY,
        nets: { ...MLP, widths: [4, 3] },
        likelihood: gaussianObservation({ variance: 'learned' }),
        seed,
      }),
    { objective: semiSupervised({ labelHandling: 'gumbel' }) },
  ],
])('%s', (_, create, options) => {
  for (const { name, run } of modelChecks(create, options)) it(name, run);
});

const smallM1M2 =
  (options: Partial<M1M2Options> = {}) =>
  (seed: number): M1M2 =>
    createM1M2({ ...SMALL, features: 3, nets: { ...MLP, innerWidths: [4] }, seed, ...options });

describe.each<[string, (seed: number) => M1M2, ModelChecksOptions<M1M2>]>([
  ['mlp, batch norm', smallM1M2(), { objective: semiSupervised() }],
  [
    'conv, two domains, a discrepancy and generated labels',
    smallM1M2({
      covariates: 2,
      nets: { preset: 'conv', filters: [3], width: 4, innerWidths: [4], norm: 'none' },
    }),
    { objective: semiSupervised({ domainDiscrepancy: { weight: 3 }, generatedLabels: { weight: 0.2 } }) },
  ],
])('M1+M2: %s', (_, create, options) => {
  for (const { name, run } of modelChecks(create, options)) it(name, run);
});

/** A stacked model over an M1 of the same weights for all seeds; it frees its M1 too. */
const smallStacked = (seed: number): StackedM2 => {
  const m1 = createVae({ inputShape: SMALL.inputShape, latent: 3, nets: MLP, seed: 1 });
  const model = createStackedM2({ m1, dimensions: [0, 2], classes: 3, latent: 2, nets: MLP, seed });
  const { dispose } = model;
  model.dispose = () => {
    dispose();
    m1.dispose();
  };
  return model;
};

describe('stacked M1+M2: mlp, a collapsed dimension', () => {
  for (const { name, run } of modelChecks(smallStacked, { objective: semiSupervised() })) it(name, run);
});

const smallAae =
  (options: Partial<AaeOptions> = {}) =>
  (seed: number): Aae =>
    createAae({ ...SMALL, nets: { ...MLP, discriminatorWidths: [4] }, seed, ...options });

describe.each<[string, Partial<AaeOptions>]>([
  ['a label beside the code', {}],
  [
    'batch norm, a learned variance',
    {
      nets: { ...MLP, discriminatorWidths: [4], norm: 'batch' },
      likelihood: gaussianObservation({ variance: 'learned' }),
    },
  ],
  ['a swiss roll', { classPrior: swissRoll({ classes: 3 }) }],
  ['a ring of Gaussians', { classPrior: gaussianRing({ classes: 3 }) }],
])('adversarial autoencoder: %s', (_, options) => {
  const create = smallAae(options);
  const model = create(0);
  const objective = phasesOf(model);
  model.dispose();
  const checks = modelChecks(create, { objective });
  for (const { name, run } of checks) it(name, run);

  it('has the checks of codes and examples, and none of a bound', () => {
    const names = checks.map(({ name }) => name);
    expect(names).toContain('embed gives codes, [B, Z]');
    expect(names).toContain('generate draws from its seed alone');
    expect(names.filter((name) => /bound|logWeight/.test(name))).toEqual([]);
  });
});
