// A page whose Content-Security-Policy has no 'unsafe-eval'. Copy this folder's files into an empty folder, and the .wasm files of
// @tensorflow/tfjs-backend-wasm/dist into its public/wasm. Then run npx vite build && npx vite preview.
import { createBatches, createM2, digits, evaluateClassifier, regularized, splitDataset, train } from 'ssvae';
import { selectBackend } from 'ssvae/browser';

const status = document.querySelector('#status') as HTMLElement;

async function run() {
  // Where the policy forbids WebAssembly this is an error, and { backend: 'cpu' } trains without it, slowly.
  const { description, execute } = await selectBackend({ wasmPaths: '/wasm/' });
  const seed = 1;
  const dataset = digits({ count: 1000, seed });
  const test = digits({ count: 500, seed: 2 });
  const split = splitDataset(dataset, { labeled: 100, seed });
  const batches = createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 50 }, seed });
  const model = createM2({ data: dataset, latent: 10, nets: { preset: 'mlp', widths: [64] }, seed });

  const show = async (epoch: number) => {
    const { accuracy } = await evaluateClassifier(model, test);
    status.textContent = `${description}. Epoch ${epoch + 1}: accuracy ${(100 * accuracy).toFixed(1)} %`;
  };
  const objective = regularized({ labelHandling: 'gumbel' });
  await train(model, { objective, batches, epochs: 3, execute, seed, callbacks: { onEpochEnd: show } });
}

run().catch(({ message }: Error) => {
  status.textContent = message;
});
