/** Options of a VAE, their defaults, and what is refused. */
import { readOptions, unchecked } from '../../core/options';
import { inputOf, inputsOf } from '../data';
import { type ReadyModelOptions, readyModelRules } from '../options';
import { isOwn, parsePreset, type VaeNetsOption } from './nets';

/** What a VAE is made from. */
export interface VaeOptions extends ReadyModelOptions {
  /**
   * default `'mlp'`: two hidden layers of 600 rectified units in either net, with batch norm; `'conv'`: convolutions with
   * batch norm; `'kingma'` (Kingma 2014, §4.3: softplus, no batch norm) and `'report'` (the report's convolutions without
   * batch norm); each with choices as `{ preset: 'mlp', widths: [200] }`; or your own tfjs-layers models. These stay yours: neither `dispose` nor a failure frees them.
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
