/** Whether model, objective and data fit each other. */

import { assertInteger, assertMethods, recordOf } from '../core/assert';
import { assertParts, type Batch, type BatchSource, shapesOfExtras } from '../core/batch';
import { assertSameNames } from '../core/classNames';
import { describe, formatShape } from '../core/describe';
import { assertExampleShape } from '../core/exampleShape';
import type { InputSpec } from '../core/inputs/registry';
import { atOnce } from '../core/notAsync';
import { assertShapes, sameShape } from '../core/shape';
import { assertSpelling } from '../core/spelling';
import { canonical } from '../files/json';
import { assertCovariates } from './covariates';
import { assertBytesFit } from './inputs';
import { type Classifier, hasLabels, type Model, type SemiSupervisedVae, type Vae } from './model';
import type { Objective } from './objectives/objective';

/** Whether a model takes a missing label for a class of its own. */
export const hasToken = (model: object): boolean =>
  (model as { readonly missing?: unknown } | undefined)?.missing === 'token';

/** What a model says of itself. */
const MODEL_NAMES = [
  'inputShape',
  'classes',
  'classNames',
  'temperature',
  'input',
  'covariates',
  'variables',
  'spec',
  'structure',
  'dispose',
  'latent',
  'likelihood',
  'labelPrior',
  'infer',
  'bound',
  'classify',
  'classifiesDraws',
  'embed',
  'generate',
  'sampleMean',
  'reconstruct',
] as const satisfies readonly (keyof (SemiSupervisedVae & Vae))[];

/**
 * Refuses a model that lacks a method, a shape or variables, or has a misspelled part.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param methods that it needs; with `classify` it needs classes, with `embed` a width of codes
 * @throws TypeError or RangeError naming the part
 */
export function assertModel<M extends Model>(
  where: string,
  name: string,
  model: M,
  methods: readonly (keyof M & string)[],
): void {
  assertMethods(where, name, model, methods);
  assertSpelling(where, name, model, { known: MODEL_NAMES, what: 'a part of a model' });
  const part = (of: string): string => (name.includes(' ') ? `${of} of ${name}` : `${name}.${of}`);
  recordOf(where, model.variables, part('variables'));
  assertExampleShape(where, part('inputShape'), model.inputShape);
  const needs = (method: string): boolean => (methods as readonly string[]).includes(method);
  if (needs('classify')) assertInteger(where, part('classes'), model.classes);
  if (needs('embed')) assertInteger(where, part('latent'), (model as Partial<Vae>).latent);
}

/**
 * Refuses a model without q(y|x).
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @throws TypeError; for a model with a token for missing labels it names `bayesClassifier`
 */
export function assertClassifier(where: string, model: Classifier, name = 'model'): void {
  if (typeof model?.classify !== 'function') refuseToken(where, name, model, `bayesClassifier(${name})`);
  assertModel(where, name, model, ['classify']);
}

/**
 * Refuses a model that has no q(y|x) to learn, or that lacks other methods.
 *
 * @param where name of the calling function, for the message
 * @param what the model, for the message
 * @param methods beside those of q(y|x)
 * @throws TypeError; for a model with a token for missing labels it names the conditional VAE with q(y|x)
 */
export function assertInfers(
  where: string,
  what: string,
  model: SemiSupervisedVae,
  methods: readonly (keyof SemiSupervisedVae)[] = [],
): void {
  if (!hasLabels(model)) refuseToken(where, what, model, "createConditionalVae({ …, missing: 'marginal' })");
  assertModel(where, what, model, ['infer', 'classify', ...methods]);
}

/** Refuses a model with a token for missing labels, and names what has q(y|x). */
function refuseToken(where: string, what: string, model: object, cure: string): void {
  if (hasToken(model))
    throw new TypeError(
      `${where}: ${what} is a conditional VAE with a token for missing labels, needed a model with q(y|x): ${cure}`,
    );
}

/** Where a model has no bound: what trains an adversarial autoencoder. */
const adversarialHint = (model: Model): string =>
  typeof (model as { readonly codeDiscriminator?: unknown })?.codeDiscriminator === 'function'
    ? ': an adversarial autoencoder has no bound, and the phases of adversarial(model) train it'
    : '';

/**
 * Refuses an adversarial autoencoder where a bound is needed.
 *
 * @param where name of the calling function, for the message
 * @throws TypeError
 */
export function assertNotAdversarial(where: string, model: Model): void {
  const hint = adversarialHint(model);
  if (hint !== '' && !hasLabels(model))
    throw new TypeError(`${where}: the model has no bound, needed one with bound() or infer()${hint}`);
}

/**
 * Refuses a model without a bound.
 *
 * @param where name of the calling function, for the message
 * @throws TypeError
 */
export function assertBounded(where: string, model: Model): void {
  if (hasLabels(model)) assertModel<SemiSupervisedVae>(where, 'model', model, ['infer', 'classify']);
  else {
    assertNotAdversarial(where, model);
    assertModel<Vae>(where, 'model', model as Vae, ['bound']);
  }
}

/**
 * Refuses a model without what an objective calls.
 *
 * @param where name of the calling function, for the message
 * @param model that is to be trained
 * @param methods that the objective calls
 * @param objective how it is made, and what for: for the message
 * @throws TypeError naming the first that is missing
 */
