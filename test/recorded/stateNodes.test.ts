import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { variable, zeros } from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { type NativeBackend, nativeBackend } from '../../src/host/native/tensorflow';
import { encodeSavedModel } from '../../src/recorded/graphDef';
import { NodeList } from '../../src/recorded/nodes';
import { addState } from '../../src/recorded/stateNodes';
import { cleanUpAfterEach } from '../support/numbers';

cleanUpAfterEach();

describe.skipIf(process.env.SSVAE_TEST_BACKEND !== 'tensorflow')(
  'the state of a graph (needs the native backend)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'ssvae-test-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    // TensorFlow borrows an array that begins at a multiple of 64 bytes, and copies any other: one of four begins there.
    it.each([0, 16, 32, 48])('is its own, not an array that was lent (at byte %i)', (offset) => {
      const { binding } = nativeBackend() as NativeBackend;
      const graph = new NodeList();
      const values = variable(zeros([8]));
      const { given, taken, now } = addState(graph, { values }).placeOf('values');
      values.dispose();
      writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(graph.nodes));
      const model = binding.loadSavedModel(folder, 'serve');
      const lent = new Float32Array(new ArrayBuffer(128), offset, 8).fill(1);
      const id = binding.createTensor([8], binding.TF_FLOAT, lent);
      const [done] = binding.runSavedModel(model, [id], `${given}:0`, `${taken}:0`);
      lent.fill(2);
      const [read] = binding.runSavedModel(model, [], '', `${now}:0`);
      expect(Array.from(binding.tensorDataSync(read?.id as number))).toEqual(Array(8).fill(1));
      for (const one of [id, done?.id, read?.id]) binding.deleteTensor(one as number);
      binding.deleteSavedModel(model);
    });
  },
);
