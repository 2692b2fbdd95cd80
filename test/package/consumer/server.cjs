// A server in one file: without the backends that are not installed, which are missed when they are tried.
const tf = require('@tensorflow/tfjs-core');
const { gaussianKl } = require('ssvae');
const { selectBackend } = require('ssvae/node');

const refusal = (backend) =>
  selectBackend({ backend }).then(
    ({ name }) => name,
    ({ message }) => message,
  );

(async () => {
  for (const backend of process.argv[2] === 'none' ? ['webgpu', 'wasm', 'cpu'] : ['webgpu']) {
    const message = await refusal(backend);
    if (!/which is not available: .* is not installed; needed: npm install/.test(message))
      throw new Error(message);
  }
  if (process.argv[2] === 'none') return console.log(0.5);
  const { name } = await selectBackend();
  if (name !== 'wasm') throw new Error(`took ${name}`);
  const kl = gaussianKl({ mean: tf.tensor2d([[1, 0]]), logVar: tf.zeros([1, 2]) });
  console.log(kl.dataSync()[0]);
})();
