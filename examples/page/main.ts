// A page that trains: 100 labels of generated digits, its accuracy, and samples of each class, one class a row.
// Copy this folder's files into an empty folder, and the .wasm files of @tensorflow/tfjs-backend-wasm/dist into its public/wasm.
// Then run npx vite. In the address, ?backend=wasm chooses the backend and ?epochs=2 the length.
import * as ssvae from 'ssvae';
import { type SelectBackendOptions, selectBackend } from 'ssvae/browser';

const query = new URLSearchParams(location.search);
const status = document.querySelector('#status') as HTMLElement;
const canvas = document.querySelector('canvas') as HTMLCanvasElement;
const backend = (query.get('backend') ?? undefined) as SelectBackendOptions['backend'];
const { description } = await selectBackend({ wasmPaths: '/wasm/', ...(backend && { backend }) });

const seed = 1;
const dataset = ssvae.digits({ count: 2000, seed });
const test = ssvae.digits({ count: 500, seed: 2 });
const split = ssvae.splitDataset(dataset, { labeled: 100, seed });
const batches = ssvae.createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 50 }, seed });
const model = ssvae.createM2({
  data: dataset,
  latent: 10,
  nets: { preset: 'mlp', widths: [200] },
  seed,
});

const show = async (epoch: number) => {
  const { accuracy } = await ssvae.evaluateClassifier(model, test);
  status.textContent = `${description}. Epoch ${epoch}: accuracy ${(100 * accuracy).toFixed(1)} %`;
  const { width, height, pixels } = await ssvae.figures.classSamples(model, { seed });
  Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  for (const [i, grey] of pixels.entries()) image.data.set([grey, grey, grey, 255], 4 * i);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
};

await show(0);
await ssvae.train(model, {
  objective: ssvae.regularized({ labelHandling: 'gumbel', mutualInformationWeight: 5, entropyPenalty: 1 }),
  batches,
  epochs: Number(query.get('epochs') ?? 10),
  optimizer: ssvae.createAdam({ learningRate: 3e-3 }),
  seed,
  callbacks: {
    onBatchEnd({ step }) {
      document.title = `step ${step + 1}`;
    },
    onEpochEnd: (epoch) => show(epoch + 1),
  },
});
document.title = 'trained';
