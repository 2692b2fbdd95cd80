/** What the phases of an adversarial autoencoder maximize. */
import {
  add,
  cast,
  concat,
  fill,
  greater,
  log,
  mul,
  softmax,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tidy,
  where as whereTrue,
  zeros,
} from '@tensorflow/tfjs-core';
import { adversarialTerms, discriminatorAccuracy, generatorTerm } from '../../bounds/adversarialTerms';
import { labelSetCrossEntropy, restrictedLogits } from '../../bounds/labelSet';
import type { Batch, LabeledBatch, UnlabeledBatch } from '../../core/batch';
import { withoutGradient } from '../../core/gradient';
import { oneHotArgMax } from '../../core/labels';
import type { Noise } from '../../core/noise';
import * as categorical from '../../distributions/categorical';
import { crossEntropy } from '../../divergences/crossEntropy';
import type { Pass } from '../../nets/pass';
import { logLikelihoodOf, passOf } from '../codeBound';
import { assertCalled, assertTakesObserved } from '../fits';
import { samplePrior } from '../latentPrior';
import type { Model } from '../model';
import {
  type FittedData,
  knownOf,
  type Objective,
  type ObjectiveTerms,
  type Terms,
} from '../objectives/objective';
import type { Aae, AaeCode } from './model';

type Part = 'labeled' | 'unlabeled';

/** Terms of one part of a batch. */
type OfPart = (given: UnlabeledBatch & Partial<LabeledBatch>, pass: Pass, noise: Noise) => Terms;

/** Which part moves the running statistics of batch norm: the unlabeled examples, where there are any. */
const movesStatistics = (part: Part, { unlabeled }: Batch): boolean =>
  part === 'unlabeled' || unlabeled === undefined;

/** An objective of one phase. */
function phaseObjective(
  phase: string,
  settings: Readonly<Record<string, number>>,
  { of, statistics = false, parts, part }: PhaseWork,
): Objective<Aae> {
  const objective: Objective<Aae> = (model, batch, context) =>
    tidy(() => {
      const terms: { -readonly [Name in keyof ObjectiveTerms]: Terms } = {};
      for (const part of parts(model, batch)) {
        const given = batch[part];
        if (given === undefined) continue;
        const noise = context.noise.split(part);
        const updateStatistics = statistics && movesStatistics(part, batch);
        terms[part] = of(model)(given, passOf({ training: true, updateStatistics, noise }, given.x), noise);
      }
      return terms;
    });
  const assertModel = (where: string, model: Model, data?: FittedData): void => {
    assertCalled<Aae>(
      where,
      model,
      ['encode', 'decode', 'codeDiscriminator'],
      'adversarial(), the phases of createAae',
    );
    if (data?.observed) assertTakesObserved(where, model);
  };
  const spec = { objective: 'adversarial', phase, ...settings };
  return Object.assign(objective, { spec, ...(part && { part }), assertModel });
}

interface PhaseWork {
  of(model: Aae): OfPart;
  /** whether the phase moves running statistics */
  readonly statistics?: boolean;
  /** the parts of a batch that it sees */
  parts(model: Aae, batch: Batch): readonly Part[];
  /** the only part that has terms, where the other never has */
  readonly part?: Part;
}

/** q(y|x), or the label where it is known: what the decoder sees. */
const labelOf = ({ labelLogits }: AaeCode, { y, allowed }: Partial<LabeledBatch>): Tensor | undefined => {
  if (labelLogits === undefined) return undefined;
  if (allowed) return softmax(restrictedLogits({ labelLogits, allowed }));
  return y === undefined ? softmax(labelLogits) : cast(y, 'float32');
};

/**
 * Reconstruction: log p(x | z, y), where y is the label, or softmax of the classifier's logits without one.
 */
export const reconstruction = (): Objective<Aae> =>
  phaseObjective(
    'reconstruction',
    {},
    {
      statistics: true,
      parts: () => ['labeled', 'unlabeled'],
      of: (model) => (given, pass) => {
        const code = model.encode(given.x, pass);
        const parameters = model.decode(code.z, labelOf(code, given), pass);
        return { objective: logLikelihoodOf(model, parameters, given.x, { ...pass, ...knownOf(given) }) };
      },
    },
  );

/** The examples that the discriminators see: unlabeled ones where there are any; with a class prior, all. */
const judged = ({ classPrior }: Aae, { labeled, unlabeled }: Batch): readonly Part[] => {
  if (classPrior && labeled && unlabeled) return ['labeled', 'unlabeled'];
  return unlabeled ? ['unlabeled'] : ['labeled'];
};

/** What a discriminator gives of a real and of a fake input. */
interface Judged {
  realLogits(): Tensor1D;
  fakeLogits(): Tensor1D;
}

/** Logits of both. */
const logitsOf = ({ realLogits, fakeLogits }: Judged) => ({
  realLogits: realLogits(),
  fakeLogits: fakeLogits(),
});

/** An input with Gaussian noise. */
const noisy = (x: Tensor, sd: number, noise: Noise): Tensor =>
  sd === 0 ? x : add(x, mul(noise.normal(x.shape), sd));

