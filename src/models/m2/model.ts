/**
 * M2 of Kingma et al. 2014, and of the report, chapter 2.
 *
 *   process    y ~ Cat(π)    z ~ p(z) = N(0, I) or `prior`    x ~ p(x|z,y) = likelihood(decoder(z, y))
 *   inference  y ~ q(y|x) = Cat(softmax(classifier(x)))       z ~ q(z|x[,y]) = N(mean, e^logVar) = encoder(x[, y])
 *   bound      at a label y: log p(x|z,y) − KL(q(z|x[,y]) ‖ p(z))
 */
import { mul, reshape, softmax, sum, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { everyLabel } from '../../bounds/everyLabel';
import { assertLabelPrior, uniformLabelPrior } from '../../bounds/labelPrior';
import {
  assertEntries,
  assertInteger,
  assertNumbers,
  assertOneOf,
  type OptionNames,
  optionsOf,
} from '../../core/assert';
import { oneHotLabels } from '../../core/labels';
import { assertNoise, createNoise, type Noise } from '../../core/noise';
import { assertShapes } from '../../core/shape';
import * as bernoulli from '../../distributions/bernoulli';
import * as categorical from '../../distributions/categorical';
import * as gaussian from '../../distributions/gaussian';
import type { LatentPrior } from '../../distributions/latentPrior';
import type { Likelihood } from '../../distributions/likelihood';
import type { LikelihoodSpec } from '../../distributions/likelihoods';
import { assertBackend } from '../../host/backendTraits';
import { assertInitializer, type Initializer } from '../../nets/initializer';
import type { Pass } from '../../nets/pass';
import { runNet } from '../../nets/runNet';
import { assertInputShape } from '../../nets/semiSupervisedNets';
import { codeBound, passOf } from '../codeBound';
import { assertPrior, samplePrior } from '../latentPrior';
import { assertLikelihood } from '../likelihoods';
import { assertLiving } from '../living';
import type { SemiSupervisedVae } from '../model';
import { ownedNets } from '../ownedNets';
import { encoderSeesLabelIn, isOwn, type M2NetsOption, parsePreset, resolveNets, runAtLabels } from './nets';
import { toJson } from './spec';

/** What an M2 model is made from. */
export interface M2Options {
  /** shape of one example, e.g. [28, 28, 1] */
  readonly inputShape: readonly number[];
  /** K, at least 2 */
  readonly classes: number;
  /** Z; default 50 (Kingma 2014, §4.3) */
  readonly latent?: number;
  /**
   * default `'mlp'`: three nets of one hidden layer of 500 softplus (Kingma 2014); `'conv'`: the report's nets on
   * one shared trunk; either with choices as `{ preset: 'conv', batchNorm: true }`; or your own tfjs-layers models.
   * These stay yours: the model reads and trains their weights, and neither its `dispose` nor a failure frees them.
   */
  readonly nets?: M2NetsOption;
  /** p(x|z,y) of the decoder's output; default `bernoulli`: for values in [0, 1], as pixels are */
  readonly likelihood?: Likelihood;
  /**
   * p(z) of your own; default N(0, I), whose divergence has a closed form. With your own, the divergence is taken at the
   * draw of z, and `loadModel` needs it again
   */
  readonly prior?: LatentPrior;
  /** π of p(y); default uniform (Kingma 2014, §2) */
  readonly labelPrior?: readonly number[];
  /**
   * whether the posterior is q(z|x,y) (Kingma 2014) or q(z|x) (report Eq. 2); default `true` for `'mlp'`, `false`
   * for `'conv'`, and what the encoder takes for your own
   */
  readonly encoderSeesLabel?: boolean;
  /**
   * how a preset's weights start; default `'glorot-uniform'`, the default of the host's layers (Keras; Glorot & Bengio
   * 2010), where Kingma's code has `{ normal: 0.001 }`. Your own nets keep their weights.
   */
  readonly initializer?: Initializer;
  /** stream of a preset's initial weights; default `createNoise(0)` */
  readonly noise?: Noise;
}

/** The M2 model: p(y) p(z) p(x|z,y) with q(y|x) q(z|x[,y]). */
export interface M2 extends SemiSupervisedVae {
  /** p(z), where it is not N(0, I) */
  readonly prior?: LatentPrior;
  /** whether the posterior is q(z|x,y); otherwise it is q(z|x) and `encode` takes no label */
  readonly encoderSeesLabel: boolean;
  /** q(z|x[,y]) of inputs [B, …] and, where the encoder sees it, labels [B, K] or every label [B·K, K] */
  encode(x: Tensor, y?: Tensor): gaussian.Gaussian;
  /** parameters of p(x|z,y) of codes [B, Z] and labels [B, K] or every label [B·K, K] */
  decode(z: Tensor, y: Tensor): Tensor;
}

const NAMES: OptionNames<M2Options> = {
  inputShape: true,
  classes: true,
  latent: true,
  nets: true,
  likelihood: true,
  prior: true,
  labelPrior: true,
  encoderSeesLabel: true,
  initializer: true,
  noise: true,
};

/** The options with their defaults, checked. */
const checkedOptions = (options: M2Options) => {
  const where = 'createM2';
  const { inputShape, classes, latent = 50, likelihood = bernoulli } = optionsOf(where, options, NAMES);
  const { nets: given = 'mlp', initializer = 'glorot-uniform', noise = createNoise(0), prior } = options;
  assertInteger(where, 'classes', classes, 2);
  assertEntries(where, 'classes', classes);
  assertBackend(where);
  const labelPrior = options.labelPrior ?? uniformLabelPrior(classes);
  assertInputShape(where, inputShape);
  assertInteger(where, 'latent', latent);
  assertLabelPrior(where, labelPrior, classes);
  assertLikelihood(where, likelihood);
  assertInitializer(where, initializer);
  assertNoise(where, noise);
  assertPrior(where, prior);
  const own = isOwn(given);
  const chosen = own ? given : parsePreset(where, given);
  const seen = isOwn(chosen) ? chosen.encoder?.inputs?.length === 2 : encoderSeesLabelIn(chosen);
  const { encoderSeesLabel = seen } = options;
  assertOneOf(where, 'encoderSeesLabel', encoderSeesLabel, [true, false]);
  const shape = { inputShape, classes, latent, encoderSeesLabel };
  return { ...shape, likelihood, prior, labelPrior, initializer, noise, own, chosen };
};

/**
 * Creates an M2 model (Kingma et al. 2014, "M2"; the report, chapter 2).
 *
 *   p(y) = Cat(π)   p(z) = N(0, I) or `prior`   p(x|z,y): the likelihood of the decoder's output
 *   q(y|x) = Cat(softmax(classifier(x)))   q(z|x[,y]) = N(mean, diag e^logVar) of the encoder
 *
 * @param options shapes, nets, likelihood and prior
 * @returns a record of pure functions over its variables; dispose it when you are done, which leaves your own nets alone
 * @throws RangeError or TypeError naming the option, its value and what was needed
 * @example createM2({ inputShape: [28, 28, 1], classes: 10, nets: 'conv' }).classify(tf.zeros([5, 28, 28, 1])).shape // [5, 10]
 */
export function createM2(options: M2Options): M2 {
  const { own, chosen, initializer, noise: stream, ...fields } = checkedOptions(options);
  const { inputShape, classes, latent, encoderSeesLabel, likelihood, prior, labelPrior } = fields;
  const { parametersPerValue } = likelihood;
  let labelsApart = false;
  const make = () => {
    const { labelsApart: apart = false, ...made } = resolveNets(chosen, { ...fields, parametersPerValue });
    labelsApart = apart;
    return made;
  };
  const owned = { make, own, inputShape, likelihood, prior, initializer, noise: stream };
  const { nets, variables, dispose } = ownedNets('createM2', owned);

  // q(y | x), q(z | x[, y]) and the parameters of p(x | z, y); the first two read features of x
  const features = (x: Tensor, pass?: Pass): Tensor => (nets.trunk ? runNet<Tensor>(nets.trunk, x, pass) : x);
  const classifier = (from: Tensor, pass?: Pass): Tensor2D => runNet<Tensor2D>(nets.classifier, from, pass);
  const encoder = (from: Tensor, y: Tensor | undefined, pass?: Pass): gaussian.Gaussian => {
    if (!encoderSeesLabel) {
      const [mean, logVar] = runNet<[Tensor, Tensor]>(nets.encoder, from, pass);
      return { mean, logVar };
    }
    if (y === undefined)
      throw new TypeError('encode: y is undefined, needed labels [B,K], as this posterior is q(z|x,y)');
    assertShapes('encode', { y: [y, `R ${classes}`] });
    const [mean, logVar] = runAtLabels<[Tensor, Tensor]>(nets.encoder, from, y, labelsApart, pass);
    return { mean, logVar };
  };
  const decoder = (z: Tensor, y: Tensor, pass?: Pass): Tensor =>
    runAtLabels<Tensor>(nets.decoder, z, y, labelsApart, pass);
  const assertInputs = (name: string, x: Tensor): void => {
    assertLiving(name, model);
    assertShapes(name, { x: [x, `B ${inputShape.join(' ')}`] });
  };

  const model: M2 = {
    inputShape,
    classes,
    latent,
    likelihood,
    ...(prior && { prior }),
    labelPrior,
    encoderSeesLabel,
    get variables() {
      return variables();
    },
    spec: toJson({
      inputShape: [...inputShape],
      classes,
      latent,
      labelPrior: [...labelPrior],
      encoderSeesLabel,
      nets: isOwn(chosen) ? null : chosen,
      likelihood: (likelihood.spec ?? null) as LikelihoodSpec | null,
      ...(prior && { prior: null }),
    }),
    infer(x, context) {
      assertInputs('infer', x);
      const pass = passOf(context, x);
      const shared = features(x, pass);
      const labelLogits = classifier(shared, pass); // q(y | x)
      let last: { readonly of: readonly (Tensor | undefined)[]; readonly q: gaussian.Gaussian } | undefined;
      // Several draws at the same labels encode once.
      const posterior = (y: Tensor, atLabels: Pass): gaussian.Gaussian => {
        const of = encoderSeesLabel ? [y, atLabels.rowWeights] : [];
        if (last === undefined || last.q.mean.isDisposed || last.of.some((tensor, i) => tensor !== of[i]))
          last = { of, q: encoder(shared, y, encoderSeesLabel ? atLabels : pass) };
        return last.q;
      };
      return {
        labelLogits,
        bound(y, { noise = context.noise, logWeight = context.logWeight, rowWeights } = {}) {
          const atLabels = { ...pass, ...(rowWeights && { rowWeights }) };
          const q = posterior(y, atLabels); // q(z | x[, y])
          const z = gaussian.sample(q, noise.split('latent'));
          const parameters = decoder(z, y, atLabels); // p(x | z, y)
          const { observed } = context;
          return codeBound('bound', model, { x, q, z, parameters, logWeight, observed });
        },
      };
    },
    classify(x) {
      assertInputs('classify', x);
      return tidy(() => classifier(features(x)));
    },
    encode(x, y) {
      assertInputs('encode', x);
      return tidy(() => ({ ...encoder(features(x), y) }));
    },
    decode(z, y) {
      assertLiving('decode', model);
      assertShapes('decode', { z: [z, `N ${latent}`], y: [y, `R ${classes}`] });
      return tidy(() => decoder(z, y));
    },
    embed(x) {
      assertInputs('embed', x);
      return tidy(() => {
        const shared = features(x);
        if (!encoderSeesLabel) return encoder(shared, undefined).mean as Tensor2D;
        const rows = x.shape[0] as number;
        const { mean } = encoder(shared, everyLabel(rows, classes));
        const weights = reshape(softmax(classifier(shared)), [rows, classes, 1]);
        return sum<Tensor2D>(mul(weights, reshape(mean, [rows, classes, latent])), 1);
      });
    },
    generate(labels, draws) {
      assertNumbers('generate', 'labels', labels);
      if (labels.length === 0) throw new RangeError('generate: labels are empty, needed at least one');
      assertNoise('generate', draws);
      return tidy(() => {
        const y = oneHotLabels('generate', labels, classes);
        return likelihood.mean(model.decode(samplePrior('generate', model, labels.length, draws), y));
      });
    },
    reconstruct(x, y, as) {
      assertInputs('reconstruct', x);
      return tidy(() => {
        const shared = features(x);
        const known = y ?? (encoderSeesLabel || !as ? categorical.mode(classifier(shared)) : undefined);
        return likelihood.mean(model.decode(encoder(shared, known).mean, as ?? (known as Tensor)));
      });
    },
    dispose,
  };
  return model;
}
