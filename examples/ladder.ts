// What each layer of a ladder VAE holds: 100 labels of 3,000 generated digits, and three layers of latents.
// npx tsx examples/ladder.ts [--epochs 12] draws digits, each beside what its layers say of it, into ladder.pgm
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import * as ssvae from 'ssvae';
import { progressBar, selectBackend } from 'ssvae/node';

const options = parseArgs({ options: { epochs: { type: 'string', default: '12' } } }).values;
const { execute } = await selectBackend();
const [seed, epochs] = [1, Number(options.epochs)];
const dataset = ssvae.digits({ count: 3000, seed });
const test = ssvae.digits({ count: 500, seed: 2 });
const split = ssvae.splitDataset(dataset, { labeled: 100, seed });
const batches = ssvae.createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 100 }, seed });
const steps = epochs * batches.stepsPerEpoch;

const nets = { preset: 'mlp', widths: [256, 128, 64] } as const;
const model = ssvae.createLadderVae({ data: dataset, latents: [32, 16, 8], nets, seed });
const klWeight = ssvae.linearWarmup({ steps: steps / 2 }); // upper layers stay unused without it
const objective = ssvae.semiSupervised({ labelHandling: 'gumbel', klWeight });
const optimizer = ssvae.createAdam({ learningRate: ssvae.cosineDecay({ from: 3e-3, steps }) });
await ssvae.train(model, { objective, batches, epochs, optimizer, seed, execute, callbacks: progressBar() });

const { accuracy } = await ssvae.evaluateClassifier(model, test);
const bound = await ssvae.evaluateElbo(model, test, { seed });
console.log(`accuracy ${(100 * accuracy).toFixed(1)} %, bound ${bound.elbo.toFixed(1)} nats`);

// From each layer down by the means of the process, at the most probable label.
const x = ssvae.gatherInputs(test, [...Array(200).keys()]);
const y = tf.cast(tf.oneHot(tf.argMax(model.classify(x), 1), 10), 'float32');
const apart = (from: tf.Tensor) => tf.sum(tf.squaredDifference(x, from));
const columns = [x];
for (const [i, { mean }] of model.encode(x, y).entries()) {
  const shown = model.likelihood.mean(model.decode(mean, y, { layer: i + 1 }));
  columns.push(shown);
  const [left = 0] = await tf.div(apart(shown), apart(tf.mean(x, 0))).data();
  const kl = bound[i === 0 ? 'latentKl' : `latentKl.${i + 1}`]?.toFixed(1);
  const { active } = await ssvae.activeUnits(mean);
  const share = `${(100 * (1 - left)).toFixed(0)} % of the variance of pixels`;
  console.log(`layer ${i + 1}: ${kl} nats, ${active} of ${mean.shape[1]} units active, shows ${share}`);
}
const images = (await tf.slice(tf.stack(columns, 1), 0, 10).data()) as Float32Array; // ten digits, four images each
const grid = ssvae.figures.imageGrid(images, { shape: test.shape, columns: columns.length });
const { width, height, pixels } = grid;
await writeFile('ladder.pgm', Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), pixels]));
