require('@tensorflow/tfjs-backend-cpu');
const tf = require('@tensorflow/tfjs-core');
const { gaussianKl } = require('ssvae');
require('ssvae/browser');
require('ssvae/node');
require('ssvae/wasm');

tf.setBackend('cpu').then(() => {
  const kl = gaussianKl({ mean: tf.tensor2d([[1, 0]]), logVar: tf.zeros([1, 2]) });
  console.log(kl.dataSync()[0]);
});
