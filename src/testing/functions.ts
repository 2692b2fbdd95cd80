/** The functions of a model, called alike. */
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { describe } from '../core/describe';
import { createNoise } from '../core/noise';

import type { Classifier, Model, SemiSupervisedVae, Vae } from '../models/model';
import type { Inputs } from './subject';

/** A function of a model. */
export interface ModelFunction {
  /** as it is called */
  readonly name: string;
  /** whether each example is looked at by itself; `generate` draws for all */
  readonly perExample: boolean;
  /** its results by name; they belong to the caller */
  run(inputs: Inputs): Readonly<Record<string, Tensor>>;
}

const FUNCTIONS = ['encode', 'decode', 'generate', 'reconstruct'] as const;

/** Whether a model has q(y|x). */
export const isClassifier = (model: Model): model is Classifier =>
  typeof (model as Partial<Classifier>).classify === 'function';

const hasFunctions = (model: Model): boolean =>
  FUNCTIONS.every((name) => typeof (model as Partial<Vae>)[name] === 'function');

/** Whether a model has q(y|x), q(z|x[,y]) and p(x|z,y). */
export const isSemiSupervised = (model: Model): model is SemiSupervisedVae =>
  isClassifier(model) && hasFunctions(model);

/** Whether a model has q(z|x) and p(x|z), and no classifier. */
export const isPlainVae = (model: Model): model is Vae => !isClassifier(model) && hasFunctions(model);

/** Seed of what `generate` draws. */
const DRAWS = 11;

/** Every function that a model has. */
export function functionsOf(model: Model): readonly ModelFunction[] {
  const perExample = true;
  return [
    ...(isClassifier(model)
      ? [{ name: 'classify', perExample, run: ({ x }: Inputs) => ({ classify: model.classify(x) }) }]
      : []),
    ...(isSemiSupervised(model) ? functionsOfSemiSupervised(model) : []),
    ...(isPlainVae(model) ? functionsOfPlainVae(model) : []),
  ];
}

const functionsOfSemiSupervised = (model: SemiSupervisedVae): readonly ModelFunction[] => [
  {
    name: 'encode',
    perExample: true,
    run({ x, y }) {
      const { mean, logVar } = model.encoderSeesLabel ? model.encode(x, y) : model.encode(x);
      return { 'encode.mean': mean, 'encode.logVar': logVar };
    },
  },
  { name: 'decode', perExample: true, run: ({ z, y }) => ({ decode: model.decode(z, y) }) },
  {
    name: 'generate',
    perExample: false,
    run: ({ labels }) => ({ generate: model.generate(labels, createNoise(DRAWS)) }),
  },
  { name: 'reconstruct', perExample: true, run: ({ x }) => ({ reconstruct: model.reconstruct(x) }) },
  {
    name: 'reconstruct at labels',
    perExample: true,
    run: ({ x, y }) => ({ 'reconstruct(x, y)': model.reconstruct(x, y) }),
  },
];

const functionsOfPlainVae = (model: Vae): readonly ModelFunction[] => [
  {
    name: 'encode',
    perExample: true,
    run({ x }) {
      const { mean, logVar } = model.encode(x);
      return { 'encode.mean': mean, 'encode.logVar': logVar };
    },
  },
  { name: 'decode', perExample: true, run: ({ z }) => ({ decode: model.decode(z) }) },
  {
    name: 'generate',
    perExample: false,
    run: ({ labels }) => ({ generate: model.generate(labels.length, createNoise(DRAWS)) }),
  },
  { name: 'reconstruct', perExample: true, run: ({ x }) => ({ reconstruct: model.reconstruct(x) }) },
];

/**
 * Results of a function, with nothing else left alive; a result that is none of its own is copied.
 *
 * @throws Error naming what is no tensor
 */
export const resultsOf = ({ run }: ModelFunction, inputs: Inputs): Readonly<Record<string, Tensor>> =>
  tidy(() =>
    Object.fromEntries(
      Object.entries(run(inputs)).map(([name, result]) => {
        if (!Array.isArray(result?.shape)) throw new Error(`${name} is ${describe(result)}, needed a tensor`);
        return [name, result.clone()];
      }),
    ),
  );
