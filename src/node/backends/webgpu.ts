/** WebGPU by the npm package `webgpu`. */
import { notLoaded } from '../../host/backendErrors';
import { useGpuKernels } from '../../host/gpu/updates';
import { type Gpu, nameAdapter } from '../../host/webgpu';
import { loadPackage } from '../packages';
import type { NodeCandidate } from './candidate';

/** What the `webgpu` package exports. */
interface Dawn {
  create(options: readonly string[]): Gpu;
  readonly globals: Readonly<Record<string, unknown>>;
}

/** WebGPU. */
export const webgpu = {
  name: 'webgpu',
  packages: 'webgpu @tensorflow/tfjs-backend-webgpu',
  async load(explicit) {
    // The package is loaded by name, so its type is stated here.
    const { create, globals } = (await loadPackage('webgpu')) as Dawn;
    const gpu = create([]);
    const adapter = await nameAdapter(gpu, explicit);
    // The backend looks for both when it is imported. Node has a navigator since 21.
    Object.assign(globalThis, globals);
    if (!('navigator' in globalThis))
      Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
    Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
    try {
      await import('@tensorflow/tfjs-backend-webgpu');
    } catch (cause) {
      throw notLoaded('@tensorflow/tfjs-backend-webgpu', cause);
    }
    useGpuKernels('webgpu');
    return `WebGPU by the npm package webgpu on ${adapter}`;
  },
} as const satisfies NodeCandidate;
