/** Options of a VAE, their defaults, and what is refused. */
import { readOptions, unchecked } from '../../core/options';
import { inputOf, inputsOf } from '../data';
import { type ReadyModelOptions, readyModelRules } from '../options';
import { isOwn, parsePreset, type VaeNetsOption } from './nets';

/** What a VAE is made from. */
export interface VaeOptions extends ReadyModelOptions {
  /**
   * default `'mlp'`: two hidden layers of 600 softplus in either net (Kingma 2014, §4.3), with batch norm; `'conv'`: the
   * report's convolutions, with batch norm; either with choices as `{ preset: 'mlp', batchNorm: false }`; or your own
   * tfjs-layers models. These stay yours: neither `dispose` nor a failure frees them.
   */
  readonly nets?: VaeNetsOption;
}

const vaeRules = () => ({
  ...readyModelRules(),
  nets: unchecked<VaeNetsOption>('mlp'),
});

/**
 * The options with their defaults.
 *
 * @throws RangeError or TypeError naming the option, its value and what was needed
 */
export function vaeSettings(options: VaeOptions) {
  const where = 'createVae';
  // The model does not keep the data.
  const { data, ...read } = readOptions(where, options, vaeRules());
  const nets = isOwn(read.nets) ? read.nets : parsePreset(where, read.nets);
  const inputs = inputsOf(where, data, read);
  const input = inputOf(where, data, read.input, inputs.inputShape);
  return { ...read, ...inputs, input, nets };
}

/** Every option of a VAE, resolved. */
export type VaeSettings = ReturnType<typeof vaeSettings>;
