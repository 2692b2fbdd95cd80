// A server as an ES module in one file.
import * as tf from '@tensorflow/tfjs-core';
import { gaussianKl } from 'ssvae';
import { selectBackend } from 'ssvae/node';

const { name } = await selectBackend();
if (name !== 'wasm') throw new Error(`took ${name}`);
const kl = gaussianKl({ mean: tf.tensor2d([[1, 0]]), logVar: tf.zeros([1, 2]) });
console.log(kl.dataSync()[0]);
