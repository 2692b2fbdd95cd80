/** A first day's work with the library, whatever loads the modules: a run with checkpoints, its resume, classes. */
const { join } = require('node:path');

module.exports.work = async (ssvae, node, folder) => {
  const dataset = ssvae.twoMoons({ count: 40, seed: 1 });
  const split = ssvae.splitDataset(dataset, { labeled: 10, seed: 1 });
  const model = ssvae.createM2({
    inputShape: [2],
    classes: 2,
    latent: 2,
    nets: { preset: 'mlp', widths: [4] },
    likelihood: ssvae.gaussianObservation({ sigma: 0.3 }),
    seed: 1,
  });
  const batches = ssvae.createBatches({ dataset, split, batchSize: { labeled: 5, unlabeled: 10 }, seed: 1 });
  const checkpoint = { storage: node.file(join(folder, 'run.safetensors')) };
  const options = { objective: ssvae.semiSupervised(), batches, seed: 1, checkpoint, resume: true };
  const first = await ssvae.train(model, { ...options, epochs: 1 });
  const second = await ssvae.train(model, { ...options, epochs: 2 });
  const { probabilities } = await ssvae.predict(model, dataset.x);
  model.dispose();
  return {
    steps: [first.step, second.step],
    resumed: second.resumed.step,
    probabilities: probabilities.length,
  };
};

/** What `work` comes to. */
module.exports.done = { steps: [3, 6], resumed: 3, probabilities: 80 };
