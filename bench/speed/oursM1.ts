/** The VAE without labels (Kingma 2014, "M1") composed from the library's parts: own nets, own objective. */
import { sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { input, layers, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import {
  BatchNorm,
  bernoulli,
  createNoise,
  gaussian,
  gaussianKl,
  initializeNet,
  type Model,
  namedWeights,
  type Objective,
} from 'ssvae';
import { SETTINGS, type Workload } from './workloads';

/** A model and what is maximised. */
export interface M1 {
  readonly model: Model;
  readonly objective: Objective;
}

/** Hidden layers of softplus with batch norm, Gaussian codes, Bernoulli pixels. */
export function createM1({ inputShape, classes, latent, widths }: Workload): M1 {
  const size = inputShape.reduce((product, axis) => product * axis, 1);
  const connect = (layer: InstanceType<typeof layers.Layer>, from: SymbolicTensor): SymbolicTensor =>
    layer.apply(from) as SymbolicTensor;
  const dense = (name: string, units: number, from: SymbolicTensor): SymbolicTensor =>
    connect(layers.dense({ name, units, kernelInitializer: 'zeros' }), from);
  const hidden = (units: readonly number[], from: SymbolicTensor): SymbolicTensor =>
    units.reduce((below, width, i) => {
      const normed = connect(new BatchNorm({ name: `norm${i}` }), dense(`hidden${i}`, width, below));
      return connect(layers.activation({ activation: 'softplus', name: `softplus${i}` }), normed);
    }, from);

  const x = input({ shape: [...inputShape] });
  const features = hidden(widths, connect(layers.flatten({ name: 'flatten' }), x));
  const z = input({ shape: [latent] });
  const logits = dense('output', size, hidden([...widths].reverse(), z));
  const nets = {
    encoder: layersModel({
      inputs: x,
      outputs: [dense('mean', latent, features), dense('logVar', latent, features)],
    }),
    decoder: layersModel({
      inputs: z,
      outputs: connect(layers.reshape({ name: 'image', targetShape: [...inputShape] }), logits),
    }),
  };
  const noise = createNoise(SETTINGS.seed);
  for (const [name, net] of Object.entries(nets)) initializeNet(net, noise.split(name), 'glorot-uniform');

  const objective: Objective = (_, { unlabeled }, { noise: draws }) =>
    tidy(() => {
      const images = unlabeled?.x as Tensor;
      const [mean, logVar] = nets.encoder.apply(images, { training: true }) as [Tensor, Tensor];
      const q = { mean, logVar };
      const decoded = nets.decoder.apply(gaussian.sample(q, draws.split('latent')), {
        training: true,
      }) as Tensor;
      const latentKl = gaussianKl(q);
      const logLikelihood = bernoulli.logProb(decoded, images);
      const elbo = sub(logLikelihood, latentKl);
      return { unlabeled: { elbo, objective: elbo, logLikelihood, latentKl } };
    });
  return {
    model: {
      inputShape,
      classes,
      variables: namedWeights(nets),
      spec: 'm1',
      dispose: () => Object.values(nets).forEach((net) => void net.dispose()),
    },
    objective,
  };
}
