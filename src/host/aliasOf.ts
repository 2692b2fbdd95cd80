/** Values of variables, held without a copy. */
import { type Variable, variable } from '@tensorflow/tfjs-core';

/**
 * A variable of the same values. It takes hold of them, where a clone would copy them on WebAssembly; and as assigning
 * to a variable lets go of its values without changing them, either of the two can move and leave the other.
 *
 * @param source a variable
 * @returns another, not trainable; the caller disposes it
 */
export const sharing = (source: Variable): Variable => variable(source, false);
