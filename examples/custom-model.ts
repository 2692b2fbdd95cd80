// A semi-supervised VAE of one's own from the primitives: own nets, an own (Laplace) likelihood, an own objective.
// Two moons with ten labels; run it with: npx tsx examples/custom-model.ts
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import * as ssvae from 'ssvae';
import { selectBackend } from 'ssvae/node';

await selectBackend();
const noise = ssvae.createNoise(1);
const dataset = ssvae.twoMoons({ count: 1000, noise: noise.split('moons') });
const split = ssvae.splitDataset(dataset, { labeled: 10, validation: 300, noise: noise.split('split') });
const [K, Z] = [2, 2];

// Nets: q(y|x), q(z|x,y) and p(x|z,y), each from its inputs side by side.
const mlp = (inputs: number, units: number) => {
  const hidden = layers.dense({ units: 64, activation: 'relu', inputShape: [inputs] });
  return sequential({ layers: [hidden, layers.dense({ units })] });
};
const nets = { classifier: mlp(2, K), encoder: mlp(2 + K, 2 * Z), decoder: mlp(Z + K, 2) };
for (const [name, net] of Object.entries(nets)) ssvae.initializeNet(net, noise.split(name), 'glorot-uniform');
const run = (net: keyof typeof nets, ...x: tf.Tensor[]) => nets[net].apply(tf.concat(x, 1)) as tf.Tensor2D;

const classify = (x: tf.Tensor) => run('classifier', x);
const dispose = () => Object.values(nets).map((net) => net.dispose());
const own = { variables: ssvae.namedWeights(nets), classify, dispose };
const model = { inputShape: [2], classes: K, spec: 'two moons', ...own };

// Likelihood: Laplace of scale b, log p(x|m) = −Σ |x − m| / b − D·log 2b, with b = 0.1 and D = 2.
const logLikelihood = (mean: tf.Tensor, x: tf.Tensor) =>
  tf.sub(tf.mul(-10, tf.sum<tf.Tensor1D>(tf.abs(tf.sub(x, mean)), 1)), 2 * Math.log(0.2));

const labeledBound = (x: tf.Tensor, y: tf.Tensor, draws: ssvae.Noise) => {
  const [mean, logVar] = tf.split(run('encoder', x, y), 2, 1) as [tf.Tensor, tf.Tensor];
  const z = ssvae.gaussian.sample({ mean, logVar }, draws);
  const logLabelPrior = ssvae.logLabelPrior(y, [0.5, 0.5]);
  const latentKl = ssvae.gaussianKl({ mean, logVar });
  return ssvae.labeledElbo({
    logLikelihood: logLikelihood(run('decoder', z, y), x),
    latentKl,
    logLabelPrior,
  });
};

// Objective: the labelled bound, and its exact sum over both labels where the label is unknown.
const objective: ssvae.Objective = (_, { labeled, unlabeled }, { noise: draws }) => {
  const { x, y } = labeled as ssvae.LabeledBatch;
  const { elbo } = labeledBound(x, y, draws.split('labeled'));
  const every = ssvae.withEveryLabel((unlabeled as ssvae.UnlabeledBatch).x, K);
  const byLabel = ssvae.byLabel(labeledBound(every.x, every.labels, draws.split('unlabeled')).elbo, K);
  const labelLogits = classify((unlabeled as ssvae.UnlabeledBatch).x);
  const unlabeledTerms = ssvae.unlabeledElbo({ labelLogits, labeledBound: byLabel });
  const crossEntropy = ssvae.crossEntropy({ labels: y, logits: classify(x) });
  return { labeled: { objective: elbo, crossEntropy }, unlabeled: { objective: unlabeledTerms.elbo } };
};

const batches = ssvae.createBatches({ dataset, split, batchSize: { labeled: 10, unlabeled: 69 }, noise });
const { history } = await ssvae.train(model, { objective, batches, alpha: 10, epochs: 60, noise });
const { accuracy } = await ssvae.evaluateClassifier(model, ssvae.subset(dataset, split.validation));
const [first, last] = [history[0]?.loss, history.at(-1)?.loss];
console.log(
  `loss ${first?.toFixed(2)} → ${last?.toFixed(2)} nats, accuracy ${(100 * accuracy).toFixed(1)} %`,
);
