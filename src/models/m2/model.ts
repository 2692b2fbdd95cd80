/** The M2 model of Kingma 2014: what it is, and how it is made. */
import { type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { repeatRows } from '../../bounds/everyLabel';
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
import type { Gaussian } from '../../distributions/gaussian';
import type { LatentPrior } from '../../distributions/latentPrior';
import type { Likelihood } from '../../distributions/likelihood';
import { assertBackend } from '../../host/backendTraits';
import { assertInitializer, type Initializer, initializeNet } from '../../nets/initializer';
import { namedWeights, trainableAsIn } from '../../nets/namedWeights';
import type { Pass } from '../../nets/pass';
import { runNet } from '../../nets/runNet';
import { assertInputShape } from '../../nets/semiSupervisedNets';
import { assertPrior, priorVariables, samplePrior } from '../latentPrior';
import { assertLikelihood } from '../likelihoods';
import { assertDistinct, assertLiving } from '../living';
import type { SemiSupervisedVae } from '../model';
import { assertEndings } from '../netEndings';
import { whole } from '../whole';
import { isOwn, type M2NetsOption, parsePreset, resolveNets } from './nets';
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
   * one shared trunk; either with choices as `{ preset: 'conv', batchNorm: true }`; or one's own tfjs-layers models.
   * These stay yours: the model reads and trains their weights, and neither its `dispose` nor a failure frees them.
   */
  readonly nets?: M2NetsOption;
  /** p(x|z,y) of the decoder's output; default `bernoulli`, which is ours: for values in [0, 1], as pixels are */
  readonly likelihood?: Likelihood;
  /**
   * p(z) of your own; default N(0, I), whose divergence has a closed form. With one of your own the divergence is taken at
   * the draw of z, and `loadModel` has to be given it again
   */
  readonly prior?: LatentPrior;
  /** π of p(y); default uniform (Kingma 2014, §2) */
  readonly labelPrior?: readonly number[];
  /**
   * whether the posterior is q(z|x,y) (Kingma 2014) or q(z|x) (report Eq. 2); default `true` for `'mlp'`, `false`
   * for `'conv'`, and what the encoder takes for one's own
   */
  readonly encoderSeesLabel?: boolean;
  /**
   * how a preset's weights start; default `'glorot-uniform'`, the default of the host's layers (Keras; Glorot & Bengio
   * 2010), where Kingma's code has `{ normal: 0.001 }`. One's own nets keep the weights they come with.
   */
  readonly initializer?: Initializer;
  /** stream of a preset's initial weights; default `createNoise(0)`, which is ours */
  readonly noise?: Noise;
}

/** q(y|x) and q(z|x[,y]) of one batch, the shared part computed once. */
export interface Inference {
  /** logits of q(y|x), [B, K] */
  readonly labelLogits: Tensor2D;
  /**
   * q(z|x,y) at labels [B, K] or at every label [B·K, K]; q(z|x) where the encoder sees none.
   */
  posterior(y?: Tensor): Gaussian;
}

