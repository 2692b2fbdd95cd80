import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { m2 } from '../../src/models/m2/objective';
import { progressBar } from '../../src/node/progressBar';
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
  objective: m2(),
  batches: tinyBatches({ stepsPerEpoch: 3 }),
  epochs: 2,
  noise: createNoise(1),
});

describe('progressBar', () => {
  it('leaves a line for each epoch in a pipe, and nothing that moves a cursor', async () => {
    const { written, stream } = memoryStream(false);
    const model = tinyM2();
    await train(model, { ...options(), callbacks: progressBar({ title: 'M2', stream }) });
    model.dispose();
    expect(written).toHaveLength(2);
    expect(written[0]).toMatch(/^M2 epoch 1\/2 3 steps loss \d+\.\d{4}\n$/);
    expect(written[1]).toMatch(/^M2 epoch 2\/2 3 steps loss \d+\.\d{4}\n$/);
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
    expect(written).toHaveLength(2);
  });
});
