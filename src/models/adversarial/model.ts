/**
 * Adversarial autoencoder (Makhzani et al. 2015, §2.3 and §5): a label and a code explain the example, and discriminators
 * tell labels and codes of examples from draws of their priors.
 *
 *   process    p(y) = Cat(π)                     p(z) = N(0, I) or `prior`     p(x | z, y) = likelihood( decoder(z, y) )
 *   inference  q(y | x) = Cat( classifier(h) )   z = encoder(h)                h = trunk(x)
 *   judges     labelDiscriminator(y)             codeDiscriminator(z)
 *
 * With `classPrior`:
 *
 *   process    p(y) = Cat(π)                     p(z | y) = `classPrior`       p(x | z) = likelihood( decoder(z) )
 *   inference  q(y | x) ∝ π_y p(z | y)           z = encoder(h)                h = trunk(x)
 *   judges                                       codeDiscriminator(z, c)       c = y, or "unlabeled"
 *
 * There is no bound: discriminators replace the divergences of a VAE.
 */
import { add, log, type Tensor, type Tensor1D, type Tensor2D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { repeatRows } from '../../bounds/everyLabel';
import type { Noise } from '../../core/noise';
import { atOnce } from '../../core/notAsync';
import { assertShapes } from '../../core/shape';
import * as categorical from '../../distributions/categorical';
import type { ClassPrior } from '../../distributions/classPrior';
import type { LatentPrior } from '../../distributions/latentPrior';
import { assertPass, type Pass } from '../../nets/pass';
import { meanOf } from '../codeBound';
import { generated } from '../generated';
import { labeledFields } from '../labeledOptions';
import { samplePrior, temperatureIn } from '../latentPrior';
import { assertInputs, assertLiving } from '../living';
import type { GenerateOptions, GenerativeClassifier } from '../model';
import { assertReconstructs } from '../reconstructed';
import { whole } from '../whole';
import { aaeDistributions } from './distributions';
import { type AaeOptions, aaeSettings } from './options';
import { aaeSpec } from './spec';

export type { AaeOptions };

/** Label and code of examples. */
export interface AaeCode {
  /** logits of q(y|x), [B, K]; absent with a `classPrior`, where `classify` computes them from z */
  readonly labelLogits?: Tensor2D;
  /** z, [B, Z] */
  readonly z: Tensor2D;
}

/** The model that {@link createAae} makes. */
export interface Aae extends GenerativeClassifier {
  /** p(z), where it is not N(0, I) */
  readonly prior?: LatentPrior;
  /** p(z|y), where the model has one */
  readonly classPrior?: ClassPrior;
  /** label and code of inputs [B, …]; `pass` says whether the nets train */
  encode(x: Tensor, pass?: Pass): AaeCode;
  /**
   * parameters of p(x|z[,y]) of codes [B, Z] and labels [B, K], or every label [B·K, K]. A model with a `classPrior` reads the
   * code alone
   */
  decode(z: Tensor, y?: Tensor, pass?: Pass): Tensor;
  /** logits of "y is a draw of p(y)" of rows [B, K]: [B]; absent with a `classPrior` */
  labelDiscriminator?(y: Tensor, pass?: Pass): Tensor1D;
  /**
   * logits of "z is a draw of p(z)" of codes [B, Z]: [B]. With a `classPrior`, c [B, K + 1] is the one-hot class of which p(z|y)
   * is meant, and its last entry means p(z)
   */
  codeDiscriminator(z: Tensor, c?: Tensor, pass?: Pass): Tensor1D;
}

/** Draws z ~ p(z), or z ~ p(z|y) at each row of y. */
const drawCodes = (model: Aae, y: Tensor, noise: Noise, options?: GenerateOptions): Tensor => {
  const { classPrior, latent } = model;
  if (classPrior === undefined) return samplePrior('generate', model, y.shape[0] as number, noise, options);
  const temperature = temperatureIn('generate', options);
  if (temperature !== 1)
    throw new RangeError(`generate: temperature is ${temperature}, needed 1 with a class prior`);
  const z = classPrior.sample(y, noise, latent);
  assertShapes('generate', { 'classPrior.sample': [z, `${y.shape[0]} ${latent}`, 'float32'] });
  return z;
};

/** Logits of q(y | z) at codes z, [B, K]: log π_y p(z | y). */
const classifyCodes = ({ classPrior, classes, labelPrior }: Aae, z: Tensor): Tensor2D => {
  const ofClasses = atOnce('classify', 'classPrior.logProb', (classPrior as ClassPrior).logProb(z));
  assertShapes('classify', {
    'classPrior.logProb(z)': [ofClasses, `${z.shape[0]} ${classes}`, 'float32'],
  });
  return add<Tensor2D>(ofClasses, log(tensor1d([...labelPrior])));
};

/**
 * Creates an adversarial autoencoder (Makhzani et al. 2015). Train it by the phases of `adversarial(model)`.
 *
 *   p(y) = Cat(π)   p(z) = N(0, I) or `prior`   p(x|z,y): the likelihood of the decoder's output
 *   q(y|x) = Cat(softmax(classifier(trunk(x))))   z = encoder(trunk(x))
 *
 * With `classPrior`, codes of each class get a place of their own, p(z|y), and the decoder reads the code alone: draw codes of
 * two values to see the classes side by side.
 *
 * The model has no bound, so `evaluateElbo` and the objectives of bounds refuse it.
 *
 * @param options a data set, or input shape and classes; nets, likelihood and priors
 * @returns a record of pure functions over its variables; dispose it when you are done
 * @throws RangeError or TypeError naming the option, its value and what was needed
 * @example createAae({ inputShape: [28, 28, 1], classes: 10 }).classify(tf.zeros([5, 28, 28, 1])).shape // [5, 10]
 */
export function createAae(options: AaeOptions): Aae {
  const { settings, nets } = whole(() => {
    const settings = aaeSettings(options);
    return { settings, nets: aaeDistributions(settings) };
  });
  const { classes, latent, classPrior } = settings;
  const { features, classifier, encoder, decoder, labelDiscriminator, codeDiscriminator } = nets;

  const model: Aae = {
    ...labeledFields(settings),
    ...(classPrior && { classPrior }),
    spec: aaeSpec(settings),
    get variables() {
      return nets.variables();
    },
    encode(x, pass) {
      assertInputs('encode', model, x);
      assertPass('encode', pass);
      return tidy(() => {
        const shared = features(x, pass);
        return {
          ...(classifier && { labelLogits: classifier(shared, pass) }), // q(y | x)
          z: encoder(shared, pass),
        };
      });
    },
    decode(z, y, pass) {
      assertLiving('decode', model);
      assertPass('decode', pass);
      assertShapes('decode', { z: [z, `N ${latent}`, 'float32'] });
      if (classPrior === undefined) assertShapes('decode', { y: [y as Tensor, `R ${classes}`] });
      return tidy(() => decoder(z, y, pass));
    },
    ...(labelDiscriminator && {
      labelDiscriminator(y: Tensor, pass?: Pass) {
        assertLiving('labelDiscriminator', model);
        assertPass('labelDiscriminator', pass);
        assertShapes('labelDiscriminator', { y: [y, `B ${classes}`, 'float32'] });
        return tidy(() => labelDiscriminator(y, pass));
      },
    }),
    codeDiscriminator(z, c, pass) {
      assertLiving('codeDiscriminator', model);
      assertPass('codeDiscriminator', pass);
      assertShapes('codeDiscriminator', {
        z: [z, `B ${latent}`, 'float32'],
        ...(classPrior && { c: [c as Tensor, `B ${classes + 1}`, 'float32'] as const }),
      });
      return tidy(() => codeDiscriminator(z, classPrior && c, pass));
    },
    classify(x) {
      assertInputs('classify', model, x);
      return tidy(() => {
        const shared = features(x);
        return classifier ? classifier(shared) : classifyCodes(model, encoder(shared));
      });
    },
    embed(x) {
      assertInputs('embed', model, x);
      return tidy(() => encoder(features(x)));
    },
    generate: (labels, seed, options) =>
      generated(model, labels, seed, (y, noise) => decoder(drawCodes(model, y, noise, options), y)),
    reconstruct(x, y, as) {
      assertReconstructs(model, x, { classes, y, as });
      return tidy(() => {
        const shared = features(x);
        const z = encoder(shared);
        const label = as ?? y ?? (classifier && categorical.mode(classifier(shared)));
        const mean = meanOf('reconstruct', model, model.decode(z, label));
        // Without a label in the decoder an example is the same at each of them.
        const times = classPrior && as ? (as.shape[0] as number) / (x.shape[0] as number) : 1;
        return times === 1 ? mean : repeatRows(mean, times);
      });
    },
    dispose: nets.dispose,
  };
  return model;
}
