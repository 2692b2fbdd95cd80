/** Registers the kernels when it is imported; the stock backend must have been imported before. */
import { registerTrainingKernels } from './register';

registerTrainingKernels();

export { useThreads } from './module';
