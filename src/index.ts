/**
 * Semi-supervised variational autoencoders on TensorFlow.js: primitives, models and a trainer.
 *
 * @packageDocumentation
 */
export * as bernoulli from './distributions/bernoulli';
export * as categorical from './distributions/categorical';
export { createNoise } from './core/noise';
export { gaussianKl } from './divergences/gaussianKl';
export * as gaussian from './distributions/gaussian';
