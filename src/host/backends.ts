/** What differs between the backends of TensorFlow.js, one record each. Adding one is a line here and its candidate. */

/** What the library needs to know of a backend. A trait that is left out does not hold. */
export interface BackendTraits {
  /** reading a tensor waits for nothing; on a GPU a read waits for all work before it */
  readonly readsAtOnce?: true;
  /** the same run gives the same bits */
  readonly repeats?: true;
  /**
   * exp, expm1, log and division are exact to a few roundings; WebGL and WebGPU leave them to the driver, and their
   * exp(v) − 1 for expm1 loses every digit near 0
   */
  readonly exactFunctions?: true;
  /** has the kernel Transform, and it moves every image of a batch; that of cpu fills the first image only */
  readonly transforms?: true;
}

/** The traits by the name that TensorFlow.js gives the backend. */
export const BACKENDS = {
  tensorflow: { readsAtOnce: true, exactFunctions: true, transforms: true },
  webgpu: { transforms: true },
  webgl: { transforms: true },
  wasm: { readsAtOnce: true, repeats: true, exactFunctions: true, transforms: true },
  cpu: { readsAtOnce: true, repeats: true, exactFunctions: true },
} as const satisfies Readonly<Record<string, BackendTraits>>;
