/** The functions of a model, called alike. */
import { type NamedTensorMap, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { everyLabel } from '../bounds/everyLabel';
import { describe } from '../core/describe';
import { createNoise } from '../core/noise';

import {
  type BoundContext,
  type BoundTerms,
  type Classifier,
  type GenerativeClassifier,
  hasLabels,
  type Known,
  type Model,
  type SemiSupervisedVae,
  type Vae,
} from '../models/model';
import type { Inputs } from './subject';

/** A function of a model. */
export interface ModelFunction {
  /** as it is called */
  readonly name: string;
  /** whether each example is computed by itself; `generate` draws for all */
  readonly perExample: boolean;
  /** its results by name; they belong to the caller */
  run(inputs: Inputs): Readonly<Record<string, Tensor>>;
}

const SHARED = ['embed', 'generate', 'reconstruct'] as const;

/** Whether a model has q(y|x). */
export const isClassifier = (model: Model): model is Classifier =>
  typeof (model as Partial<Classifier>).classify === 'function';

const hasAll = (model: Model, names: readonly string[]): boolean =>
  names.every((name) => typeof (model as unknown as Record<string, unknown>)[name] === 'function');

/** Whether a model has q(y|x), codes, and examples of a class. */
export const isGenerative = (model: Model): model is GenerativeClassifier =>
  isClassifier(model) && hasAll(model, SHARED);

/** Whether a model has q(y|x), and a bound at labels. */
export const isSemiSupervised = (model: Model): model is SemiSupervisedVae =>
  isGenerative(model) && hasAll(model, ['infer']);

/** Whether a model has a bound, and no classifier. */
export const isPlainVae = (model: Model): model is Vae =>
  !isClassifier(model) && hasAll(model, ['bound', ...SHARED]);

/** Seed of what `generate` and the bounds draw. */
const DRAWS = 11;

/** What is known of inputs beside x. */
export const knownOf = ({ covariates }: Pick<Inputs, 'covariates'>): Known =>
  covariates ? { covariates } : {};

/** A model's bound at inputs: at their labels, at every label, or without labels. */
export const boundOf = (
  model: Vae | SemiSupervisedVae,
  { x, y, ...others }: Pick<Inputs, 'x' | 'y' | 'covariates'>,
  given: BoundContext,
  labels: 'known' | 'every' = 'known',
): BoundTerms => {
  const context = { ...given, ...knownOf(others) };
  if (!hasLabels(model)) return model.bound(x, context);
  const at = labels === 'known' ? y : everyLabel(x.shape[0] as number, model.classes);
  return tidy(() => model.infer(x, context).bound(at) as BoundTerms & NamedTensorMap);
};

/** Logits of q(y|x) as the objective gets them, outside training. */
export const labelLogitsOf = (model: SemiSupervisedVae, inputs: Pick<Inputs, 'x' | 'covariates'>): Tensor =>
  tidy(() => model.infer(inputs.x, { noise: createNoise(DRAWS), ...knownOf(inputs) }).labelLogits);

/** The terms of a bound that are there, by name. */
export const termsOfBound = (terms: BoundTerms): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    Object.entries(terms)
      .filter((entry): entry is [string, Tensor1D] => entry[1] !== undefined)
      .map(([name, term]) => [`bound.${name}`, term]),
  );

/** Every function that a model has. */
export function functionsOf(model: Model): readonly ModelFunction[] {
  const perExample = true;
  return [
    ...(isClassifier(model)
      ? [
          {
            name: 'classify',
            perExample,
            run: (inputs: Inputs) => ({ classify: model.classify(inputs.x, knownOf(inputs)) }),
          },
        ]
      : []),
    ...(isSemiSupervised(model) || isPlainVae(model) ? [boundFunction(model)] : []),
    ...(isGenerative(model) ? functionsOfGenerative(model) : []),
    ...(isPlainVae(model) ? functionsOfPlainVae(model) : []),
  ];
}

const boundFunction = (model: Vae | SemiSupervisedVae): ModelFunction => ({
  name: 'bound',
  perExample: false,
  run: (inputs) => termsOfBound(boundOf(model, inputs, { noise: createNoise(DRAWS) })),
});

const sharedBy = (model: Vae | GenerativeClassifier): readonly ModelFunction[] => [
  {
    name: 'embed',
    perExample: true,
    run: (inputs) => ({ embed: model.embed(inputs.x, knownOf(inputs)) }),
  },
];

const functionsOfGenerative = (model: GenerativeClassifier): readonly ModelFunction[] => [
  ...sharedBy(model),
  {
    name: 'reconstruct',
    perExample: true,
    run: (inputs) => ({
      reconstruct: model.reconstruct(inputs.x, undefined, undefined, knownOf(inputs)),
    }),
  },
  {
    name: 'generate',
    perExample: false,
    run: (inputs) => ({ generate: model.generate(inputs.labels, DRAWS, knownOf(inputs)) }),
  },
  {
    name: 'reconstruct at labels',
    perExample: true,
    run: (inputs) => ({
      'reconstruct(x, y)': model.reconstruct(inputs.x, inputs.y, undefined, knownOf(inputs)),
    }),
  },
  {
    name: 'reconstruct as every label',
    perExample: true,
    run: (inputs) => ({
      'reconstruct(x, y, every label)': tidy(() => {
        const { x, y } = inputs;
        return model.reconstruct(x, y, everyLabel(x.shape[0] as number, model.classes), knownOf(inputs));
      }),
    }),
  },
];

const functionsOfPlainVae = (model: Vae): readonly ModelFunction[] => [
  ...sharedBy(model),
  { name: 'reconstruct', perExample: true, run: ({ x }) => ({ reconstruct: model.reconstruct(x) }) },
  {
    name: 'generate',
    perExample: false,
    run: ({ labels }) => ({ generate: model.generate(labels.length, DRAWS) }),
  },
];

/**
 * Results of a function, with nothing else left alive; a result that is none of its own is copied.
 *
 * @throws Error naming what is not a tensor
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
