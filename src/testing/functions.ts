/** The functions of a model, called alike. */
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { createNoise } from '../core/noise';
import { describe } from '../core/shape';
import type { Classifier, Model, SemiSupervisedVae } from '../models/model';
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

/** Whether a model has q(y|x), q(z|x[,y]) and p(x|z,y). */
export const isVae = (model: Model): model is SemiSupervisedVae =>
  isClassifier(model) &&
  FUNCTIONS.every((name) => typeof (model as Partial<SemiSupervisedVae>)[name] === 'function');

/** Seed of what `generate` draws. */
const DRAWS = 11;

/** Every function that a model has. */
export function functionsOf(model: Model): readonly ModelFunction[] {
  const perExample = true;
  return [
    ...(isClassifier(model)
      ? [{ name: 'classify', perExample, run: ({ x }: Inputs) => ({ classify: model.classify(x) }) }]
      : []),
    ...(isVae(model) ? functionsOfVae(model) : []),
  ];
}

const functionsOfVae = (model: SemiSupervisedVae): readonly ModelFunction[] => [
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
