/** Options of M1+M2, their defaults, and what is refused. */
import { integersFrom, number, optional, readOptions, unchecked } from '../../core/options';
import { type LabeledModelOptions, labeledModelRules, labeledSettings } from '../labeledOptions';
import { type M1M2NetsOption, parsePreset } from './nets';

/** What M1+M2 is made from. `latent` is the width of z2, and `prior` is p(z2). */
export interface M1M2Options extends LabeledModelOptions {
  /** F, width of z1; default 50 (Kingma 2014, §4.3) */
  readonly features?: number;
  /**
   * C, how many numbers are known of each example beside x, such as its domain in one-hot form: encoder and decoder of z1 read
   * them, q(y|z1) does not. Data sets, `predict`, `generate` and all others are then given `covariates`. Default: none
   */
  readonly covariates?: number;
  /**
   * default `'mlp'`: q(z1|x) and p(x|z1) of two hidden layers of 600 rectified units, the nets of z1, z2 and y of one of 500,
   * with batch norm; `'conv'`: convolutions for x; each with choices as `{ preset: 'mlp', widths: [200], innerWidths: [100] }`
   */
  readonly nets?: M1M2NetsOption;
}

const m1m2Rules = () => ({
  ...labeledModelRules(),
  features: number(integersFrom(1), 50),
  covariates: optional(number(integersFrom(1))),
  nets: unchecked<M1M2NetsOption>('mlp'),
});

/**
 * The options with their defaults.
 *
 * @throws RangeError or TypeError naming the option, its value and what was needed
 */
export function m1m2Settings(options: M1M2Options) {
  const where = 'createM1M2';
  // The model does not keep the data.
  const { data, ...read } = readOptions(where, options, m1m2Rules());
  return { ...read, ...labeledSettings(where, data, read), nets: parsePreset(where, read.nets) };
}

/** Every option of M1+M2, resolved. */
export type M1M2Settings = ReturnType<typeof m1m2Settings>;
