import * as tf from '@tensorflow/tfjs-core';
import { gaussianKl } from 'ssvae';
import 'ssvae/browser';
import { selectBackend } from 'ssvae/node';
import 'ssvae/onnx';
import 'ssvae/recorded';
import 'ssvae/testing';
import 'ssvae/wasm';

await selectBackend({ backend: 'wasm' });
const kl = gaussianKl({ mean: tf.tensor2d([[1, 0]]), logVar: tf.zeros([1, 2]) });
console.log(kl.dataSync()[0]);
