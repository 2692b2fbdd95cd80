/**
 * A training step as one graph of native TensorFlow.
 *
 * @packageDocumentation
 */
export { type RecordedStep, type RecordedStepOptions, recordedStep } from './recordedStep';
