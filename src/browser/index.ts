/**
 * What needs a browser: choice of the backend, image files that a user drops, and storage in the page.
 *
 * @module ssvae/browser
 */
export type { FilesDataset } from '../data/ownData';
export {
  type BackendChoice,
  type BackendName,
  backendNames,
  type PassedOverBackend,
  type SelectBackendOptions,
  selectBackend,
  type WasmPaths,
} from './backend';
export { type ImageFiles, type ImageFilesOptions, imageFiles } from './imageFiles';
export { indexedDb, indexedDbFolder } from './indexedDb';
