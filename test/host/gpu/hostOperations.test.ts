import '@tensorflow/tfjs-backend-cpu';
import { getBackend, memory, setBackend } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { hostOperations, straysOf } from '../../support/hostOperations';
import { stepPrograms } from '../../support/stepPrograms';

it('the backend in use computes what the one in plain JavaScript computes, and keeps nothing', async () => {
  const backend = getBackend();
  const before = memory();
  const found = await hostOperations();
  expect(memory().numTensors).toBe(before.numTensors);
  expect(memory().numDataBuffers).toBe(before.numDataBuffers);
  await setBackend('cpu');
  const expected = await hostOperations();
  await setBackend(backend);
  expect(straysOf(found, expected)).toEqual([]);
});

it.skipIf(getBackend() !== 'webgpu')('a step on WebGPU takes few programs', async () => {
  expect(await stepPrograms()).toBeLessThanOrEqual(117);
});