export function assertCalled<M extends Model>(
  where: string,
  model: Model,
  methods: readonly (keyof M & string)[],
  objective: string,
): void {
  const missing = methods.find((method) => typeof (model as Partial<M>)[method] !== 'function');
  if (missing === undefined) return;
  const hint = hasToken(model)
    ? '; labelConditional() is that of a model with a token for missing labels'
    : adversarialHint(model);
  throw new TypeError(`${where}: the model has no ${missing}(), needed by ${objective}${hint}`);
}

/**
 * Refuses, before the first step, a model that an objective does not fit, or whose inputs or classes differ from the data's.
 *
 * @param where name of the calling function, for the message
 * @param model that is to be trained
 * @param objectives one, or one for each phase; each checks the model by its own `assertModel`
 * @param batches without a shape or classes, each batch is checked in its turn
 * @throws TypeError or RangeError naming what does not fit, on both sides
 */
export function assertFits<M extends Model>(
  where: string,
  model: M,
  objectives: readonly Objective<M>[],
  batches: BatchSource,
): void {
  const { inputShape, bytes, input, classes, classNames, counts, observed = false, covariates } = batches;
  const data = { observed, ...(covariates && { covariates }) };
  for (const objective of objectives)
    atOnce(where, 'assertModel of the objective', objective.assertModel?.(where, model, data));
  if (inputShape !== undefined) assertSameInputs(where, model, inputShape);
  assertBytesFit(where, model, bytes);
  assertSameReading(where, model, input);
  // Without labels, classes are clusters: there may be any number of them.
  if (counts.labeled > 0) assertSameClasses(where, model, classes, classNames);
}

/**
 * Refuses missing values where the bound of a model cannot leave them out.
 *
 * @param where name of the calling function, for the message
 * @throws RangeError
 */
export function assertTakesObserved(where: string, model: object): void {
  const { likelihood } = model as Partial<Vae>;
  if (likelihood && likelihood.takesObserved !== true)
    throw new RangeError(
      `${where}: the data has missing values, needed a likelihood that leaves them out (takesObserved)`,
    );
}

/** Refuses data whose examples have another shape than the model's inputs. */
export function assertSameInputs(where: string, model: Model, shape: readonly number[]): void {
  if (!sameShape(shape, model.inputShape))
    throw new RangeError(
      `${where}: the data has inputs ${formatShape(shape)}, the model ${formatShape(model.inputShape)}; needed the same shape`,
    );
}

/** Whether raw inputs were read in another way than a model reads them, where both say how. */
export const readsOtherwise = ({ input }: Model, read: InputSpec | undefined): read is InputSpec =>
  input !== undefined && read !== undefined && canonical(read) !== canonical(input);

/** Refuses data that were read from raw inputs in another way than the model reads them, where both say how. */
export function assertSameReading(where: string, model: Model, read: InputSpec | undefined): void {
  if (!readsOtherwise(model, read)) return;
  throw new RangeError(
    `${where}: the data was read as ${read.kind} in another way than the model reads its inputs, by other means, levels or words say; needed the same: hand over raw inputs, or data read with input: model.input`,
  );
}

/** Refuses data of another number of classes than the model's, or other names for them, where both say so. */
export function assertSameClasses(
  where: string,
  model: Model,
  classes: number | undefined,
  classNames: readonly string[] | undefined,
): void {
  const { classes: known, classNames: named } = model as Partial<Classifier>;
  if (classes !== undefined && known !== undefined && classes !== known)
    throw new RangeError(
      `${where}: the data has ${classes} classes, the model ${known}; needed the same number${named && classes < known ? ': read the data with classNames: model.classNames' : ''}`,
    );
  assertSameNames(where, ['the data', 'the model'], classNames, named);
}

/**
 * Refuses a batch that does not fit a model, by shapes and types alone: no value is read.
 *
 * @param where name of the calling function, for the message
 * @param name of the batch, for the message
 * @param model whose inputs and classes it is to have
 * @param batch what a source gave
 * @throws TypeError or RangeError naming the part
 */
export function assertBatch(where: string, name: string, model: Model, batch: Batch): void {
  const { labeled, unlabeled }: Batch = batch ?? {};
  if (!labeled && !unlabeled)
    throw new TypeError(
      `${where}: ${name} is ${describe(batch)}, needed { labeled: { x, y }, unlabeled: { x } } or either part`,
    );
  assertParts(where, name, batch);
  const example = ['B', ...model.inputShape].join(' ');
  if (labeled)
    assertShapes(where, {
      [`${name}.labeled.x`]: [labeled.x, example],
      [`${name}.labeled.y`]: [labeled.y, `B ${model.classes ?? 'K'}`],
    });
  if (unlabeled) assertShapes(where, { [`${name}.unlabeled.x`]: [unlabeled.x, example] });
  assertShapes(where, shapesOfExtras(name, batch, model.classes));
  for (const [part, given] of Object.entries({ labeled, unlabeled }))
    if (given)
      assertCovariates(
        where,
        `${name}.${part}.covariates`,
        model,
        given.covariates,
        given.x.shape[0] as number,
      );
}
