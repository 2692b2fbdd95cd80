/** Puts the backend named by the environment under test in place before any test file is loaded. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';

const backend = process.env.SSVAE_TEST_BACKEND ?? 'cpu';
if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
else await import('@tensorflow/tfjs-backend-cpu');
await tf.setBackend(backend);
await tf.ready();
