/** Checkpoints of a run: writes them, and finds the one to resume from. */
import { getBackend } from '@tensorflow/tfjs-core';
import { type Claim, claimFor, isFolder } from '../../files/storage';
import type { CheckpointOptions, Resume } from '../options';
import { encodeCheckpoint } from './encode';
import { assertFresh, assertGivesFiles, isEmpty, keepCheckpoint } from './files';
import type { RunIdentity } from './identity';
import { resumeFrom } from './resume';
import type { Resumed } from './resumed';
import type { Progress, RunState } from './runState';

/** The state that a run begins with. */
export interface Beginning {
  readonly progress: Progress;
  /** the checkpoint that it resumes from, if any */
  readonly resumed?: Resumed;
}

/** Checkpoints of a run. */
export interface Checkpoints {
  /** whether to write one at each new best epoch */
  readonly keepBest: boolean;
  /** Claims the storage, and restores the checkpoint to resume from, if any. */
  begin(resume: Resume): Promise<Beginning>;
  /** Writes one, unless the last one has the same progress. */
  save(progress: Progress): Promise<void>;
  /** Releases the storage. */
  end(): Promise<void>;
}

const START: Progress = { step: 0, seconds: 0, history: [], sums: {} };

/** For a run without checkpoints. */
const NOWHERE: Checkpoints = {
  keepBest: false,
  begin: async () => ({ progress: START }),
  save: async () => {},
  end: async () => {},
};

/**
 * Checkpoints of a run.
 *
 * @param options storage, and how many to keep; undefined for no checkpoints
 * @param state to write into them
 * @param run that they belong to
 */
export function createCheckpoints(
  options: Pick<Required<CheckpointOptions>, 'storage' | 'keep'> | undefined,
  state: RunState,
  run: RunIdentity,
): Checkpoints {
  if (options === undefined) return NOWHERE;
  const { storage, keep } = options;
  // Nothing is written before the first step, so a run that is aborted at once does not replace a checkpoint.
  let saved = START;
  let claimed: Claim | undefined;
  return {
    keepBest: isFolder(storage),
    async begin(resume) {
      claimed = await claimFor('train', 'checkpoint.storage', storage);
      if (isFolder(storage)) assertGivesFiles(storage);
      const found = resume ? await resumeFrom(storage, resume, state, run) : undefined;
      if (found === undefined) {
        await assertFresh(storage);
        return { progress: START };
      }
      const { name, checkpoint } = found;
      const { progress, writtenBy } = checkpoint;
      saved = progress;
      const sameBackend = writtenBy.backend === getBackend();
      return { progress, resumed: { from: name, step: progress.step, writtenBy, sameBackend } };
    },
    async save(progress) {
      if (saved === progress) return;
      const { step, best } = progress;
      const bytes = await encodeCheckpoint(state, progress, run);
      // The claim was removed. Meanwhile another run may have started, ended and left its checkpoints.
      if (claimed && !(await claimed.confirm()) && !(await isEmpty(storage)))
        throw new Error(
          `train: ${storage.name} was taken from this run, and holds the checkpoints of another, needed a place of its own`,
        );
      await keepCheckpoint(storage, bytes, step, keep, best && (best.epoch + 1) * run.stepsPerEpoch);
      saved = progress;
    },
    async end() {
      await claimed?.release();
    },
  };
}
