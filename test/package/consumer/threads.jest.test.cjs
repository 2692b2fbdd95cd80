// Threads of WebAssembly in Jest's sandbox, in a file of its own: they are available only before the backend starts.
test('wasm computes with threads', async () => {
  const tf = require('@tensorflow/tfjs-core');
  const { selectBackend } = require('ssvae/node');
  const { description } = await selectBackend({ backend: 'wasm', threads: 2 });
  expect(description).toContain('2 threads');
  const ones = tf.ones([300, 300]);
  expect(tf.sum(tf.matMul(ones, ones)).dataSync()[0]).toBe(300 ** 3);
  tf.removeBackend('wasm');
});
