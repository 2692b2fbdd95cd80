/** The backends of Node, best first. Adding one is its file, a line here, and its traits in `host/backends.ts`. */

import { cpu } from '../../host/cpu';
import type { NodeCandidate } from './candidate';
import { tensorflow } from './tensorflow';
import { wasm } from './wasm';
import { webgpu } from './webgpu';

// Each imports its package in a `try` of its own: bundlers then build without the package, with a warning at most, and what
// is missing is missed only when it is tried.

/** Candidates of the selection. */
export const CANDIDATES = [tensorflow, webgpu, wasm, cpu] as const satisfies readonly NodeCandidate[];

/** Backends that `selectBackend` knows by name. */
export type BackendName = (typeof CANDIDATES)[number]['name'];

/** Names of the backends, best first. */
export const backendNames: readonly BackendName[] = CANDIDATES.map(({ name }) => name);
