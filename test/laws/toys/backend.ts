/** A backend of another name: the kernels of cpu. */

import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { copyRegisteredKernels, registerBackend } from '@tensorflow/tfjs-core';
import type { BackendTraits } from '../../../src/host/backends';
import type { NodeCandidate } from '../../../src/node/backends/candidate';
import { createEagerExecutor } from '../../../src/training/executor';

/** How many steps its executor has run. */
export const ran = { steps: 0 };

/** Its candidate. */
export const TOY_BACKEND = {
  name: 'toy',
  packages: 'toy',
  async load() {
    copyRegisteredKernels('cpu', 'toy');
    registerBackend('toy', () => new MathBackendCPU());
    return 'a toy';
  },
  async createExecutor() {
    const eager = createEagerExecutor();
    const counted: typeof eager = Object.assign(
      (...args: Parameters<typeof eager>) => {
        ran.steps++;
        return eager(...args);
      },
      { dispose: eager.dispose },
    ) as typeof eager;
    return counted;
  },
} as const satisfies NodeCandidate;

/** Its traits. */
export const TOY_TRAITS: BackendTraits = {
  readsAtOnce: true,
  repeats: true,
  exactFunctions: true,
};
