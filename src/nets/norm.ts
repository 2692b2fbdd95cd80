/** Normalization of hidden layers. */
import { oneOf, type Rule } from '../core/options';

/**
 * What comes before each hidden activation: `'batch'` (`BatchNorm`), whose rows share the mean of their batch; `'layer'`
 * (`LayerNorm`), whose rows do not depend on each other; or `'none'`.
 */
export type Norm = 'batch' | 'layer' | 'none';

/** The option. */
export const normName = (fallback: Norm): Rule<Norm> => oneOf<Norm>(['batch', 'layer', 'none'], fallback);
