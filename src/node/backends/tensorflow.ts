/** Native TensorFlow, by the package for GPUs or the one for processors. */
import util from 'node:util';
import { findBackendFactory, getKernelsForBackend, unregisterKernel } from '@tensorflow/tfjs-core';
import { Broken, NotInstalled, reasonOf } from '../../host/backendErrors';
import { useNativeKernels } from '../../host/native/index';
import { nativeBackend } from '../../host/native/tensorflow';
import { createEagerExecutor } from '../../training/executor';
import { loadPackage } from '../packages';
import type { NodeCandidate } from './candidate';

// tfjs-node calls functions of `util` that Node 23 removed.
const restoreUtilFunctions = (): void => {
  const removed = {
    isArray: Array.isArray,
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  };
  for (const [name, value] of Object.entries(removed)) {
    if (!(name in util)) Object.defineProperty(util, name, { value, configurable: true, writable: true });
  }
};

const NATIVE = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** Native TensorFlow. */
export const tensorflow = {
  name: 'tensorflow',
  packages: '@tensorflow/tfjs-node',
  async load() {
    if (findBackendFactory('tensorflow')) {
      useNativeKernels();
      return 'native TensorFlow, imported already';
    }
    restoreUtilFunctions();
    // The C++ library logs its start-up otherwise; it reads the variable when it is loaded.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
    const errors: unknown[] = [];
    for (const name of NATIVE) {
      try {
        await loadPackage(name);
        useNativeKernels();
        return `native TensorFlow from ${name}`;
      } catch (error) {
        errors.push(
          error instanceof NotInstalled ? error : new Broken(`${name}: ${reasonOf(error)}`, { cause: error }),
        );
        // It registers its kernels before it looks for its library; the next one would warn about each.
        for (const { kernelName } of getKernelsForBackend('tensorflow')) {
          unregisterKernel(kernelName, 'tensorflow');
        }
      }
    }
    const absent = errors.every((error) => error instanceof NotInstalled);
    throw new (absent ? NotInstalled : Broken)(errors.map(reasonOf).join(', '));
  },
  async createExecutor() {
    if (nativeBackend() === undefined) return createEagerExecutor();
    // Only here: the entry brings google-protobuf.
    const { recordedStep } = await import('../../recorded/index');
    return recordedStep();
  },
} as const satisfies NodeCandidate;
