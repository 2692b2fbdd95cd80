import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { createBatches } from '../../src/data/batches';
import { twoMoons } from '../../src/data/moons';
import { splitDataset } from '../../src/data/split';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { createM2 } from '../../src/models/m2/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { progressBar } from '../../src/node/progressBar';
import type { TrainingPlan } from '../../src/training/callbacks';
import { train } from '../../src/training/train';
import { cleanUpAfterEach } from '../support/numbers';
import { memoryStorage, tinyBatches, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

/** A terminal, or a pipe, that remembers. */
const memoryStream = (isTTY: boolean) => {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      written.push(String(chunk));
      done();
    },
  });
  return { written, stream: Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream };
};

const options = () => ({
  objective: semiSupervised(),
  batches: tinyBatches({ stepsPerEpoch: 3 }),
  epochs: 2,
  seed: createNoise(1),
});

describe('progressBar', () => {
  it.each([
    ['columns', 0, 'progressBar: columns is 0, needed an array of texts'],
    ['columns', null, 'progressBar: columns is null, needed an array of texts'],
    ['columns', [0], 'progressBar: columns is an array of 1, needed an array of texts'],
    ['title', Symbol('t'), 'progressBar: title is Symbol(t), needed a text'],
    ['stream', { write() {} }, 'progressBar: stream is Object, needed an object with on()'],
  ])('refuses %s: %s', (name, value, message) => {
    expect(() => progressBar({ [name]: value })).toThrow(new TypeError(message));
  });

  it('draws on a terminal that tells no width, or 0', async () => {
    for (const columns of [0, undefined]) {
      const { written, stream } = memoryStream(true);
      const model = tinyM2();
      await train(model, {
        ...options(),
        callbacks: progressBar({ stream: Object.assign(stream, { columns }) }),
      });
      model.dispose();
      expect(written.join('')).toContain('epoch 2/2');
    }
  });

  it('leaves a line for each epoch in a pipe, below what an epoch is, and nothing that moves a cursor', async () => {
    const { written, stream } = memoryStream(false);
    const model = tinyM2();
    await train(model, { ...options(), callbacks: progressBar({ title: 'M2', stream }) });
    model.dispose();
    expect(written).toHaveLength(3);
    expect(written[0]).toMatch(
      /^M2 an epoch is 3 steps: each unlabeled example .* times?, each labeled example .* times?\n$/,
    );
    expect(written[1]).toMatch(/^M2 epoch 1\/2 3 steps loss \d+\.\d{4}\n$/);
    expect(written[2]).toMatch(/^M2 epoch 2\/2 3 steps loss \d+\.\d{4}\n$/);
  });

  it('draws a bar on a terminal, clears it behind each epoch, and shows the columns asked for', async () => {
    const { written, stream } = memoryStream(true);
    const model = tinyM2();
    await train(model, {
      ...options(),
      validate: () => Promise.resolve({ accuracy: 0.5, bound: -3 }),
      callbacks: progressBar({ stream, columns: ['validation.bound', 'absent'] }),
    });
    model.dispose();
    const text = written.join('');
    expect(text).toMatch(/training █*░+ epoch 1\/2 step \d\/6 loss \d+\.\d\d \d+:\d\d left/);
    expect(text).toContain('training epoch 1/2 3 steps validation.bound -3.0000\n');
    expect(text).not.toContain('absent');
    expect(text.endsWith('\r\x1b[2K')).toBe(true);
  });

  it('says where a resumed run goes on', async () => {
    const storage = memoryStorage();
    const { written, stream } = memoryStream(false);
    const first = tinyM2();
    await train(first, { ...options(), epochs: 1, checkpoint: { storage } });
    first.dispose();
    const second = tinyM2();
    await train(second, {
      ...options(),
      checkpoint: { storage },
      resume: true,
      callbacks: progressBar({ title: 'M2', stream }),
    });
    second.dispose();
    expect(written[0]).toBe('M2 goes on at step 4/6 from memory\n');
    expect(written[1]).toMatch(/^M2 an epoch is 3 steps/);
    expect(written).toHaveLength(3);
  });

  const begun = (plan: Partial<TrainingPlan>): readonly string[] => {
    const { written, stream } = memoryStream(false);
    progressBar({ title: 'M2', stream }).onTrainBegin?.({
      epochs: 8,
      stepsPerEpoch: 44,
      firstStep: 0,
      ...plan,
    });
    return written;
  };
  const resumed = { from: 'memory', step: 352, sameBackend: true };
  const writtenBy = { ssvae: '0', tfjs: '0', backend: 'wasm' };

  it('says that a finished run is finished', () => {
    const passes = { labeled: 22, unlabeled: 1 };
    expect(begun({ firstStep: 352, passes, resumed: { ...resumed, writtenBy } })).toEqual([
      'M2 is finished: step 352/352 of memory\n',
    ]);
  });

  it('says what an epoch is, where the batches tell', () => {
    expect(begun({ passes: { labeled: 21.6, unlabeled: 1 } })).toEqual([
      'M2 an epoch is 44 steps: each unlabeled example once, each labeled example 22 times\n',
    ]);
    expect(begun({ passes: { unlabeled: 0.977 } })).toEqual([
      'M2 an epoch is 44 steps: each unlabeled example 0.98 times\n',
    ]);
    expect(begun({})).toEqual([]);
  });

  it('shows how often an epoch shows each example', async () => {
    const noise = createNoise(1);
    const dataset = twoMoons({ count: 40, seed: noise });
    const split = splitDataset(dataset, { labeled: 10, seed: noise });
    const batches = createBatches({ dataset, split, batchSize: { labeled: 5, unlabeled: 10 }, seed: noise });
    const plans: TrainingPlan[] = [];
    const model = createM2({
      inputShape: [2],
      classes: 2,
      latent: 2,
      nets: { preset: 'mlp', widths: [4] },
      likelihood: gaussianObservation(),
    });
    const callbacks = { onTrainBegin: (plan: TrainingPlan) => void plans.push(plan) };
    await train(model, { objective: supervised(), batches, epochs: 1, seed: noise, callbacks });
    model.dispose();
    expect(plans).toEqual([
      { epochs: 1, stepsPerEpoch: 3, firstStep: 0, passes: { labeled: 1.5, unlabeled: 1 } },
    ]);
  });

  it('hands no control characters of a checkpoint to the terminal, and no endless text', () => {
    const backend = `wasm\x1b[2J\x9b31m\u202e\n${'x'.repeat(1000)}`;
    const [line = ''] = begun({
      resumed: { ...resumed, step: 3, sameBackend: false, writtenBy: { ...writtenBy, backend } },
    });
    expect(line).toContain('written on wasm�[2J�31m��xxx');
    expect(line).toMatch(/^\P{C}+\n$/u);
    expect(line.length).toBeLessThan(250);
  });

  it('hands no control characters of its title or columns to the terminal', async () => {
    const { written, stream } = memoryStream(false);
    const title = 'M2\x1b[2J\r\nmore';
    const name = 'loss\x1b[31m';
    const bar = progressBar({ title, columns: [name], stream });
    await bar.onTrainBegin?.({ epochs: 1, stepsPerEpoch: 1, firstStep: 0, passes: { unlabeled: 1 } });
    await bar.onEpochEnd?.(0, { epoch: 0, step: 1, seconds: 1, [name]: 2 } as never);
    expect(written).toEqual([
      'M2�[2J��more an epoch is 1 steps: each unlabeled example once\n',
      'M2�[2J��more epoch 1/1 1 steps loss�[31m 2.0000\n',
    ]);
  });

  describe('whose reader is gone', () => {
    const closed = (isTTY: boolean) =>
      Object.assign(
        new Writable({
          write: (_chunk, _encoding, done) => done(Object.assign(new Error('EPIPE'), { code: 'EPIPE' })),
        }),
        { isTTY },
      ) as unknown as NodeJS.WriteStream;

    it.each([true, false])('ends no run, and leaves no listener (terminal: %s)', async (isTTY) => {
      const stream = closed(isTTY);
      const whole = tinyM2();
      const quiet = tinyM2();
      const { history } = await train(whole, { ...options(), callbacks: progressBar({ stream }) });
      const expected = await train(quiet, options());
      const losses = (rows: typeof history) => rows.map(({ loss }) => loss);
      expect(losses(history)).toEqual(losses(expected.history));
      whole.dispose();
      quiet.dispose();
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(stream.listenerCount('error')).toBe(0);
    });

    it('leaves no listener on a stream that is whole, over many runs that end or fail', async () => {
      const { stream } = memoryStream(true);
      const before = stream.listenerCount('error');
      for (let run = 0; run < 20; run++) {
        const callbacks = progressBar({ stream });
        await callbacks.onTrainBegin?.({
          epochs: 1,
          stepsPerEpoch: 1,
          firstStep: 0,
          resumed: { ...resumed, writtenBy },
        });
        await callbacks.onBatchEnd?.({ step: 0, epoch: 0, read: () => Promise.resolve({ loss: 1 }) });
        if (run % 2 === 0) await callbacks.onEpochEnd?.(0, { epoch: 0, step: 1, seconds: 0, loss: 1 });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(stream.listenerCount('error')).toBe(before);
      stream.destroy();
      await progressBar({ stream }).onEpochEnd?.(0, { epoch: 0, step: 1, seconds: 0 });
    });
  });
});
