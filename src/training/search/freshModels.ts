/** The models of a search's runs: each is new, and made from the settings of a trial. */
import { plainOf } from '../../core/assert';
import { describe, oneLine } from '../../core/describe';
import { messageOf } from '../../core/messageOf';
import type { Noise } from '../../core/noise';
import { atOnce } from '../../core/notAsync';
import type { Dataset } from '../../data/dataset';
import { brief, canonical, isRecord, own } from '../../files/json';
import { assertCovariateCount } from '../../models/covariates';
import { assertInfers, assertSameClasses, assertSameInputs } from '../../models/fits';
import { assertLiving } from '../../models/living';
import type { M2Options } from '../../models/m2/model';
import type { SemiSupervisedVae } from '../../models/model';
import { modelOptionsOf } from './settings';
import type { SearchSettings } from './space';

/** What makes the models of a search. */
export interface ModelMaker<M extends SemiSupervisedVae> {
  readonly data: Dataset;
  readonly seed: Noise;
  readonly createModel: (options: M2Options) => M;
}

/** Makes a model as it is before a run, from the settings of a trial. */
export type FreshModel<M extends SemiSupervisedVae> = (settings: SearchSettings) => M;

/**
 * Makes fresh models, and refuses one that was given before: it would go on from the weights of another trial.
 *
 * @returns a function that throws TypeError or RangeError where `createModel` gives anything but a new model
 */
export function freshModels<M extends SemiSupervisedVae>({
  data,
  seed,
  createModel,
}: ModelMaker<M>): FreshModel<M> {
  const given = new WeakSet<object>();
  return (settings) => {
    const options = modelOptionsOf(settings);
    const made = createModel({ data, ...options, seed });
    const isKnown = given.has(made);
    try {
      const model = assertFresh(atOnce('search', 'createModel', made), data, given);
      assertAsAsked(model, settings, options);
      return model;
    } catch (error) {
      // A promised model is freed once it is there. What that throws would end the process, and hide the error.
      if (!isKnown)
        void Promise.resolve(made)
          .then(free)
          .catch(() => undefined);
      throw error;
    }
  };
}

/** Frees what `createModel` gave. */
const free = (made: unknown): void => {
  const { dispose } = (made ?? {}) as Partial<SemiSupervisedVae>;
  if (typeof dispose === 'function') dispose.call(made);
};

/** Refuses anything but a model of the data that was not given before. */
function assertFresh<M extends SemiSupervisedVae>(model: M, data: Dataset, given: WeakSet<object>): M {
  const [where, what] = ['search', 'what createModel gives'];
  assertInfers(where, what, model, ['dispose']);
  plainOf(where, model.variables, `variables of ${what}`);
  if (given.has(model))
    throw new RangeError(`${where}: createModel gives the same model again, needed a new model at each call`);
  for (const [name, variable] of Object.entries(model.variables))
    if (variable.trainable && given.has(variable))
      throw new RangeError(
        `${where}: createModel gives a model with the variable ${describe(name)} of an earlier one, needed a new model at each call: make its nets, likelihood and prior in createModel`,
      );
  assertLiving(where, model);
  const maker = `${where}: createModel`;
  assertSameInputs(maker, model, data.shape);
  assertSameClasses(maker, model, data.classes, data.classNames);
  assertCovariateCount(maker, model, data.covariates, data.count);
  for (const part of [model, ...Object.values(model.variables)]) given.add(part);
  return model;
}

/** Refuses a model that has not what the options of `createModel` say: the trials would name settings that none had. */
function assertAsAsked(
  { latent, likelihood, spec }: SemiSupervisedVae,
  { latent: _, sigma, ...settings }: SearchSettings,
  options: Pick<M2Options, 'latent' | 'likelihood'>,
): void {
  const nets = isRecord(spec) && isRecord(spec.nets) ? spec.nets : undefined;
  const found: readonly (readonly [string, unknown, unknown])[] = [
    ['latent', latent, options.latent],
    ['sigma', likelihood?.spec, options.likelihood?.spec],
    ...(['widths', 'activation', 'norm'] as const).map(
      (name) => [name, nets && (own(nets, name) ?? null), nets && settings[name]] as const,
    ),
  ];
  for (const [name, has, asked] of found)
    if (asked !== undefined && canonical(has ?? null) !== canonical(asked))
      throw new RangeError(
        `search: createModel gives a model whose ${name} is ${brief(has ?? null)}, needed ${brief(asked)} as its options say: (options) => createM2({ ...options }); or leave ${name} out of the space`,
      );
}

/** Settings in an error text. */
const shown = (settings: SearchSettings): string => {
  const entries = Object.entries(settings).map(([name, value]) => `${name}: ${canonical(value)}`);
  return entries.length === 0 ? '{}' : oneLine(`{ ${entries.join(', ')} }`, 300);
};

/**
 * Runs work on the settings of a trial; an error of it names the trial and its settings.
 *
 * @param index of the trial
 * @throws TypeError or RangeError
 */
export function ofTrial<T>(index: number, settings: SearchSettings, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const said = messageOf(cause);
    // What is wrong with `createModel` itself is so in every trial.
    if (said.startsWith('search: ')) throw cause;
    const Kind = [TypeError, RangeError].find((kind) => cause instanceof kind) ?? Error;
    throw new Kind(`search: trial ${index}, ${shown(settings)}: ${said}`, { cause });
  }
}
