/**
 * What needs a browser: choice of the backend, and storage in the page.
 *
 * @packageDocumentation
 */
export {
  type BackendChoice,
  type BackendName,
  backendNames,
  type PassedOverBackend,
  type SelectBackendOptions,
  selectBackend,
  type WasmPaths,
} from './backend';
export { indexedDb, indexedDbFolder } from './indexedDb';
