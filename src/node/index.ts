/**
 * What needs Node: choice of the backend, files, images in folders, data in blocks, data sets on disk and from the net, runs as programs, progress on the terminal.
 *
 * @module ssvae/node
 */

export type { FilesDataset } from '../data/ownData';
export {
  type BackendChoice,
  type BackendName,
  backendNames,
  type PassedOverBackend,
  type SelectBackendOptions,
  selectBackend,
} from './backend';
export { type ImageBlocksOptions, imageBlocks } from './blocks/imageBlocks';
export { type LineBlocksOptions, lineBlocks, type ParseLines } from './blocks/lineBlocks';
export { type RowBlocksOptions, rowBlocks } from './blocks/rowBlocks';
export { csvLog } from './csvLog';
export { type DownloadDatasetOptions, downloadDataset } from './datasets/downloadDataset';
export type { DownloadProgress } from './datasets/fetchBytes';
export { type LoadDatasetOptions, loadDataset, type TrainAndTest } from './datasets/loadDataset';
export { type DatasetName, datasetNames } from './datasets/registry';
export { file } from './file';
export { folder } from './folder';
export { type DecodeImage, type ImageFolderOptions, imageFolder } from './images/imageFolder';
export type { Run, RunContext } from './program/perform';
export { type Choices, type RunProgramOptions, runProgram } from './program/runProgram';
export { type ProgressBarOptions, progressBar } from './progressBar';
export { tensorBoard } from './tensorBoard';
