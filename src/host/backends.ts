/** What differs between the backends of TensorFlow.js, one record each. Adding one is a line here and its candidate. */

/** What the library needs to know of a backend. */
export interface BackendTraits {
  /** reading a tensor waits for nothing; on a GPU a read waits for all work before it */
  readonly readsAtOnce: boolean;
  /** the same run gives the same bits */
  readonly repeats: boolean;
  /** exp, log and division are exact to a few roundings; WebGL and WebGPU leave them to the driver */
  readonly exactFunctions: boolean;
  /** expm1 keeps its digits near 0; WebGL and WebGPU compute exp(v) − 1 */
  readonly exactExpm1: boolean;
  /** has the kernel Transform, and it moves every image of a batch; that of cpu fills the first image only */
  readonly transforms: boolean;
}

/** The traits by the name that TensorFlow.js gives the backend. */
// biome-ignore format: a line each
export const BACKENDS = {
  tensorflow: { readsAtOnce: true, repeats: false, exactFunctions: true, exactExpm1: true, transforms: false },
  webgpu: { readsAtOnce: false, repeats: false, exactFunctions: false, exactExpm1: false, transforms: true },
  webgl: { readsAtOnce: false, repeats: false, exactFunctions: false, exactExpm1: false, transforms: true },
  wasm: { readsAtOnce: true, repeats: true, exactFunctions: true, exactExpm1: true, transforms: true },
  cpu: { readsAtOnce: true, repeats: true, exactFunctions: true, exactExpm1: true, transforms: false },
} as const satisfies Readonly<Record<string, BackendTraits>>;
