/** Our step, as `trainingSteps` takes it, with some of what makes it fast left out where a lever is off. */
import { type AdamOptimizer, train as optimizers, type Variable } from '@tensorflow/tfjs-core';
import { input, layers, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import {
  createM2,
  createNoise,
  createVae,
  type Execute,
  initializeNet,
  type M2,
  type Objective,
  type Optimizer,
  type SemiSupervisedNets,
  type StepResult,
  semiSupervised,
  trainingSteps,
  unsupervised,
} from 'ssvae';
import { familyOf, type Trained } from './family';
import type { LeverName } from './levers';
import { createPool, type Stepper } from './step';
import { SETTINGS, type Workload } from './workloads';

/** Steps between two readings of the terms, where they are read seldom. */
const SELDOM = 50;

/** The nets of the preset `kingma` of stock layers: x and label side by side. */
function concatenatedNets({ inputShape, classes, latent, widths }: Workload): SemiSupervisedNets {
  const [units] = widths as [number];
  const connect = (
    layer: InstanceType<typeof layers.Layer>,
    from: SymbolicTensor | SymbolicTensor[],
  ): SymbolicTensor => layer.apply(from) as SymbolicTensor;
  const dense = (
    name: string,
    width: number,
    from: SymbolicTensor,
    activation?: 'softplus',
  ): SymbolicTensor => connect(layers.dense({ name, units: width, ...(activation && { activation }) }), from);
  const image = () => input({ shape: [...inputShape] });
  const label = () => input({ shape: [classes] });
  const flat = (x: SymbolicTensor) => connect(layers.flatten(), x);
  const beside = (a: SymbolicTensor, b: SymbolicTensor) => connect(layers.concatenate(), [a, b]);
  const [toClassify, toEncode, seen, z, y] = [image(), image(), label(), input({ shape: [latent] }), label()];
  const encoded = dense('hidden', units, beside(flat(toEncode), seen), 'softplus');
  const size = inputShape.reduce((product, axis) => product * axis, 1);
  const decoded = dense('output', size, dense('hidden', units, beside(z, y), 'softplus'));
  const nets = {
    classifier: layersModel({
      inputs: toClassify,
      outputs: dense('logits', classes, dense('hidden', units, flat(toClassify), 'softplus')),
    }),
    encoder: layersModel({
      inputs: [toEncode, seen],
      outputs: [dense('mean', latent, encoded), dense('logVar', latent, encoded)],
    }),
    decoder: layersModel({
      inputs: [z, y],
      outputs: connect(layers.reshape({ targetShape: [...inputShape] }), decoded),
    }),
  };
  const noise = createNoise(SETTINGS.seed);
  for (const [name, net] of Object.entries(nets)) initializeNet(net, noise.split(name), 'glorot-uniform');
  return nets;
}

/** The model with a pass of the trunk for the classifier and another for the encoder. */
const withTwoPasses = (model: M2): M2 => ({
  ...model,
  infer: (x, context) => ({
    labelLogits: model.infer(x, context).labelLogits,
    bound: (...asked) => model.infer(x, context).bound(...asked),
  }),
});

/** The host's own Adam in the place of ours. */
const stockAdam = (): Optimizer => {
  const adam: AdamOptimizer = optimizers.adam(SETTINGS.learningRate);
  return {
    apply(variables, gradients) {
      const named = Object.entries(gradients).map(([name, tensor]) => ({
        name: (variables[name] as Variable).name,
        tensor: tensor as Variable,
      }));
      adam.applyGradients(named);
    },
    state: { tensors: {}, counts: {} },
    restore: () => undefined,
    dispose: () => adam.dispose(),
  };
};

/** The model of a workload, and what a step of it maximizes. */
export const modelAndObjective = (workload: Workload, on: (lever: LeverName) => boolean): Trained => {
  const ofFamily = familyOf(workload);
  if (ofFamily) return ofFamily;
  const { model: kind, nets, widths, labelHandling, inputShape, classes, latent } = workload;
  const { seed } = SETTINGS;
  if (kind === 'm1')
    return {
      model: createVae({
        inputShape,
        latent,
        nets: { preset: 'mlp', widths, activation: 'softplus', norm: 'batch' },
        seed,
      }),
      objective: unsupervised() as Objective<never>,
    };
  const preset = nets === 'mlp' ? { preset: 'kingma' as const, widths } : ('report' as const);
  const made = createM2({
    inputShape,
    classes,
    latent,
    nets: nets === 'mlp' && !on('labels-apart') ? concatenatedNets(workload) : preset,
    seed,
  });
  return {
    model: on('shared-trunk') ? made : withTwoPasses(made),
    objective: semiSupervised({
      labelHandling: labelHandling === 'exact' ? 'enumerate' : labelHandling,
      temperature: SETTINGS.temperature,
    }) as Objective<never>,
  };
};

/**
 * Builds our step.
 *
 * @param workload what is trained
 * @param levers what of ours is on
 * @param execute runs the steps
 */
export function createOurs(workload: Workload, levers: readonly LeverName[], execute?: Execute): Stepper {
  const on = (lever: LeverName): boolean => levers.includes(lever);
  const { model, objective } = modelAndObjective(workload, on);
  const at = createPool(workload);
  const steps = trainingSteps(model as M2, {
    objective: objective as Objective<M2>,
    batches: {
      at,
      stepsPerEpoch: SETTINGS.pool,
      counts: { labeled: SETTINGS.pool * workload.labeled, unlabeled: SETTINGS.pool * workload.unlabeled },
    },
    seed: SETTINGS.seed,
    alpha: SETTINGS.alpha,
    nonFinite: on('unguarded') ? 'ignore' : 'throw',
    ...(!on('adam') && { optimizer: stockAdam() }),
    ...(execute && { execute }),
  });
  let last: StepResult | undefined;
  return {
    parameters: Object.values(model.variables)
      .filter(({ trainable }) => trainable)
      .reduce((sum, { size }) => sum + size, 0),
    async step() {
      const { value } = await steps.next();
      last = value as StepResult;
      if (!on('read-seldom') || last.step % SELDOM === SELDOM - 1) await last.read();
    },
    async loss() {
      const [value] = await (last as StepResult).loss.data();
      return value as number;
    },
  };
}
