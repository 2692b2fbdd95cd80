/**
 * A training step as one graph of native TensorFlow.
 *
 * @packageDocumentation
 */
export { type RecordedStepOptions, recordedStep } from './recordedStep';
