/** WebGPU of the browser. */
import { notLoaded } from '../../host/backendErrors';
import { useGpuKernels } from '../../host/gpu/updates';
import { type Gpu, nameAdapter } from '../../host/webgpu';
import type { BrowserCandidate } from './candidate';

/** WebGPU. */
export const webgpu = {
  name: 'webgpu',
  packages: '@tensorflow/tfjs-backend-webgpu',
  async load(explicit) {
    // Not every library of DOM types knows `navigator.gpu`.
    const gpu = 'gpu' in navigator ? (navigator.gpu as Gpu | undefined) : undefined;
    if (gpu === undefined) throw new Error('this browser has no WebGPU, or the page is not served securely');
    const adapter = await nameAdapter(gpu, explicit);
    try {
      await import('@tensorflow/tfjs-backend-webgpu');
    } catch (cause) {
      throw notLoaded('@tensorflow/tfjs-backend-webgpu', cause);
    }
    useGpuKernels('webgpu');
    return `WebGPU on ${adapter}`;
  },
} as const satisfies BrowserCandidate;
