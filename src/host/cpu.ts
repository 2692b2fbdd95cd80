/** The backend in plain JavaScript, of Node and of browsers. */
import type { BackendCandidate } from './backend';
import { notLoaded } from './backendErrors';

/** Plain JavaScript. */
export const cpu = {
  name: 'cpu',
  packages: '@tensorflow/tfjs-backend-cpu',
  async load() {
    try {
      await import('@tensorflow/tfjs-backend-cpu');
    } catch (cause) {
      throw notLoaded('@tensorflow/tfjs-backend-cpu', cause);
    }
    return 'plain JavaScript';
  },
} as const satisfies BackendCandidate;
