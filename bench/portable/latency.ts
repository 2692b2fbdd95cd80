/**
 * Times a classifier in ONNX Runtime on WebAssembly next to this library on WebAssembly, one thread each:
 * `npx tsx bench/portable/latency.ts`. The fastest of 30 calls; the numbers of docs/interop.md.
 */
import { tensor, tidy } from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-web';
import { createM2, createNoise, loadModel, saveModel } from 'ssvae';
import { selectBackend } from 'ssvae/node';
import { exportOnnx } from 'ssvae/onnx';

const CALLS = 30;

/** The fastest of several calls, ms: other work on the machine can only slow a call down. */
async function fastest(call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < CALLS + 3; i++) {
    const start = performance.now();
    await call();
    if (i >= 3) times.push(performance.now() - start);
  }
  return Math.min(...times);
}

await selectBackend({ backend: 'wasm', threads: 1 });
ort.env.wasm.numThreads = 1;
for (const nets of ['mlp', 'conv'] as const) {
  const model = createM2({ inputShape: [28, 28, 1], classes: 10, nets, seed: 1 });
  const file = await exportOnnx(model, { part: 'classifier' });
  let saved = new Uint8Array();
  const storage = {
    name: 'memory',
    read: async () => saved,
    async write(bytes: Uint8Array) {
      saved = bytes.slice();
    },
  };
  await saveModel(model, { ...storage, read: async () => undefined });
  const session = await ort.InferenceSession.create(file);
  const loads = {
    onnx: await fastest(async () => (await ort.InferenceSession.create(file)).release()),
    ssvae: await fastest(async () => (await loadModel(storage)).dispose()),
  };
  console.log(
    `${nets}: file ${(file.length / 1e6).toFixed(2)} MB, saved model ${(saved.length / 1e6).toFixed(2)} MB; load ${loads.onnx.toFixed(1)} ms, ssvae ${loads.ssvae.toFixed(1)} ms`,
  );
  for (const rows of [1, 100]) {
    const x = createNoise(1).uniforms(rows * 784);
    const feeds = { x: new ort.Tensor('float32', x, [rows, 28, 28, 1]) };
    const onnx = await fastest(() => session.run(feeds));
    const ssvae = await fastest(async () => {
      const logits = tidy(() => model.classify(tensor(x, [rows, 28, 28, 1])));
      await logits.data();
      logits.dispose();
    });
    console.log(`${nets}: ${rows} images ${onnx.toFixed(2)} ms, ssvae ${ssvae.toFixed(2)} ms`);
  }
  await session.release();
  model.dispose();
}
