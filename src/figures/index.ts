/**
 * Figures as plain data: Vega-Lite specifications and pixel grids; what draws them is not a part of the library.
 *
 * @module
 */
export { type AnalogiesOptions, analogies } from './analogies';
export {
  type CalibrationDiagramBin,
  type CalibrationDiagramOptions,
  calibrationDiagram,
} from './calibrationDiagram';
export type { ModelGridOptions } from './cells';
export { type ClassSamplesOptions, classSamples } from './classSamples';
export { type ConfusionMatrixOptions, confusionMatrix } from './confusionMatrix';
export { type EntropyByEpochOptions, entropyByEpoch } from './entropyByEpoch';
export { type ImageGridOptions, imageGrid, type PixelGrid } from './imageGrid';
export {
  type HistoryRow,
  type LearningCurvesOptions,
  learningCurves,
  type ReferenceLine,
} from './learningCurves';
export { type ReconstructionsOptions, reconstructions } from './reconstructions';
export type { VegaLiteSpec } from './spec';
