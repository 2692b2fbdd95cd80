// Trains an M2 on 100 labels of generated digits, and writes its classifier for ONNX Runtime: npx tsx export.ts
// writes public/classifier.onnx, which the page (main.ts) and the server (serve.ts) load. --epochs 2 makes it shorter.
import { parseArgs } from 'node:util';
import * as ssvae from 'ssvae';
import { file, selectBackend } from 'ssvae/node';
import { exportOnnx } from 'ssvae/onnx';

const { values } = parseArgs({ options: { epochs: { type: 'string', default: '10' } } });
console.log((await selectBackend()).description);

const seed = 1;
const dataset = ssvae.digits({ count: 2000, seed });
const test = ssvae.digits({ count: 500, seed: 2 });
const split = ssvae.splitDataset(dataset, { labeled: 100, seed });
const batches = ssvae.createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 50 }, seed });
const model = ssvae.createM2({ data: dataset, latent: 10, nets: { preset: 'mlp', widths: [200] }, seed });
await ssvae.train(model, {
  objective: ssvae.regularized({ labelHandling: 'gumbel', mutualInformationWeight: 5, entropyPenalty: 1 }),
  batches,
  epochs: Number(values.epochs),
  optimizer: ssvae.createAdam({ learningRate: 3e-3 }),
  seed,
});
const { accuracy } = await ssvae.evaluateClassifier(model, test);
console.log(`accuracy ${(100 * accuracy).toFixed(1)} %`);

const bytes = await exportOnnx(model, { part: 'classifier' });
await file('public/classifier.onnx').write(bytes);
console.log(`public/classifier.onnx: ${(bytes.length / 1e6).toFixed(2)} MB`);
