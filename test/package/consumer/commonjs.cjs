const tf = require('@tensorflow/tfjs-core');
const { gaussianKl } = require('ssvae');
require('ssvae/browser');
const { selectBackend } = require('ssvae/node');
require('ssvae/onnx');
require('ssvae/recorded');
require('ssvae/testing');
require('ssvae/wasm');

selectBackend({ backend: 'wasm' }).then(() => {
  const kl = gaussianKl({ mean: tf.tensor2d([[1, 0]]), logVar: tf.zeros([1, 2]) });
  console.log(kl.dataSync()[0]);
});
