/** The VAE of the M1 + SVM study: trained once on all training images, without labels, and then read from its file. */
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bernoulli,
  createAdam,
  createBatches,
  createVae,
  type Dataset,
  type GaussianVae,
  linearWarmup,
  loadModel,
  saveModel,
  train,
  unsupervised,
} from 'ssvae';
import { file } from 'ssvae/node';
import { recordedStep } from 'ssvae/recorded';
import type { VaeSettings } from './m1Settings';

/** A file's name that tells the settings. */
const nameOf = (settings: VaeSettings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join('x') : value}`)
    .join(',');

/**
 * Trains the VAE, or reads it where it was trained before; a run that was interrupted goes on from its last checkpoint.
 *
 * @param images those of the training set; their labels are not looked at
 * @param settings what the VAE is
 * @param folder where it is kept
 */
export async function trainedVae(
  images: Dataset,
  settings: VaeSettings,
  folder: string,
): Promise<GaussianVae> {
  const path = join(folder, nameOf(settings));
  const done = await access(`${path}.safetensors`).then(
    () => true,
    () => false,
  );
  if (done) return loadModel(file(`${path}.safetensors`), { kind: 'vae' });
  const { widths, activation, batchNorm, latent, learningRate, batchSize, epochs } = settings;
  const model = createVae({
    inputShape: images.shape,
    latent,
    nets: { preset: 'mlp', widths, activation, norm: batchNorm ? 'batch' : 'none' },
    likelihood: bernoulli,
    initializer: 'glorot-uniform',
    seed: settings.seed,
  });
  const batches = createBatches({
    dataset: images,
    split: { labeled: new Int32Array(), unlabeled: Int32Array.from({ length: images.count }, (_, i) => i) },
    batchSize: { labeled: 0, unlabeled: batchSize },
    seed: settings.seed,
  });
  const steps = settings.warmup * batches.stepsPerEpoch;
  const optimizer = createAdam({ learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 });
  const execute = recordedStep();
  try {
    await train(model, {
      objective: unsupervised({
        klWeight: steps > 0 ? linearWarmup({ from: 0, to: settings.klWeight, steps }) : settings.klWeight,
      }),
      batches,
      epochs,
      seed: settings.seed,
      optimizer,
      execute,
      logEvery: 20,
      checkpoint: { storage: file(`${path}.checkpoint`) },
      resume: true,
      callbacks: {
        onEpochEnd: (epoch, row) =>
          console.log(
            `  epoch ${epoch + 1} of ${epochs}: bound ${row['unlabeled.elbo']?.toFixed(1)}, KL ${row['unlabeled.latentKl']?.toFixed(1)}, ${row.seconds?.toFixed(0)} s`,
          ),
      },
    });
    await saveModel(model, file(`${path}.safetensors`));
    await rm(`${path}.checkpoint`, { force: true });
    return model;
  } finally {
    execute.dispose();
    optimizer.dispose();
  }
}
