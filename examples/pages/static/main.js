// A page without a build: the import map of index.html says where the modules are.
// Copy this folder's files beside the node_modules of a project, and serve that folder: any file server will do.
import { createBatches, createM2, digits, evaluateClassifier, regularized, splitDataset, train } from 'ssvae';
import { selectBackend } from 'ssvae/browser';

const status = document.querySelector('#status');

async function run() {
  const wasmPaths = './node_modules/@tensorflow/tfjs-backend-wasm/dist/';
  const { description, execute } = await selectBackend({ wasmPaths });
  const seed = 1;
  const dataset = digits({ count: 1000, seed });
  const test = digits({ count: 500, seed: 2 });
  const split = splitDataset(dataset, { labeled: 100, seed });
  const batches = createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 50 }, seed });
  const model = createM2({ data: dataset, latent: 10, nets: { preset: 'mlp', widths: [64] }, seed });

  const show = async (epoch) => {
    const { accuracy } = await evaluateClassifier(model, test);
    status.textContent = `${description}. Epoch ${epoch + 1}: accuracy ${(100 * accuracy).toFixed(1)} %`;
  };
  const objective = regularized({ labelHandling: 'gumbel' });
  await train(model, { objective, batches, epochs: 3, execute, seed, callbacks: { onEpochEnd: show } });
}

run().catch(({ message }) => {
  status.textContent = message;
});
