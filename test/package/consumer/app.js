import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as ssvae from 'ssvae';
import * as browser from 'ssvae/browser';
import * as onnx from 'ssvae/onnx';
import * as testing from 'ssvae/testing';

await tf.setBackend('cpu');
const kl = ssvae.gaussianKl({ mean: tf.tensor2d([[1, 0]]), logVar: tf.zeros([1, 2]) });
console.log(kl.dataSync()[0]);
globalThis.ssvae = { ...ssvae, ...browser, ...onnx, ...testing };
