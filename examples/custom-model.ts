// A semi-supervised VAE of your own, built from the primitives: its nets, q(y|x), q(z|x,y), p(x|z,y) and its bound.
// Ten labels of two moons alone, then with 690 unlabeled points: npx tsx examples/custom-model.ts [--epochs 60]
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import * as ssvae from 'ssvae';
import { selectBackend } from 'ssvae/node';

const { epochs } = parseArgs({ options: { epochs: { type: 'string', default: '60' } } }).values;
await selectBackend();
const weights = ssvae.createNoise(1);
const [D, K, Z] = [2, 2, 1];
const likelihood = ssvae.gaussianObservation({ sigma: 0.2 });
const about = { inputShape: [D], classes: K, latent: Z, likelihood, labelPrior: [0.5, 0.5], spec: 'mine' };
const hidden = (n: number) => layers.dense({ units: 64, activation: 'relu', inputShape: [n] });
const mlp = (n: number, units: number) => sequential({ layers: [hidden(n), layers.dense({ units })] });
const run = (net: Sequential, ...inputs: tf.Tensor[]) => net.apply(tf.concat(inputs, 1)) as tf.Tensor2D;
const oneHot = (labels: Iterable<number>) => tf.cast(tf.oneHot([...labels], K), 'float32');

// p(y) = Cat(1/K)  p(z) = N(0, I)  p(x|z,y) = N(decoder(z,y), σ²)   q(y|x) = Cat(classifier(x))  q(z|x,y) = N(encoder(x,y))
const createMine = (): ssvae.SemiSupervisedVae => {
  const nets = { classifier: mlp(D, K), encoder: mlp(D + K, 2 * Z), decoder: mlp(Z + K, D) };
  for (const [k, net] of Object.entries(nets)) ssvae.initializeNet(net, weights.split(k), 'glorot-uniform');
  const classify = (x: tf.Tensor) => tf.tidy(() => run(nets.classifier, x));
  const mode = (x: tf.Tensor) => ssvae.categorical.mode(classify(x));
  const encode = (x: tf.Tensor, y: tf.Tensor = mode(x)) => {
    const [mean, logVar] = tf.split(run(nets.encoder, x, y), 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    return { mean, logVar };
  };
  const variables = ssvae.namedWeights(nets);
  return {
    ...{ ...about, classify, variables, dispose: () => tf.dispose({ ...variables }) },
    infer: (x, context) => ({
      labelLogits: classify(x), // q(y|x)
      bound(y, { noise: draws = context.noise } = {}) {
        const rows = ssvae.repeatRows(x, y.size / K / (x.size / D)); // x once for each row of y: one, or all K labels
        const q = encode(rows, y); // q(z|x,y)
        const z = ssvae.gaussian.sample(q, draws.split('latent'));
        const logLikelihood = likelihood.logProb(run(nets.decoder, z, y), rows); // log p(x|z,y)
        const latentKl = ssvae.gaussianKl(q); // KL(q(z|x,y) ‖ p(z))
        return { elbo: tf.sub(logLikelihood, latentKl), logLikelihood, latentKl };
      },
    }),
    embed: (x) => tf.tidy(() => encode(x).mean),
    generate: (y, seed) =>
      tf.tidy(() => run(nets.decoder, ssvae.streamOf('generate', seed).normal([y.length, Z]), oneHot(y))),
    reconstruct: (x, y, to) => tf.tidy(() => run(nets.decoder, encode(x, y).mean, to ?? y ?? mode(x))),
  };
};
const dataset = ssvae.twoMoons({ count: 1000, seed: 1 });
const split = ssvae.splitDataset(dataset, { labeled: 10, validation: 300, seed: 1 });
const batches = ssvae.createBatches({ dataset, split, batchSize: { labeled: 10, unlabeled: 69 }, seed: 1 });
const objectives = { 'labels alone': ssvae.supervised(), 'and unlabeled points': ssvae.semiSupervised() };
for (const [name, objective] of Object.entries(objectives)) {
  const [model, optimizer] = [createMine(), ssvae.createAdam({ learningRate: 1e-2 })];
  await ssvae.train(model, { objective, batches, alpha: 0.5, epochs: Number(epochs), optimizer, seed: 1 });
  const { accuracy } = await ssvae.evaluateClassifier(model, ssvae.subset(dataset, split.validation));
  console.log(`${name}: accuracy ${(100 * accuracy).toFixed(1)} %`);
}
