/**
 * A training step as one graph of native TensorFlow.
 *
 * @module ssvae/recorded
 */
export { type RecordedStepOptions, recordedStep } from './recordedStep';
