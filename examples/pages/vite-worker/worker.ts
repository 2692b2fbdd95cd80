// Trains on 100 labels of generated digits, and posts its accuracy after each epoch, or what went wrong.
import { createBatches, createM2, digits, evaluateClassifier, regularized, splitDataset, train } from 'ssvae';
import { selectBackend } from 'ssvae/browser';

async function run() {
  // A wrong wasmPaths ends here with an error, so that no slower backend is taken in its place.
  const { description, execute } = await selectBackend({ wasmPaths: '/wasm/' });
  const seed = 1;
  const dataset = digits({ count: 1000, seed });
  const test = digits({ count: 500, seed: 2 });
  const split = splitDataset(dataset, { labeled: 100, seed });
  const batches = createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 50 }, seed });
  const model = createM2({ data: dataset, latent: 10, nets: { preset: 'mlp', widths: [64] }, seed });

  const show = async (epoch: number) => {
    const { accuracy } = await evaluateClassifier(model, test);
    postMessage(`${description}. Epoch ${epoch + 1}: accuracy ${(100 * accuracy).toFixed(1)} %`);
  };
  const objective = regularized({ labelHandling: 'gumbel' });
  await train(model, { objective, batches, epochs: 3, execute, seed, callbacks: { onEpochEnd: show } });
}

run().catch(({ message }: Error) => postMessage(message));
