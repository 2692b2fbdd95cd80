/** Plain JavaScript. */
import { notLoaded } from '../../host/backendErrors';
import type { NodeCandidate } from './candidate';

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
} as const satisfies NodeCandidate;
