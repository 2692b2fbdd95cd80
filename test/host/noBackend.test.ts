import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('without a backend, every function that makes the first tensors says what to do', () => {
  const index = fileURLToPath(new URL('../../src/index.ts', import.meta.url));
  const program = `import(process.argv[1]).then(async (ssvae) => {
    const dataset = ssvae.createDataset({ name: 'a', x: new Uint8Array(4), y: [0, 1, 0, 1], shape: [1], classes: 2 });
    const split = { labeled: Int32Array.of(0, 1), unlabeled: Int32Array.of(2, 3) };
    const batches = (more) =>
      ssvae.createBatches({ dataset, split, batchSize: { labeled: 1, unlabeled: 1 }, seed: 1, ...more });
    const noise = ssvae.createNoise(1);
    const model = { variables: {}, inputShape: [1] };
    const options = { objective: () => ({}), batches: batches({}), epochs: 1, seed: 1 };
    for (const call of [
      () => batches({}).at(0),
      () => batches({ resident: true }).at(0),
      () => ssvae.gatherInputs(dataset, [0]),
      () => ssvae.gatherLabels(dataset, [0]),
      () => noise.uniform([1]),
      () => noise.normal([1]),
      () => noise.gumbel([1]),
      () => ssvae.everyLabel(1, 2),
      () => ssvae.scheduled({ step: 0, noise }, () => 1, 'beta'),
      () => ssvae.createM2({ inputShape: [1], classes: 2 }),
      () => ssvae.createVae({ inputShape: [1] }),
      () => ssvae.createAdgm({ inputShape: [1], classes: 2 }),
      () => ssvae.createSdgm({ inputShape: [1], classes: 2 }),
      () => ssvae.fit(dataset, { seed: 1 }),
      () => ssvae.fitSoftmaxClassifier([1, 2], [0, 1]),
      () => ssvae.mlpNets({ inputShape: [2], outputShape: [2], classes: 2, latent: 2, encoderSeesLabel: true }),
      () => ssvae.convNets({ inputShape: [8, 8, 1], outputShape: [8, 8, 1], classes: 2, latent: 2, encoderSeesLabel: true }),
      () => ssvae.gaussianObservation({ variance: 'shared' }),
      () => ssvae.negativeBinomial(),
      () => ssvae.predict({ ...model, classes: 2, classify: (x) => x }, new Float32Array(2)),
      () => ssvae.embed({ ...model, latent: 2, embed: (x) => x }, new Float32Array(2)),
      () => ssvae.evaluateClassifier({ ...model, classes: 2, classify: (x) => x }, dataset),
      () => ssvae.evaluateElbo({ ...model, bound: (x) => x }, { x: dataset.x }, { seed: 1 }),
      () => ssvae.evaluateImportanceBound({ ...model, bound: (x) => x }, { x: dataset.x }, { samples: 1, seed: 1 }),
      () => ssvae.train(model, options),
      () => ssvae.trainingSteps(model, { objective: options.objective, batches: options.batches, seed: 1 }).next(),
    ])
      await Promise.resolve().then(call).then(() => console.log('no error'), (error) => console.log(error.message));
  })`;
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '-e', program, index], {
    encoding: 'utf8',
  });
  const names = ['createBatches', 'createBatches', 'gatherInputs', 'gatherLabels', 'noise', 'noise', 'noise'];
  names.push(
    'everyLabel',
    'scheduled',
    'createM2',
    'createVae',
    'createAdgm',
    'createSdgm',
    'createM2',
    'fitSoftmaxClassifier',
    'mlpNets',
  );
  names.push('convNets', 'gaussianObservation', 'negativeBinomial', 'predict', 'embed', 'evaluateClassifier');
  names.push('evaluateElbo', 'evaluateImportanceBound', 'train', 'trainingSteps');
  expect(stdout.trim().split('\n')).toEqual(
    names.map(
      (name) =>
        `${name}: TensorFlow.js has no backend yet, needed one: await selectBackend() of ssvae/node or ssvae/browser`,
    ),
  );
});
