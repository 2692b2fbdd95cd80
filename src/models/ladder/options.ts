/** Options of a ladder VAE, their defaults, and what is refused. */
import { checked, flag, optional, readOptions, unchecked } from '../../core/options';
import { assertWidths } from '../../nets/semiSupervisedNets';
import { type LabeledModelOptions, labeledModelRules, labeledSettings } from '../labeledOptions';
import { type LadderNetsOption, parsePreset } from './nets';

/** What a ladder VAE is made from. */
export interface LadderVaeOptions extends Omit<LabeledModelOptions, 'latent' | 'prior'> {
  /** Z_1 … Z_L, the widths of z_1, which the decoder reads, to z_L; default [32, 16, 8], our choice */
  readonly latents?: readonly number[];
  /**
   * whether p(x|z_1,y) sees the label too. Default `false`: the label acts by p(z_{L−1}|z_L,y). With one layer it is `true`
   */
  readonly decoderSeesLabel?: boolean;
  /**
   * default `'mlp'`: a hidden layer of rectified units behind batch norm for each latent on the way up, and one on the way
   * down; with choices as `{ preset: 'mlp', widths: [200, 100, 50] }`, a width for each latent
   */
  readonly nets?: LadderNetsOption;
}

const ladderRules = () => {
  const { latent: _, prior: __, ...shared } = labeledModelRules();
  return {
    ...shared,
    latents: checked<readonly number[]>(assertWidths, [32, 16, 8]),
    decoderSeesLabel: optional(flag()),
    // Looked at below, where the number of layers is known.
    nets: unchecked<LadderNetsOption>('mlp'),
  };
};

/**
 * The options with their defaults.
 *
 * @throws RangeError or TypeError naming the option, its value and what was needed
 */
export function ladderSettings(options: LadderVaeOptions) {
  const where = 'createLadderVae';
  // The model does not keep the data.
  const { data, ...read } = readOptions(where, options, ladderRules());
  const latents = [...read.latents];
  const isSingle = latents.length === 1;
  const { decoderSeesLabel = isSingle } = read;
  if (isSingle && !decoderSeesLabel)
    throw new RangeError(
      `${where}: decoderSeesLabel is false, needed true with one latent: nothing else of the process would depend on the label`,
    );
  const settings = labeledSettings(where, data, read);
  return {
    ...read,
    ...settings,
    latents,
    decoderSeesLabel,
    nets: parsePreset(where, read.nets, latents.length),
  };
}

/** Every option of a ladder VAE, resolved. */
export type LadderSettings = ReturnType<typeof ladderSettings>;
