/** The backends of browsers, best first. Adding one is its file, a line here, and its traits in `host/backends.ts`. */

import { cpu } from '../../host/cpu';
import type { BrowserCandidate } from './candidate';
import { wasm } from './wasm';
import { webgl } from './webgl';
import { webgpu } from './webgpu';

// Each imports its package in a `try` of its own: esbuild and webpack then build without the package, with a warning, as Vite
// does without one, and what is missing is missed only when it is tried.

/** Candidates of the selection. */
export const CANDIDATES = [webgpu, webgl, wasm, cpu] as const satisfies readonly BrowserCandidate[];

/** Backends that `selectBackend` knows by name. */
export type BackendName = (typeof CANDIDATES)[number]['name'];

/** Names of the backends, best first. */
export const backendNames: readonly BackendName[] = CANDIDATES.map(({ name }) => name);
