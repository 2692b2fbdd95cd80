// Where the page trains.
import { selectBackend } from 'ssvae/browser';

selectBackend({ wasmPaths: '/wasm/' }).then(({ description }) => postMessage(description));