/** Labels of examples and draws of Cat(π), in the eyes of their discriminator. */
function judgedLabels(
  model: Aae,
  { labelLogits }: AaeCode,
  pass: Pass,
  noise: Noise,
  sd: number,
): Judged | undefined {
  const { labelDiscriminator } = model;
  if (labelLogits === undefined || labelDiscriminator === undefined) return undefined;
  return {
    realLogits() {
      const prior = add(zeros(labelLogits.shape), log(tensor1d([...model.labelPrior])));
      const real = categorical.sample(prior, noise.split('label'));
      return labelDiscriminator(noisy(real, sd, noise.split('realLabel')), pass);
    },
    fakeLogits: () => labelDiscriminator(noisy(softmax(labelLogits), sd, noise.split('fakeLabel')), pass),
  };
}

/** What the discriminator of codes gets of examples where there is a class prior. */
interface Condition {
  /** 1 where the label is known, [B, 1] */
  readonly isKnown: Tensor;
  /** the label where it is known, [B, K] */
  readonly known: Tensor;
  /** both in one, [B, K + 1] */
  readonly c: Tensor;
}

function conditionOf(
  { classPrior, classes }: Aae,
  { x, y, allowed }: UnlabeledBatch & Partial<LabeledBatch>,
): Condition | undefined {
  if (classPrior === undefined) return undefined;
  const rows = x.shape[0] as number;
  const isKnown = allowed
    ? cast(greater(1.5, sum(allowed, 1, true)), 'float32') // of a set of classes, none is the example's
    : fill([rows, 1], y === undefined ? 0 : 1);
  const known = mul(y === undefined ? zeros([rows, classes]) : oneHotArgMax(y), isKnown);
  return { isKnown, known, c: concat([known, sub(1, isKnown)], 1) };
}

/** Draws of p(z) for examples, or with a class prior of p(z|y) where the label is known. */
function realCodes(
  model: Aae,
  { x }: UnlabeledBatch,
  condition: Condition | undefined,
  noise: Noise,
): Tensor {
  const { classPrior, classes, labelPrior, latent } = model;
  const rows = x.shape[0] as number;
  if (classPrior === undefined || condition === undefined)
    return samplePrior('adversarial', model, rows, noise.split('latent'));
  const prior = add(zeros([rows, classes]), log(tensor1d([...labelPrior])));
  const drawn = categorical.sample(prior, noise.split('label'));
  const at = whereTrue(greater(condition.isKnown, 0), condition.known, drawn);
  return classPrior.sample(at, noise.split('latent'), latent);
}

/** Codes of examples and draws of their prior, in the eyes of their discriminator. */
function judgedCodes(
  model: Aae,
  { z }: AaeCode,
  given: UnlabeledBatch & Partial<LabeledBatch>,
  pass: Pass,
  noise: Noise,
  sd: number,
): Judged {
  const condition = conditionOf(model, given);
  return {
    realLogits() {
      const real = realCodes(model, given, condition, noise);
      return model.codeDiscriminator(noisy(real, sd, noise.split('realCode')), condition?.c, pass);
    },
    fakeLogits: () => model.codeDiscriminator(noisy(z, sd, noise.split('fakeCode')), condition?.c, pass),
  };
}

const constant = ({ labelLogits, z }: AaeCode): AaeCode => ({
  ...(labelLogits && { labelLogits: withoutGradient(labelLogits) }),
  z: withoutGradient(z),
});

/** The discriminators tell draws of the priors from labels and codes of examples. */
export const discrimination = (inputNoise: number): Objective<Aae> =>
  phaseObjective(
    'discriminators',
    { inputNoise },
    {
      parts: judged,
      of: (model) => (given, pass, noise) => {
        const code = constant(model.encode(given.x, pass));
        const ofLabels = judgedLabels(model, code, pass, noise, inputNoise);
        const labels = ofLabels && logitsOf(ofLabels);
        const codes = logitsOf(judgedCodes(model, code, given, pass, noise, inputNoise));
        const ofCodes = adversarialTerms(codes).discriminator;
        return {
          objective: labels ? add(adversarialTerms(labels).discriminator, ofCodes) : ofCodes,
          ...(labels && { labelAccuracy: discriminatorAccuracy(labels) }),
          codeAccuracy: discriminatorAccuracy(codes),
        };
      },
    },
  );

/** The encoder deceives the discriminators. */
export const generation = (inputNoise: number): Objective<Aae> =>
  phaseObjective(
    'generator',
    { inputNoise },
    {
      parts: judged,
      of: (model) => (given, pass, noise) => {
        const code = model.encode(given.x, pass);
        const labels = judgedLabels(model, code, pass, noise, inputNoise);
        const codes = judgedCodes(model, code, given, pass, noise, inputNoise);
        const ofCodes = generatorTerm(codes.fakeLogits());
        return { objective: labels ? add(generatorTerm(labels.fakeLogits()), ofCodes) : ofCodes };
      },
    },
  );

/** The classifier learns from the labels. */
export const classification = (): Objective<Aae> =>
  phaseObjective(
    'classification',
    {},
    {
      part: 'labeled',
      parts: () => ['labeled'],
      of:
        (model) =>
        ({ x, y, allowed }, pass) => {
          const { labelLogits } = model.encode(x, pass) as Required<AaeCode>;
          return {
            crossEntropy: allowed
              ? labelSetCrossEntropy({ labelLogits, allowed })
              : crossEntropy({ labels: y as Tensor, logits: labelLogits }),
          };
        },
    },
  );
