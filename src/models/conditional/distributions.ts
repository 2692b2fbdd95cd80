/** The conditional distributions of a VAE with a token: its nets as functions. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Gaussian } from '../../distributions/gaussian';
import { buildNets, type Net, valuesOf } from '../../nets/description';
import type { Pass } from '../../nets/pass';
import { M2_PRESETS } from '../../nets/presets';
import { runNet } from '../../nets/runNet';
import type { PresetShape } from '../../nets/semiSupervisedNets';
import { type M2Preset, runAtLabels } from '../m2/nets';
import { ownedNets } from '../ownedNets';
import { seenByNets } from '../seenByNets';
import type { CodePrior } from './codePrior';
import type { TokenSettings } from './options';

/** What the nets are made for; `classes` is K, without the token. */
type TokenShape = Omit<PresetShape, 'encoderSeesLabel'>;

/** The nets of a preset at K + 1 labels, without its classifier. */
const described = (
  where: string,
  { inputShape, outputShape, classes, latent }: TokenShape,
  { preset, ...choices }: M2Preset,
) => {
  const shape = { inputShape, outputShape, latent, classes: classes + 1, encoderSeesLabel: true };
  const { classifier: _, ...nets } = M2_PRESETS[preset].describe(where, shape, choices);
  return nets as Readonly<Record<'encoder' | 'decoder', Net>> & { readonly trunk?: Net };
};

/** Values of the layers of a preset, known before it is built. */
export const tokenPresetValues = (where: string, shape: TokenShape, preset: M2Preset): readonly number[] =>
  valuesOf(described(where, shape, preset));

/**
 * Makes the nets. Where it throws, nothing is left.
 *
 * @param where name of the calling function, for messages
 * @param prior whose variables are the model's
 */
export function tokenDistributions(where: string, settings: TokenSettings, prior: CodePrior) {
  const { inputShape, likelihood, nets: preset } = settings;
  const outputShape = likelihood.parameterShape(inputShape);
  const { nets, variables, dispose } = ownedNets(where, {
    ...settings,
    prior,
    noise: settings.seed,
    own: false,
    make: () => buildNets(where, described(where, { ...settings, outputShape }, preset)),
  });
  return {
    /** q(z|x,c) at labels [R, K + 1], R a multiple of the rows of x */
    encoder(x: Tensor, c: Tensor, pass?: Pass): Gaussian {
      const seen = seenByNets(likelihood, x);
      const features = nets.trunk ? runNet<Tensor>(nets.trunk, seen, pass) : seen;
      const [mean, logVar] = runAtLabels<[Tensor, Tensor]>(nets.encoder, features, c, true, pass);
      return { mean, logVar };
    },
    /** parameters of p(x|z,c) */
    decoder: (z: Tensor, c: Tensor, pass?: Pass): Tensor =>
      runAtLabels<Tensor>(nets.decoder, z, c, true, pass),
    variables,
    dispose,
  };
}
