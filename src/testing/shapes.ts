/** Shapes of what a model gives. */
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { formatShape } from '../core/describe';
import { createNoise } from '../core/noise';

import type { Model, SemiSupervisedVae } from '../models/model';
import { areProbabilities } from '../models/probabilities';
import type { Check } from './check';
import { functionsOf, isClassifier, isPlainVae, isSemiSupervised, resultsOf } from './functions';
import { batchOf, inputsOf, ROWS, type Subject } from './subject';
import { assertTerms } from './terms';
import { nonFiniteAmong, valuesOf } from './values';

/** Shape of each result for B examples. */
const shapesOf = (model: Model, rows: number): Readonly<Record<string, readonly number[]>> => {
  const { inputShape, classes = 0 } = model;
  const { latent = 0, likelihood } = model as Partial<SemiSupervisedVae>;
  const width = (inputShape.at(-1) as number) * (likelihood?.parametersPerValue ?? 1);
  const example = [rows, ...inputShape];
  return {
    classify: [rows, classes],
    'encode.mean': [rows, latent],
    'encode.logVar': [rows, latent],
    decode: [rows, ...inputShape.slice(0, -1), width],
    generate: example,
    reconstruct: example,
    'reconstruct(x, y)': example,
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
      assertShape(name, subject.own(result), needed[name] as readonly number[]);
    const bad = nonFiniteAmong(await valuesOf(results));
    if (bad) throw new Error(`${bad}, needed finite numbers`);
  }
}

const check = (name: string, of: 'classifier' | 'vae', ...only: readonly string[]): Check => ({
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
      const logits = subject.own(model.classify(inputsOf(subject, model).x));
      if (areProbabilities(await logits.data<'float32'>(), model.classes))
        throw new Error(
          'classify gives probabilities, each row from 0 to 1 and of sum 1; needed logits, to which softmax is applied later',
        );
    },
  },
  check('encode gives mean and logVar, [B, Z]', 'vae', 'encode'),
  check('decode gives the parameters of the likelihood', 'vae', 'decode'),
  {
    name: 'the likelihood reads what decode gives',
    of: 'vae',
    async run(subject) {
      const model = subject.make();
      if (!isPlainVae(model) && !isSemiSupervised(model)) return;
      const { x, y, z, labels } = inputsOf(subject, model);
      const read = tidy(() => {
        const parameters = isPlainVae(model) ? model.decode(z) : model.decode(z, y);
        return {
          'likelihood.logProb': model.likelihood.logProb(parameters, x),
          'likelihood.mean': model.likelihood.mean(parameters).clone(),
          'likelihood.sample': model.likelihood.sample(parameters, createNoise(13)),
        };
      });
      for (const [name, tensor] of Object.entries(read))
        assertShape(name, subject.own(tensor), name === 'likelihood.logProb' ? [labels.length] : x.shape);
      const bad = nonFiniteAmong(await valuesOf(read));
      if (bad) throw new Error(`${bad}, needed finite numbers`);
    },
  },
  check('generate gives as many examples as asked for', 'vae', 'generate'),
  check('reconstruct gives an example for each input', 'vae', 'reconstruct', 'reconstruct at labels'),
  {
    name: 'the objective gives finite terms, [B] or scalar',
    async run(subject) {
      await assertTerms(subject, subject.make(), batchOf(subject));
    },
  },
];
