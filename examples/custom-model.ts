// A semi-supervised VAE from the primitives: your own nets, likelihood (Laplace) and objective.
// Two moons with ten labels; run it with: npx tsx examples/custom-model.ts
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import * as ssvae from 'ssvae';
import { selectBackend } from 'ssvae/node';

await selectBackend();
const dataset = ssvae.twoMoons({ count: 1000, seed: 1 });
const split = ssvae.splitDataset(dataset, { labeled: 10, validation: 300, seed: 1 });
const [K, Z] = [2, 2];

// Nets: q(y|x), q(z|x,y) and p(x|z,y), each from its inputs side by side.
const hidden = (inputs: number) => layers.dense({ units: 64, activation: 'relu', inputShape: [inputs] });
const mlp = (inputs: number, units: number) =>
  sequential({ layers: [hidden(inputs), layers.dense({ units })] });
const nets = { classifier: mlp(2, K), encoder: mlp(2 + K, 2 * Z), decoder: mlp(Z + K, 2) };
const stream = ssvae.createNoise(1);
for (const [name, net] of Object.entries(nets))
  ssvae.initializeNet(net, stream.split(name), 'glorot-uniform');
const run = (net: keyof typeof nets, ...x: tf.Tensor[]) =>
  tf.tidy(() => nets[net].apply(tf.concat(x, 1)) as tf.Tensor2D);

const classify = (x: tf.Tensor) => run('classifier', x);
const variables = ssvae.namedWeights(nets);
const own = { variables, classify, dispose: () => tf.dispose({ ...variables }) };
const model = { inputShape: [2], classes: K, spec: 'two moons', ...own };

// Likelihood: Laplace of scale b, log p(x|m) = −Σ |x − m| / b − D·log 2b, with b = 0.1 and D = 2.
const logLikelihood = (mean: tf.Tensor, x: tf.Tensor) =>
  tf.sub(tf.mul(-10, tf.sum<tf.Tensor1D>(tf.abs(tf.sub(x, mean)), 1)), 2 * Math.log(0.2));

const bound = (x: tf.Tensor, y: tf.Tensor, draws: ssvae.Noise) => {
  const [mean, logVar] = tf.split(run('encoder', x, y), 2, 1) as [tf.Tensor, tf.Tensor];
  const z = ssvae.gaussian.sample({ mean, logVar }, draws);
  const prior = {
    latentKl: ssvae.gaussianKl({ mean, logVar }),
    logLabelPrior: ssvae.logLabelPrior(y, [0.5, 0.5]),
  };
  return ssvae.labeledElbo({ ...prior, logLikelihood: logLikelihood(run('decoder', z, y), x) }).elbo;
};

// Objective: the labeled bound, and its exact sum over both labels where the label is unknown.
const objective: ssvae.Objective = (_, { labeled, unlabeled }, { noise: draws }) => {
  if (!labeled || !unlabeled) throw new Error('needed labelled and unlabelled examples');
  const { x, y } = labeled;
  const every = ssvae.withEveryLabel(unlabeled.x, K);
  const labeledBound = ssvae.byLabel(bound(every.x, every.labels, draws.split('unlabeled')), K);
  const { elbo } = ssvae.unlabeledElbo({ labelLogits: classify(unlabeled.x), labeledBound });
  const known = bound(x, y, draws.split('labeled'));
  const crossEntropy = ssvae.crossEntropy({ labels: y, logits: classify(x) });
  return { labeled: { elbo: known, objective: known, crossEntropy }, unlabeled: { elbo, objective: elbo } };
};

const batches = ssvae.createBatches({ dataset, split, batchSize: { labeled: 10, unlabeled: 69 }, seed: 1 });
const { history } = await ssvae.train(model, { objective, batches, alpha: 10, epochs: 60, seed: 1 });
const { accuracy } = await ssvae.evaluateClassifier(model, ssvae.subset(dataset, split.validation));
const losses = history.map(({ loss }) => loss?.toFixed(2));
console.log(`loss ${losses[0]} → ${losses.at(-1)} nats, accuracy ${(100 * accuracy).toFixed(1)} %`);
