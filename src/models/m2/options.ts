/** Options of an M2 model, their defaults, and what is refused. */
import { flag, optional, readOptions, unchecked } from '../../core/options';
import { type LabeledModelOptions, labeledModelRules, labeledSettings } from '../labeledOptions';
import { encoderSeesLabelIn, isOwn, type M2NetsOption, parsePreset } from './nets';

/** What an M2 model is made from. */
export interface M2Options extends LabeledModelOptions {
  /**
   * default `'mlp'`: three nets of one hidden layer of 500 rectified units behind batch norm; `'conv'`: convolutions with
   * batch norm on one shared trunk; `'kingma'` (Kingma 2014: softplus, no batch norm) and `'report'` (the report's
   * convolutions without batch norm); each with choices as `{ preset: 'mlp', widths: [200] }`; or your own tfjs-layers models.
   * These stay yours: the model reads and trains their weights, and neither its `dispose` nor a failure frees them.
   */
  readonly nets?: M2NetsOption;
  /**
   * whether the posterior is q(z|x,y) (Kingma 2014) or q(z|x) (report Eq. 2); default `true` for `'mlp'` and
   * `'kingma'`, `false` for `'conv'` and `'report'`, and what the encoder takes for your own
   */
  readonly encoderSeesLabel?: boolean;
}

const m2Rules = () => ({
  ...labeledModelRules(),
  // Looked at below, beside the nets.
  nets: unchecked<M2NetsOption>('mlp'),
  encoderSeesLabel: optional(flag()),
});

/**
 * The options with their defaults.
 *
 * @throws RangeError or TypeError naming the option, its value and what was needed
 */
export function m2Settings(options: M2Options) {
  const where = 'createM2';
  // The model does not keep the data.
  const { data, ...read } = readOptions(where, options, m2Rules());
  const settings = labeledSettings(where, data, read);
  const nets = isOwn(read.nets) ? read.nets : parsePreset(where, read.nets);
  const seen = isOwn(nets) ? nets.encoder?.inputs?.length === 2 : encoderSeesLabelIn(nets);
  return { ...read, ...settings, nets, encoderSeesLabel: read.encoderSeesLabel ?? seen };
}

/** Every option of an M2 model, resolved. */
export type M2Settings = ReturnType<typeof m2Settings>;
