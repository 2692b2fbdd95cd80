/** Shapes of what a model gives. */
import { mean, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { formatShape } from '../core/describe';
import { createNoise } from '../core/noise';

import { type Model, partsOf, type SemiSupervisedVae } from '../models/model';
import { isKl } from '../models/objectives/klWeight';
import { areProbabilities } from '../models/probabilities';
import type { Check } from './check';
import {
  boundOf,
  functionsOf,
  isClassifier,
  isPlainVae,
  isSemiSupervised,
  knownOf,
  labelLogitsOf,
  resultsOf,
  termsOfBound,
} from './functions';
import { batchOf, inputsOf, ROWS, type Subject } from './subject';
import { assertTerms } from './terms';
import { difference, nonFiniteAmong, valuesOf } from './values';

/** Draws that the mean of a log-weight is taken over. */
const DRAWS = 100;

/** Shape of each result for B examples. */
const shapesOf = (model: Model, rows: number): Readonly<Record<string, readonly number[]>> => {
  const { inputShape, classes = 0 } = model;
  const { latent = 0 } = model as Partial<SemiSupervisedVae>;
  const example = [rows, ...inputShape];
  return {
    classify: [rows, classes],
    embed: [rows, latent],
    generate: example,
    reconstruct: example,
    'reconstruct(x, y)': example,
    'reconstruct(x, y, every label)': [rows * classes, ...inputShape],
  };
};

const assertShape = (name: string, tensor: Tensor, needed: readonly number[]): void => {
  if (formatShape(tensor.shape) !== formatShape(needed))
    throw new Error(`${name} has shape ${formatShape(tensor.shape)}, needed ${formatShape(needed)}`);
};

/** Which examples functions are called with, and which functions. */
interface Calls {
  /** examples in the batch; default {@link ROWS} */
  readonly rows?: number;
  /** names of the functions; default all */
  readonly only?: readonly string[];
}

/** Calls functions of a model, and refuses results of another shape or that are not finite. */
export async function assertResults<M extends Model>(
  subject: Subject<M>,
  model: M,
  { rows = ROWS, only }: Calls = {},
): Promise<void> {
  const needed = shapesOf(model, rows);
  for (const f of functionsOf(model)) {
    if (only && !only.includes(f.name)) continue;
    const results = resultsOf(f, inputsOf(subject, model, 0, rows));
    for (const [name, result] of Object.entries(results))
      assertShape(name, subject.own(result), needed[name] ?? [rows]);
    const bad = nonFiniteAmong(await valuesOf(results));
    if (bad) throw new Error(`${bad}, needed finite numbers`);
  }
}

const check = (name: string, of: 'classifier' | 'generative', ...only: readonly string[]): Check => ({
  name,
  of,
  async run(subject) {
    await assertResults(subject, subject.make(), { only });
  },
});

/** Checks of the shapes of what a model gives. */
export const shapeChecks: readonly Check[] = [
  {
    name: 'classify gives logits, [B, K]',
    of: 'classifier',
    async run(subject) {
      const model = subject.make();
      await assertResults(subject, model, { only: ['classify'] });
      if (!isClassifier(model)) return;
      const inputs = inputsOf(subject, model);
      const classified = subject.own(model.classify(inputs.x, knownOf(inputs)));
      const trained = isSemiSupervised(model) ? subject.own(labelLogitsOf(model, inputs)) : classified;
      const values = await valuesOf({ classify: classified, 'infer(x).labelLogits': trained });
      for (const [name, logits] of Object.entries(values))
        if (areProbabilities(Float32Array.from(logits), model.classes))
          throw new Error(
            `${name} gives probabilities, each row from 0 to 1 and of sum 1; needed logits, to which softmax is applied later`,
          );
      if (isSemiSupervised(model) && model.classifiesDraws) return;
      const { classify: needed = [], 'infer(x).labelLogits': logits = [] } = values;
      const found = difference({ logits }, { logits: needed }, 1e-4);
      if (found)
        throw new Error(
          `infer(x).labelLogits and classify(x) differ outside training: ${found}; needed the same, or classifiesDraws: true where infer classifies a draw`,
        );
    },
  },
  check('embed gives codes, [B, Z]', 'generative', 'embed'),
  {
    name: 'the bound is the log-likelihood less the divergences, row by row',
    of: 'vae',
    async run(subject) {
      const model = subject.make();
      if (!isPlainVae(model) && !isSemiSupervised(model)) return;
      const inputs = inputsOf(subject, model);
      for (const labels of isSemiSupervised(model) ? (['known', 'every'] as const) : (['known'] as const)) {
        const noise = createNoise(11);
        const terms = tidy(() => ({ ...boundOf(model, inputs, { noise, logWeight: true }, labels) }));
        for (const term of Object.values(terms)) if (term) subject.own(term);
        const rows = labels === 'every' ? ROWS * (model.classes as number) : ROWS;
        for (const name of ['elbo', 'logLikelihood', 'latentKl', 'logWeight'])
          if (terms[name] === undefined) throw new Error(`the bound has no ${name}, needed [${rows}]`);
        for (const [name, term] of Object.entries(termsOfBound(terms))) assertShape(name, term, [rows]);
        const values = await valuesOf(termsOfBound(terms));
        const bad = nonFiniteAmong(values);
        if (bad) throw new Error(`${bad}, needed finite numbers`);
        const parts = partsOf(terms).map(
          ([name]) =>
            [isKl(name) ? -1 : name === 'logLikelihood' ? 1 : 0, values[`bound.${name}`] ?? []] as const,
        );
        const sums = (values['bound.elbo'] ?? []).map((_, i) =>
          parts.reduce((total, [sign, part]) => total + sign * (part[i] ?? Number.NaN), 0),
        );
        const found = difference({ 'bound.elbo': values['bound.elbo'] ?? [] }, { 'bound.elbo': sums }, 1e-4);
        if (found) throw new Error(`${found}, logLikelihood less every term whose name ends in Kl`);
      }
    },
  },
  {
    name: 'logWeight is the bound in expectation',
    of: 'vae',
    async run(subject) {
      const model = subject.make();
      if (!isPlainVae(model) && !isSemiSupervised(model)) return;
      const inputs = inputsOf(subject, model);
      const differences: number[] = [];
      for (let draw = 0; draw < DRAWS; draw++) {
        const gap = tidy(() => {
          const noise = createNoise(11).split(draw);
          const { elbo, logWeight = elbo } = boundOf(model, inputs, { noise, logWeight: true });
          return mean(sub(logWeight, elbo));
        });
        differences.push((await subject.own(gap).data())[0] as number);
      }
      const center = differences.reduce((total, d) => total + d / DRAWS, 0);
      const variance = differences.reduce((total, d) => total + (d - center) ** 2 / (DRAWS - 1), 0);
      // Seeds are fixed, so a sound model passes each time: six standard errors are for the seeds of all models.
      const most = 6 * Math.sqrt(variance / DRAWS) + 1e-3;
      if (!(Math.abs(center) <= most))
        throw new Error(
          `logWeight less elbo is ${center} in the mean of ${DRAWS} draws, needed 0 within ${most}: log p(x, latents|y) − log q(latents|x, y)`,
        );
    },
  },
  check('generate gives as many examples as asked for', 'generative', 'generate'),
  check(
    'reconstruct gives an example for each input',
    'generative',
    'reconstruct',
    'reconstruct at labels',
    'reconstruct as every label',
  ),
  {
    name: 'the objective gives finite terms, [B] or scalar',
    async run(subject) {
      await assertTerms(subject, subject.make(), batchOf(subject));
    },
  },
];
