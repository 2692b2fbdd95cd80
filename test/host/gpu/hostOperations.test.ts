import '@tensorflow/tfjs-backend-cpu';
import {
  dispose,
  engine,
  exp,
  getBackend,
  greater,
  memory,
  setBackend,
  tensor1d,
  tidy,
  where,
} from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { hostOperations, straysOf } from '../../support/hostOperations';
import { stepPrograms } from '../../support/stepPrograms';

it('the backend in use computes what the one in plain JavaScript computes, and keeps nothing', async () => {
  const backend = getBackend();
  const before = memory();
  const data = engine().backend.numDataIds();
  const found = await hostOperations();
  expect(memory().numTensors).toBe(before.numTensors);
  expect(memory().numDataBuffers).toBe(before.numDataBuffers);
  expect(engine().backend.numDataIds()).toBe(data);
  await setBackend('cpu');
  const expected = await hostOperations();
  await setBackend(backend);
  expect(straysOf(found, expected)).toEqual([]);
});

it.skipIf(getBackend() !== 'webgpu')('types are those of the host where WebGPU puts work off', async () => {
  const found = tidy(() => {
    const is = greater(tensor1d([1, -1]), 0);
    return [exp(is), where(is, tensor1d([0.5, 0.25]), is)];
  });
  expect(found.map(({ dtype }) => dtype)).toEqual(['float32', 'float32']);
  const [of, chosen] = (await Promise.all(found.map((tensor) => tensor.data()))) as [
    Float32Array,
    Float32Array,
  ];
  expect(of[0]).toBeCloseTo(Math.E, 5);
  expect([...chosen]).toEqual([0.5, 0]);
  dispose(found);
});

it.skipIf(getBackend() !== 'webgpu')('a step on WebGPU takes few programs', async () => {
  expect(await stepPrograms()).toBeLessThanOrEqual(117);
});
