// Labels in one domain, none in the other: two moons as one instrument measures them, with labels, and as another one does,
// which lies at an angle, without. M2 on the first domain alone, then M1+M2 on both: npx tsx examples/domain.ts [--epochs 20]
import { parseArgs } from 'node:util';
import * as ssvae from 'ssvae';
import { selectBackend } from 'ssvae/node';

const { epochs } = parseArgs({ options: { epochs: { type: 'string', default: '20' } } }).values;
await selectBackend();
const [N, ANGLE, seed] = [1000, Math.PI / 4, 1];

/** N points of the source, and N of the target, turned about the middle of both moons; the domain of each as covariates. */
const measured = (of: number) => {
  const [source, target] = [
    ssvae.twoMoons({ count: N, seed: of }),
    ssvae.twoMoons({ count: N, seed: of + 1 }),
  ];
  const [cos, sin] = [Math.cos(ANGLE), Math.sin(ANGLE)];
  const turned = Float32Array.from(target.x, (_, i) => {
    const [x = 0, y = 0] = target.x.subarray(i - (i % 2));
    return i % 2 === 0 ? 0.5 + cos * (x - 0.5) - sin * (y - 0.25) : 0.25 + sin * (x - 0.5) + cos * (y - 0.25);
  });
  const covariates = Array.from({ length: 4 * N }, (_, i) => Number(i < 2 * N === (i % 2 === 0)));
  const [x, y] = [Float32Array.of(...source.x, ...turned), [...source.y, ...target.y]];
  return ssvae.createDataset({ name: 'moons of two domains', x, y, shape: [2], classes: 2, covariates });
};
const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
const [data, test] = [measured(10), ssvae.subset(measured(20), range(N, 2 * N))];

const likelihood = ssvae.gaussianObservation({ sigma: 0.2 });
const about = { data, likelihood, latent: 2, seed };
const nets = { preset: 'mlp', widths: [64, 64] } as const;
const adapting = { covariates: 2, features: 2, nets: { ...nets, innerWidths: [32] } };
const klWeight = ssvae.linearWarmup({ steps: 100 });
const runs = {
  'source alone': [ssvae.createM2({ ...about, nets }), range(0, N), ssvae.semiSupervised()],
  'both domains': [
    ssvae.createM1M2({ ...about, ...adapting }),
    range(0, 2 * N), // the labels of the first half alone are read
    ssvae.semiSupervised({ klWeight, domainDiscrepancy: { weight: 20 } }),
  ],
} as const;
for (const [name, [model, unlabeled, objective]] of Object.entries(runs)) {
  const split = { labeled: range(0, N), unlabeled };
  const batchSize = { labeled: 50, unlabeled: 100 };
  const batches = ssvae.createBatches({ dataset: data, split, batchSize, seed, stepsPerEpoch: 20 });
  const steps = Number(epochs) * batches.stepsPerEpoch;
  const optimizer = ssvae.createAdam({ learningRate: ssvae.cosineDecay({ from: 3e-3, steps }) });
  await ssvae.train(model, { objective, batches, alpha: 5, epochs: Number(epochs), optimizer, seed });
  const { accuracy } = await ssvae.evaluateClassifier(model, test);
  console.log(`${name}: target accuracy ${(100 * accuracy).toFixed(1)} %`);
}
