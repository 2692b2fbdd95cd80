/** WebGL 2 with 32-bit floats. */
import { env } from '@tensorflow/tfjs-core';
import { notLoaded } from '../../host/backendErrors';
import { useGpuKernels } from '../../host/gpu/updates';
import { SOFTWARE_RENDERER } from '../../host/webgpu';
import type { BrowserCandidate } from './candidate';

const renderer = (): string => {
  if (typeof OffscreenCanvas === 'undefined') throw new Error('this browser has no OffscreenCanvas');
  const context = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (context === null) throw new Error('this browser has no WebGL 2');
  const extension = context.getExtension('WEBGL_debug_renderer_info');
  const name = String(context.getParameter(extension?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  // A page may hold only a few contexts.
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return name;
};

/** WebGL. */
export const webgl = {
  name: 'webgl',
  packages: '@tensorflow/tfjs-backend-webgl',
  async load(explicit) {
    const name = renderer();
    const inSoftware = SOFTWARE_RENDERER.test(name);
    if (inSoftware && !explicit)
      throw new Error(`WebGL renders in software (${name}), slower than WebAssembly`);
    try {
      await import('@tensorflow/tfjs-backend-webgl');
    } catch (cause) {
      throw notLoaded('@tensorflow/tfjs-backend-webgl', cause);
    }
    useGpuKernels('webgl');
    if (!env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) {
      throw new Error('WebGL computes in half precision here, in which a bound means little');
    }
    return `WebGL in 32-bit floats on ${name}${inSoftware ? ', in software' : ''}`;
  },
} as const satisfies BrowserCandidate;
