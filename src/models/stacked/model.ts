/**
 * M1+M2 of Kingma et al. 2014 as published, trained in two stages: M2 on draws of the code of a trained and frozen M1.
 *
 *   process    p(y) = Cat(π)             p(z2) = N(0, I)     p(z1 | z2, y) = N( M2's decoder )     p(x | z1) = likelihood( M1's decoder )
 *   inference  q(z1 | x) = N( M1's encoder )                 q(y | z1) and q(z2 | z1, y) of M2
 *   bound      of codes, `codeElbo`: log p(z1 | z2, y) − KL( q(z2 | z1, y) ‖ p(z2) ), which M2 is trained on
 *              of x, `elbo`:         log p(x | z1) − [ log q(z1 | x) − log p(z1 | z2, y) ] − KL( q(z2 | z1, y) ‖ p(z2) )
 *
 * M2 sees the dimensions of z1 that M1 uses, z_a. The others, z_c, keep M1's prior: p(z1 | z2, y) = p(z_a | z2, y) N(z_c; 0, I).
 */
import {
  add,
  concat,
  gather,
  mul,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import * as categorical from '../../distributions/categorical';
import * as gaussian from '../../distributions/gaussian';
import { gaussianObservation } from '../../distributions/gaussianObservation';
import { blocksOf } from '../../distributions/parameterBlocks';
import { logLikelihoodOf, meanOf, repeatedTo } from '../codeBound';
import { generated } from '../generated';
import { samplePrior, temperatureIn } from '../latentPrior';
import { assertContext, assertInputs } from '../living';
import { createM2, type M2 } from '../m2/model';
import type { BoundContext, BoundTerms, GenerateOptions, LabelInference, SemiSupervisedVae } from '../model';
import { moved, sampleAt } from '../moved';
import { variablesUnder } from '../ownVariables';
import { assertReconstructs } from '../reconstructed';
import type { GaussianVae } from '../vae/model';
import { whole } from '../whole';
import { type StackedM2Options, type StackedSettings, stackedSettings } from './options';
import { stackedSpec } from './spec';

export type { StackedM2Options };

/** The terms of stacked M1+M2. */
export interface StackedBoundTerms extends BoundTerms {
  /** log q(z1|x) − log p(z1|z2,y) at the draws */
  readonly featureKl: Tensor1D;
  /** the bound of M2 on log p(z_a|y): a density of codes, which no bound on x compares with */
  readonly codeElbo: Tensor1D;
}

/** Stacked M1+M2: a classifier and a bound of x. Train `m2`, over `encodedBatches`. */
export interface StackedM2 extends SemiSupervisedVae {
  /** the VAE, frozen */
  readonly m1: GaussianVae;
  /** the M2 on its codes, which you train */
  readonly m2: M2;
  /** the dimensions of the code that M2 sees */
  readonly dimensions: readonly number[];
  readonly classifiesDraws: true;
}

/** Dimensions of a code in two groups. */
const groupsOf = (dimensions: readonly number[], latent: number) => {
  const collapsed = Array.from({ length: latent }, (_, d) => d).filter((d) => !dimensions.includes(d));
  const listed = [...dimensions, ...collapsed];
  const order = Array.from({ length: latent }, (_, d) => listed.indexOf(d));
  const pick = (z1: Tensor, of: readonly number[]): Tensor => gather(z1, [...of], 1);
  return {
    /** z_a, [B, n] */
    active: (z1: Tensor): Tensor => pick(z1, dimensions),
    /** z_c, [B, Z1 − n]; nothing where M2 sees all */
    collapsed: (z1: Tensor): Tensor | undefined => (collapsed.length === 0 ? undefined : pick(z1, collapsed)),
    /** z1 of both */
    joined: (za: Tensor, zc: Tensor | undefined): Tensor => gather(zc ? concat([za, zc], 1) : za, order, 1),
  };
};

/** p(z_a | z2, y) of M2's decoder. */
const featuresOf = (parameters: Tensor): gaussian.Gaussian => {
  const [mean, logVar] = blocksOf('createStackedM2', parameters, ['means', 'log-variances']) as [
    Tensor,
    Tensor,
  ];
  return { mean, logVar };
};

/** log p(z_c), [B]; 0 where M2 sees all. */
const logCollapsed = (zc: Tensor | undefined): Tensor | 0 =>
  zc ? gaussian.logProb({ mean: zerosLike(zc), logVar: zerosLike(zc) }, zc) : 0;

/** q(y | z1) of examples at one draw of z1, and the bound at a label. */
function stackedInference(
  model: StackedM2,
  { active, collapsed }: ReturnType<typeof groupsOf>,
  x: Tensor,
  context: BoundContext,
): LabelInference {
  assertInputs('infer', model, x);
  assertContext('infer', context);
  const { m1, m2 } = model;
  const q1 = m1.encode(x); // q(z1 | x)
  const z1 = gaussian.sample(q1, context.noise.split('features'));
  const za = active(z1);
  const { observed, ...ofCodes } = context;
  const inner = m2.infer(za, ofCodes);
  return {
    labelLogits: inner.labelLogits, // q(y | z1)
    features: za as Tensor2D,
    bound(y, given): StackedBoundTerms {
      const ofRows = <T extends Tensor>(values: T): T => repeatedTo(y.shape[0] as number, values);
      const { elbo: codeElbo, logLikelihood: logFeatures, latentKl, logWeight } = inner.bound(y, given); // log p(z_a | z2, y), KL( q(z2 | z1, y) ‖ p(z2) )
      const logLikelihood = ofRows(logLikelihoodOf(m1, m1.decode(z1), x, { observed })); // log p(x | z1), M1 as it is
      const ratio = ofRows(sub<Tensor1D>(gaussian.logProb(q1, z1), logCollapsed(collapsed(z1)))); // log q(z1 | x) − log p(z_c)
      const featureKl = sub<Tensor1D>(ratio, logFeatures);
      return {
        elbo: sub<Tensor1D>(sub(logLikelihood, featureKl), latentKl),
        logLikelihood,
        featureKl,
        latentKl,
        codeElbo,
        ...(logWeight && { logWeight: add<Tensor1D>(sub(logLikelihood, ratio), logWeight) }),
      };
    },
  };
}

/** The M2 of z_a: its likelihood has a mean and a log-variance of each dimension. */
const m2OfCodes = ({ m1: _, dimensions, temperature: __, ...settings }: StackedSettings): M2 => {
  const { classNames, labelPrior, ...ofM2 } = settings;
  return createM2({
    ...ofM2,
    ...(classNames && { classNames }),
    ...(labelPrior && { labelPrior }),
    inputShape: [dimensions.length],
    likelihood: gaussianObservation({ variance: 'learned' }),
  });
};

/** The variables of a VAE, none of which trains any more. */
const frozen = ({ variables }: GaussianVae): GaussianVae['variables'] => {
  for (const variable of Object.values(variables)) variable.trainable = false;
  return variables;
};

/**
 * Creates M1+M2 of a trained M1 (Kingma et al. 2014), to be trained in a second stage. {@link createM1M2} trains both in one.
 *
 *   p(y) = Cat(π)   p(z2) = N(0, I)   p(z1|z2,y) = N(mean, diag e^logVar)   p(x|z1): of M1
 *   q(z1|x): of M1   q(y|z1) = Cat(softmax(classifier(z1)))   q(z2|z1,y) = N(mean, diag e^logVar)
 *
 * Train `model.m2` over `encodedBatches({ model, dataset, … })`, which draw z1 anew at every step: means alone, few and always the
 * same, would let the learned variance go to 0. The model itself takes x: `classify` reads the mean of z1, and its bound is one on
 * log p(x), with M2's own bound beside it as the term `codeElbo`. To train the model over batches of x gives the same steps, but for
 * the draws of z1, and runs M1's nets at each.
 *
 * @param options M1, the dimensions of its code that are in use, classes; nets and priors of M2
 * @returns a record of pure functions; `dispose` frees M2, and leaves M1 to you
 * @throws RangeError or TypeError naming the option, its value and what was needed
 * @example createStackedM2({ m1, dimensions: (await activeUnits(means)).units, classes: 10 }).classify(tf.zeros([5, 28, 28, 1])).shape // [5, 10]
 */
export function createStackedM2(options: StackedM2Options): StackedM2 {
  const { settings, m2 } = whole(() => {
    const settings = stackedSettings(options);
    return { settings, m2: m2OfCodes(settings) };
  });
  const { m1, dimensions, classNames, temperature } = settings;
  const groups = groupsOf(dimensions, m1.latent);
  const { active, collapsed, joined } = groups;
  frozen(m1);

  const model: StackedM2 = {
    inputShape: m1.inputShape,
    classes: m2.classes,
    ...(classNames && { classNames }),
    latent: m2.latent,
    likelihood: m1.likelihood,
    ...(m1.input && { input: m1.input }),
    labelPrior: m2.labelPrior,
    classifiesDraws: true,
    ...(temperature !== undefined && { temperature }),
    m1,
    m2,
    dimensions,
    spec: stackedSpec(settings, m2),
    ...(m1.structure !== undefined && { structure: m1.structure }),
    get variables() {
      return {
        ...variablesUnder('m1', { variables: frozen(m1) }),
        ...variablesUnder('m2', { variables: m2.variables }),
      };
    },
    infer: (x, context) => stackedInference(model, groups, x, context),
    classify(x) {
      assertInputs('classify', model, x);
      return tidy(() => m2.classify(active(m1.encode(x).mean)));
    },
    embed(x) {
      assertInputs('embed', model, x);
      return tidy(() => m2.embed(active(m1.encode(x).mean)));
    },
    generate(labels, seed, given?: Pick<GenerateOptions, 'temperature'>) {
      const t = temperatureIn('generate', given);
      return generated(model, labels, seed, (y, noise) => {
        const z2 = samplePrior('generate', m2, labels.length, noise, { temperature: t });
        const za = sampleAt(featuresOf(m2.decode(z2, y)), t, noise.split('features'));
        const width = m1.latent - dimensions.length;
        const zc = width > 0 ? mul(noise.split('collapsed').normal([labels.length, width]), t) : undefined;
        return m1.decode(joined(za, zc));
      });
    },
    reconstruct(x, y, as) {
      assertReconstructs(model, x, { classes: m2.classes, y, as });
      return tidy(() => {
        const z1 = m1.encode(x).mean;
        if (as === undefined) return meanOf('reconstruct', m1, m1.decode(z1));
        const [za, zc] = [active(z1), collapsed(z1)];
        const from = y ?? categorical.mode(m2.classify(za));
        const z2 = m2.encode(za, m2.encoderSeesLabel ? from : undefined).mean;
        const changed = moved(za, featuresOf(m2.decode(z2, from)), featuresOf(m2.decode(z2, as))); // z_a with the label y′, its place in p(z_a | z2, ·) kept
        const kept = zc && repeatedTo(changed.shape[0] as number, zc);
        return meanOf('reconstruct', m1, m1.decode(joined(changed, kept)));
      });
    },
    dispose: m2.dispose,
  };
  return model;
}
