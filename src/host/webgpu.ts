/** What both hosts ask a WebGPU implementation before TensorFlow.js sees it. */

interface Adapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly description?: string;
    readonly isFallbackAdapter?: boolean;
  };
}

/** The part of `navigator.gpu` used here. */
export interface Gpu {
  requestAdapter(options?: { readonly powerPreference?: 'high-performance' }): Promise<Adapter | null>;
}

/** Names under which the common software renderers report themselves. */
export const SOFTWARE_RENDERER = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|software/i;

/**
 * Names the adapter that TensorFlow.js will be given.
 *
 * @param software whether one that computes on the processor will do
 * @throws Error when there is none, or only one in software that will not do
 */
export async function nameAdapter(gpu: Gpu, software: boolean): Promise<string> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new Error('WebGPU finds no adapter');
  const { vendor = '', architecture = '', description = '', isFallbackAdapter } = adapter.info ?? {};
  const name =
    [vendor, architecture, description].filter((part) => part !== '').join(' ') || 'unnamed adapter';
  const inSoftware =
    adapter.isFallbackAdapter === true || isFallbackAdapter === true || SOFTWARE_RENDERER.test(name);
  if (inSoftware && !software) {
    throw new Error(`WebGPU finds only an adapter in software (${name}), slower than WebAssembly`);
  }
  return `${name}${inSoftware ? ', in software' : ''}`;
}
