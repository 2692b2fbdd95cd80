/** Checkpoints of a run: written as it goes, and the one that it goes on from. */
import { getBackend } from '@tensorflow/tfjs-core';
import { messageOf } from '../../core/messageOf';
import {
  type Claim,
  claimWithinProcess,
  isFolder,
  type Storage,
  type StorageFolder,
} from '../../files/storage';
import type { CheckpointOptions, Resume } from '../options';
import { encodeCheckpoint } from './encode';
import { assertFresh, isEmpty, keepCheckpoint } from './files';
import type { RunIdentity } from './identity';
import { resumeFrom } from './resume';
import type { Resumed } from './resumed';
import type { Progress, RunState } from './runState';

/** Where a run begins. */
export interface Beginning {
  readonly progress: Progress;
  /** the checkpoint that it goes on from, where it does */
  readonly resumed?: Resumed;
}

/** Checkpoints of a run. */
export interface Checkpoints {
  /** whether the best epoch is to have one of its own */
  readonly keepBest: boolean;
  /** Takes the place for the run, and puts the checkpoint in place that the run goes on from, where there is one. */
  begin(resume: Resume): Promise<Beginning>;
  /** Writes one, unless this very progress lies in the last. */
  save(progress: Progress): Promise<void>;
  /** Gives the place back. */
  end(): Promise<void>;
}

const START: Progress = { step: 0, seconds: 0, history: [], sums: {} };

/** For a run that is not kept anywhere. */
const NOWHERE: Checkpoints = {
  keepBest: false,
  begin: async () => ({ progress: START }),
  save: async () => {},
  end: async () => {},
};

/**
 * Takes a place for a run.
 *
 * @throws Error when another run holds it, or nothing can be written there
 */
const claim = async (place: Storage | StorageFolder): Promise<Claim> => {
  try {
    return await (place.claim?.() ?? claimWithinProcess(place, place.name));
  } catch (cause) {
    throw new Error(`train: checkpoint.storage cannot be used: ${messageOf(cause)}`, { cause });
  }
};

/**
 * Checkpoints of a run.
 *
 * @param options where they lie; without any there are none
 * @param state that goes into them
 * @param run that they belong to
 */
export function createCheckpoints(
  options: Pick<Required<CheckpointOptions>, 'storage' | 'keep'> | undefined,
  state: RunState,
  run: RunIdentity,
): Checkpoints {
  if (options === undefined) return NOWHERE;
  const { storage, keep } = options;
  // What nothing has been done of is not written: a run that is aborted at once leaves what lies there.
  let saved = START;
  let claimed: Claim | undefined;
  return {
    keepBest: isFolder(storage),
    async begin(resume) {
      claimed = await claim(storage);
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
      // Somebody has removed the claim: another run may have come, and gone, and have left its checkpoints.
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
