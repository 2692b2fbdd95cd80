/** Options of an auxiliary deep generative model, their defaults, and what is refused. */
import { integersFrom, number, readOptions, unchecked } from '../../core/options';
import { type LabeledModelOptions, labeledModelRules, labeledSettings } from '../labeledOptions';
import { type AuxiliaryNetsOption, parsePreset } from './nets';

/** Which of the two models. */
export type AuxiliaryKind = 'adgm' | 'sdgm';

/** What an auxiliary deep generative model is made from. */
export interface AuxiliaryOptions extends LabeledModelOptions {
  /** Z; default 100, as in the code of Maaløe et al. 2016 */
  readonly latent?: number;
  /** A, the width of a; default 100, as in the code of Maaløe et al. 2016 */
  readonly auxiliary?: number;
  /**
   * default `'mlp'`: five nets of two hidden layers of 500 rectified units behind batch norm; with choices
   * as `{ preset: 'mlp', widths: [200] }`. `'conv'`, for images: the convolutions of the report in each net that reads or gives
   * x, behind batch norm, and a hidden layer where a, z or y enters. The layers that give means and log-variances of a and z start
   * at N(0, 0.001²) whatever the `initializer`, so that log q(a|x) and log p(a|·) begin as one
   */
  readonly nets?: AuxiliaryNetsOption;
}

const auxiliaryRules = () => ({
  ...labeledModelRules(),
  latent: number(integersFrom(1), 100),
  auxiliary: number(integersFrom(1), 100),
  // Looked at below.
  nets: unchecked<AuxiliaryNetsOption>('mlp'),
});

/** Name of the function that makes each. */
const CREATORS = { adgm: 'createAdgm', sdgm: 'createSdgm' } as const;

/**
 * The options with their defaults.
 *
 * @throws RangeError or TypeError naming the option, its value and what was needed
 */
export function auxiliarySettings(kind: AuxiliaryKind, options: AuxiliaryOptions) {
  const where = CREATORS[kind];
  // The model does not keep the data.
  const { data, ...read } = readOptions(where, options, auxiliaryRules());
  const nets = parsePreset(where, read.nets);
  return { ...read, ...labeledSettings(where, data, read), kind, where, nets };
}

/** Every option of an auxiliary deep generative model, resolved. */
export type AuxiliarySettings = ReturnType<typeof auxiliarySettings>;