/** The M2 model: p(y) p(z) p(x|z,y) with q(y|x) q(z|x[,y]). */
export interface M2 extends SemiSupervisedVae {
  /**
   * Both inference distributions of a batch; objectives call this once for each part of a batch. Call it inside
   * `tf.tidy`: the features that the posterior is computed from live until the tidy ends.
   */
  infer(x: Tensor, pass?: Pass): Inference;
  /**
   * parameters of p(x|z,y); z may have one row for each m rows of y, in the order of `everyLabel`. Rows of z are taken for
   * one example each where the pass does not tell how many `examples` they are of.
   */
  decode(z: Tensor, y: Tensor, pass?: Pass): Tensor;
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

type Checked = 'inputShape' | 'classes' | 'latent' | 'labelPrior' | 'likelihood' | 'initializer' | 'noise';

const checkOptions = ({
  inputShape,
  classes,
  latent,
  labelPrior,
  likelihood,
  initializer,
  noise,
}: Required<Pick<M2Options, Checked>>): void => {
  assertInputShape('createM2', inputShape);
  assertInteger('createM2', 'latent', latent);
  assertLabelPrior('createM2', labelPrior, classes);
  assertLikelihood('createM2', likelihood);
  assertInitializer('createM2', initializer);
  assertNoise('createM2', noise);
};

/**
 * Creates an M2 model (Kingma et al. 2014, "M2"; the report, chapter 2).
 *
 *   p(y) = Cat(π)   p(z) = N(0, I) or `prior`   p(x|z,y): the likelihood of the decoder's output
 *   q(y|x) = Cat(softmax(classifier(x)))   q(z|x[,y]) = N(mean, diag e^logVar) of the encoder
 *
 * @param options shapes, nets, likelihood and prior
 * @returns a record of pure functions over its variables; whoever made it disposes it, which frees a preset's nets
 *   and leaves one's own alone
 * @throws RangeError or TypeError naming the option, what came and what was needed
 * @example createM2({ inputShape: [28, 28, 1], classes: 10, nets: 'conv' }).classify(tf.zeros([5, 28, 28, 1])).shape // [5, 10]
 */
export function createM2(options: M2Options): M2 {
  const { inputShape, classes, latent = 50, likelihood = bernoulli } = optionsOf('createM2', options, NAMES);
  const { nets: given = 'mlp', initializer = 'glorot-uniform', noise = createNoise(0), prior } = options;
  assertInteger('createM2', 'classes', classes, 2);
  assertEntries('createM2', 'classes', classes);
  assertBackend('createM2');
  const labelPrior = options.labelPrior ?? uniformLabelPrior(classes);
  checkOptions({ inputShape, classes, latent, labelPrior, likelihood, initializer, noise });
  assertPrior('createM2', prior);
  const chosen = isOwn(given) ? given : parsePreset('createM2', given);
  const encoderSeesLabel =
    options.encoderSeesLabel ??
    (isOwn(chosen) ? chosen.encoder?.inputs?.length === 2 : chosen.preset === 'mlp');
  assertOneOf('createM2', 'encoderSeesLabel', encoderSeesLabel, [true, false]);
  const { parametersPerValue } = likelihood;
  const shape = { inputShape, classes, latent, parametersPerValue, encoderSeesLabel };
  const { labelsApart, ...nets } = whole(() => {
    const resolved = resolveNets(chosen, shape);
    if (isOwn(chosen)) {
      assertEndings('createM2', resolved, likelihood, inputShape);
      return resolved;
    }
    const { labelsApart: _, ...made } = resolved;
    for (const [name, net] of Object.entries(made)) initializeNet(net, noise.split(name), initializer);
    return resolved;
  });
  const variables = { ...namedWeights(nets), ...priorVariables(prior) };
  assertDistinct('createM2', variables);
  const setTrainable = isOwn(chosen) ? trainableAsIn(Object.values(nets)) : () => {};
  let disposed = false;

  const conditioned = <Out extends Tensor | Tensor[]>(
    net: LayersModel,
    from: Tensor,
    y: Tensor,
    pass?: Pass,
  ): Out => {
    const [count = 0, rows = 0] = [from.shape[0], y.shape[0]];
    const times = rows / count;
    if (!Number.isInteger(times))
      throw new RangeError(`M2: y has ${rows} rows, needed a multiple of the ${count} rows beside it`);
    const given = times === 1 || labelsApart ? from : repeatRows(from, times);
    return runNet<Out>(net, [given, y], { examples: count, ...pass });
  };
  const features = (x: Tensor, pass?: Pass): Tensor => (nets.trunk ? runNet<Tensor>(nets.trunk, x, pass) : x);
  const posterior = (from: Tensor, y: Tensor | undefined, pass?: Pass): Gaussian => {
    const seen = (): Tensor => {
      if (y === undefined)
        throw new TypeError('encode: y is undefined, needed labels [B,K], as this posterior is q(z|x,y)');
      assertShapes('encode', { y: [y, `R ${classes}`] });
      return y;
    };
    const [mean, logVar] = encoderSeesLabel
      ? conditioned<[Tensor, Tensor]>(nets.encoder, from, seen(), pass)
      : runNet<[Tensor, Tensor]>(nets.encoder, from, pass);
    return { mean, logVar };
  };
  const assertInputs = (where: string, x: Tensor): void => {
    assertLiving(where, model);
    assertShapes(where, { x: [x, `B ${inputShape.join(' ')}`] });
  };

  const model: M2 = {
    inputShape,
    classes,
    latent,
    likelihood,
    ...(prior && { prior }),
    labelPrior,
    encoderSeesLabel,
    // Layers of your own nets may be frozen, and freed again, at any time.
    get variables() {
      setTrainable();
      return variables;
    },
    spec: toJson({
      inputShape: [...inputShape],
      classes,
      latent,
      labelPrior: [...labelPrior],
      encoderSeesLabel,
      nets: isOwn(chosen) ? null : chosen,
      likelihood: likelihood.spec ?? null,
      ...(prior && { prior: null }),
    }),
    infer(x, pass) {
      assertInputs('infer', x);
      const shared = features(x, pass);
      const labelLogits = runNet<Tensor2D>(nets.classifier, shared, pass);
      return {
        labelLogits,
        posterior: (y) => posterior(shared, y, { ...pass, examples: x.shape[0] as number }),
      };
    },
    classify(x) {
      assertInputs('classify', x);
      return tidy(() => runNet<Tensor2D>(nets.classifier, features(x)));
    },
    encode(x, y) {
      assertInputs('encode', x);
      return tidy(() => ({ ...posterior(features(x), y) }));
    },
    decode(z, y, pass) {
      assertLiving('decode', model);
      assertShapes('decode', { z: [z, `N ${latent}`], y: [y, `R ${classes}`] });
      return tidy(() => conditioned<Tensor>(nets.decoder, z, y, pass));
    },
    generate(labels, noise) {
      assertNumbers('generate', 'labels', labels);
      if (labels.length === 0) throw new RangeError('generate: labels are empty, needed at least one');
      assertNoise('generate', noise);
      return tidy(() => {
        const y = oneHotLabels('generate', labels, classes);
        return likelihood.mean(model.decode(samplePrior('generate', model, labels.length, noise), y));
      });
    },
    reconstruct(x, y) {
      assertInputs('reconstruct', x);
      return tidy(() => {
        const { labelLogits, posterior: q } = model.infer(x);
        const labels = y ?? categorical.mode(labelLogits);
        return likelihood.mean(model.decode(q(labels).mean, labels));
      });
    },
    dispose() {
      // One's own nets were handed in, and stay whose they are.
      if (disposed || isOwn(chosen)) return;
      disposed = true;
      for (const net of Object.values(nets)) net.dispose();
    },
  };
  return model;
}
