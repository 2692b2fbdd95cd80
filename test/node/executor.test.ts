import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(import.meta.url);

interface Report {
  readonly losses: readonly number[];
  /** graphs that native TensorFlow ran */
  readonly graphs: number;
  /** whether the package of recorded steps was loaded */
  readonly protobuf: boolean;
}

/** Trains four steps by the executor of a selection, or without one, in a process of its own. */
const trainedBy = async (entry: 'node' | 'browser', backend: string, pass = true): Promise<Report> => {
  const program = `
    import { createRequire } from 'node:module';
    import * as tf from '@tensorflow/tfjs-core';
    import '@tensorflow/tfjs-layers';
    globalThis.navigator ??= { hardwareConcurrency: 1 };
    const { createM2, createBatches, digits, semiSupervised, splitDataset, train } = await import('ssvae');
    const { selectBackend } = await import('ssvae/${entry}');
    const { execute } = await selectBackend({ backend: '${backend}' });
    const { binding } = tf.backend();
    let graphs = 0;
    if (binding) {
      const runSavedModel = (...args) => (graphs++, binding.runSavedModel(...args));
      tf.backend().binding = Object.create(binding, { runSavedModel: { value: runSavedModel } });
    }
    const dataset = digits({ count: 60, seed: 1 });
    const split = splitDataset(dataset, { labeled: 20, seed: 1 });
    const batches = createBatches({ dataset, split, batchSize: { labeled: 10, unlabeled: 10 }, seed: 1 });
    const model = createM2({ inputShape: [28, 28, 1], classes: 10, latent: 2, nets: { preset: 'mlp', widths: [8] }, seed: 1 });
    const options = { objective: semiSupervised(), batches, epochs: 1, seed: 1${pass ? ', execute' : ''} };
    const { history } = await train(model, options);
    execute.dispose();
    const protobuf = Object.keys(createRequire(process.cwd() + '/x.js').cache).some((path) => path.includes('google-protobuf'));
    console.log(JSON.stringify({ losses: history.map(({ loss }) => loss), graphs, protobuf }));`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program],
    { cwd: root },
  );
  expect(stderr).not.toContain('operation by operation');
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
};

const isInstalled = (name: string): boolean => {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
};

describe('the executor of selectBackend', () => {
  it.each(['node', 'browser'] as const)(
    'of ssvae/%s runs operation by operation on cpu, and loads no recorder',
    async (entry) => {
      const { losses, graphs, protobuf } = await trainedBy(entry, 'cpu');
      expect({ losses, graphs, protobuf }).toEqual(await trainedBy(entry, 'cpu', false));
      expect(losses[0]).toBeGreaterThan(0);
      expect(protobuf).toBe(false);
    },
  );

  it('records steps on native TensorFlow', async (context) => {
    if (!isInstalled('@tensorflow/tfjs-node')) context.skip('@tensorflow/tfjs-node is not installed');
    const recorded = await trainedBy('node', 'tensorflow');
    const eager = await trainedBy('node', 'tensorflow', false);
    expect(eager.graphs).toBe(0);
    expect(recorded.graphs).toBeGreaterThan(0);
    expect(recorded.protobuf).toBe(true);
    expect(recorded.losses[0]).toBeCloseTo(eager.losses[0] ?? Number.NaN, 2);
  });
});
