/** The history of a run for TensorBoard. */
import { appendFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Claim } from '../files/storage';
import type { Callbacks } from '../training/callbacks';
import { claimOnDisk, lockOf } from './claim';
import { type EventContent, eventRecord } from './eventRecord';
import { absolute, assertPath } from './file';
import { claimPlace } from './heldPlaces';
import { naming } from './systemError';
import { makeFolder, targetOf } from './writeWhole';

let files = 0;

/**
 * Callbacks that write the history of a run as event files, which `tensorboard --logdir` shows as curves by step.
 *
 * A number `labeled.elbo` of the history becomes the curve `labeled/elbo`, so that TensorBoard groups them by part. Each call of
 * `train` adds a file to the folder. A resumed one says where it goes on, and TensorBoard then leaves out what an interrupted
 * run wrote beyond that step. Each run wants a folder of its own: while a run writes to it, a second run is refused, in this
 * process or another.
 *
 * @param path of the folder; made when the run begins
 * @returns callbacks for `train`
 * @throws TypeError when the path is none
 * @example await train(model, { objective: semiSupervised(), batches, epochs: 10, seed: 1, callbacks: tensorBoard('runs/m2/events') })
 */
export function tensorBoard(path: string): Callbacks {
  assertPath('tensorBoard', 'path', path);
  const folder = absolute('tensorBoard', path);
  let target = '';
  let claim: Claim | undefined;
  const release = async (): Promise<void> => {
    await claim?.release();
    claim = undefined;
  };
  const writing = <T>(work: () => Promise<T>): Promise<T> =>
    naming(`tensorBoard: ${path}`, 'cannot be written to, needed a folder, or the path of a new one', work);
  const write = (step: number, content: EventContent): Promise<void> =>
    writing(() => appendFile(target, eventRecord({ seconds: Date.now() / 1000, step, ...content })));
  return {
    async onTrainBegin({ firstStep }) {
      const name = `tensorBoard: ${path}`;
      const real = await writing(() => targetOf(folder));
      claim = await claimPlace({ is: 'folder', path: real, name }, async () => {
        await writing(() => makeFolder(folder));
        // Readers would take the events of two runs for those of one. The folder may hold the run's checkpoints too.
        return claimOnDisk(lockOf(join(real, 'events')), name, async () => []);
      });
      try {
        // Readers take the files of a folder in the order of their names.
        const suffix = [Math.floor(Date.now() / 1000), hostname(), process.pid, files++].join('.');
        target = join(folder, `events.out.tfevents.${suffix}`);
        await write(firstStep, { fileVersion: 'brain.Event:2' });
        // Readers forget what they have of this step and of later ones.
        await write(firstStep + 1, { begins: true });
      } catch (error) {
        await release();
        throw error;
      }
    },
    async onEpochEnd(_, { epoch: __, step, seconds: ___, ...columns }) {
      const scalars = Object.entries(columns).map(([name, value]) => [name.replace('.', '/'), value]);
      await write(step, { scalars: Object.fromEntries(scalars) });
    },
    onTrainEnd: release,
    onTrainFault: release,
  };
}
