/**
 * Puts the backend named by the environment under test in place before a test file is loaded, and takes away
 * what the file leaves behind: files share a process, so that the backend starts once and not a hundred times.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { afterAll, afterEach } from 'vitest';
import type { BackendName } from '../../src/node/backend';
import { computeAlone } from './computeAlone';

const backend = process.env.SSVAE_TEST_BACKEND ?? 'cpu';

// Setting it again would make a new instance and take every living tensor with it.
if (tf.getBackend() !== backend) {
  const { selectBackend } = await import('../../src/node/backend');
  await selectBackend({ backend: backend as BackendName });
}

// Small tensors are forwarded to the cpu by default, and a test's are small: its kernels would be the ones tested.
computeAlone();

// Tests that wait for nothing but each other keep the process from its messages: after a minute without an answer the runner fails.
afterEach(() => new Promise<void>((resolve) => setImmediate(resolve)));

afterAll(() => tf.disposeVariables());
