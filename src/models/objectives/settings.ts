/** Choices of the objectives of M2, their defaults, and what is refused. */

import {
  LABELED_BOUND_WEIGHTS,
  type LabeledWeights,
  REPORT_LABELED_WEIGHTS,
} from '../../bounds/regularizedLabeled';
import { UNLABELED_BOUND_WEIGHTS, type UnlabeledWeights } from '../../bounds/regularizedUnlabeled';
import {
  assertFunction,
  assertInteger,
  assertNumber,
  assertOneOf,
  type OptionNames,
  optionsOf,
  plainOf,
} from '../../core/assert';
import type { Augment } from '../../core/batch';
import { inRange, type ScalarOrSchedule } from '../../core/schedules';
import { isTemperature, TEMPERATURES } from '../../distributions/gumbelSoftmax';
import type { SmoothingSpread } from '../../regularizers/labelSmoothing';
import type { LabelKlDirection } from '../../regularizers/smoothedLabelKl';

/** Consistency of the classifier between unlabelled examples. */
export interface Consistency {
  /** of −KL(t ‖ q(y|x̃)) in the unlabelled objective; at 0 the interpolated inputs are not looked at */
  readonly weight: ScalarOrSchedule;
  /**
   * a of λ ~ Beta(a, a), the share of an example in its pair, an integer of at least 1; default 2, which is ours: less
   * often near an end than the uniform shares of 1
   */
  readonly concentration?: number;
  /**
   * changes the examples once more before they are interpolated, `affine({ … })` say: the prediction is to stay what it
   * is without (Xie et al. 2020). Default: as they are. To be recorded, it must draw by `noise.uniform`, `normal` or
   * `gumbel`, as `affine` does
   */
  readonly augment?: Augment;
}

/** Weights by the name of their term, each a number or a schedule; one left out keeps its default. */
export type Scheduled<T> = { readonly [K in keyof T]?: ScalarOrSchedule };

/** Choices that both objectives share. */
export interface SemiSupervisedOptions {
  /**
   * the expectation over y of unlabelled examples: `'exact'`, the sum over K labels (Kingma 2014, Eq. 7; default);
   * `'gumbel'`, one relaxed label (report §2.7.2); `'straight-through'`, one hard label with a relaxed gradient
   */
  readonly labelHandling?: 'exact' | 'gumbel' | 'straight-through';
  /**
   * τ of the last two; default 0.67, which is ours, as the report leaves it open: near the 2/3 of Maddison et al. 2017,
   * and held through training
   */
  readonly temperature?: ScalarOrSchedule;
  /** weights of single terms in place of the objective's own; a warm-up of the KL stands here, in both parts */
  readonly weights?: {
    /** of the labelled bound's terms */
    readonly labeled?: Scheduled<LabeledWeights>;
    /** of the unlabelled bound's terms */
    readonly unlabeled?: Scheduled<UnlabeledWeights>;
  };
  /**
   * interpolation consistency of the classifier (Verma et al. 2019): at x̃ = λ·x_i + (1 − λ)·x_j of unlabelled examples
   * it is to predict t = λ·q(y|x_i) + (1 − λ)·q(y|x_j), a constant. It costs one more pass through the classifier, and
   * stands among the terms as `consistency`. Default: none
   */
  readonly consistency?: Consistency;
}

/** Choices of the Optimized-ELBO. */
export interface RegularizedOptions extends SemiSupervisedOptions {
  /** γ, weight of the mutual information; default 1 (report §3.2) */
  readonly gamma?: ScalarOrSchedule;
  /**
   * β, weight of the entropy penalty; default 0.5, which is ours, as the report leaves it open: with γ = 1 the net force
   * on the mean entropy is 1 − γ − β = −0.5, towards confidence
   */
  readonly beta?: ScalarOrSchedule;
  /** ε of the smoothed labels; default 0.001, which is ours, as the report leaves it open */
  readonly epsilon?: number;
  /** default `'others'` (report §3.3.2) */
  readonly spread?: SmoothingSpread;
  /** default `'labels||q'` (report §3.3.2, §3.5): KL(p̂‖q), whose gradient stays strong where q is confidently wrong */
  readonly direction?: LabelKlDirection;
  /**
   * E_{p̂(y)} log p(x|z,y) of labelled examples (report §3.4): `'true-label'`, at the label itself (one decoder row;
   * default), or `'exact'`, the sum over K labels weighted with p̂
   */
  readonly expectation?: 'true-label' | 'exact';
}

const CONSISTENCY_NAMES: OptionNames<Consistency> = { weight: true, concentration: true, augment: true };

/** Names of the choices of `m2`. */
export const M2_NAMES: OptionNames<SemiSupervisedOptions> = {
  labelHandling: true,
  temperature: true,
  weights: true,
  consistency: true,
};

/** Names of those of `regularized`. */
export const OPTIMIZED_NAMES: OptionNames<RegularizedOptions> = {
  ...M2_NAMES,
  gamma: true,
  beta: true,
  epsilon: true,
  spread: true,
  direction: true,
  expectation: true,
};

/** Every choice made. */
export type Settings = Required<Omit<RegularizedOptions, 'weights' | 'consistency'>> & {
  readonly weights: NonNullable<SemiSupervisedOptions['weights']>;
  readonly consistency?: Consistency & { readonly concentration: number };
};

/** Those of `m2`. */
export const M2_SETTINGS: Settings = {
  labelHandling: 'exact',
  temperature: 0.67,
  gamma: 0,
  beta: 0,
  epsilon: 0,
  spread: 'others',
  direction: 'labels||q',
  expectation: 'true-label',
  weights: { labeled: LABELED_BOUND_WEIGHTS },
};

/** Those of `regularized`. */
export const OPTIMIZED_SETTINGS: Settings = {
  ...M2_SETTINGS,
  gamma: 1,
  beta: 0.5,
  epsilon: 0.001,
  weights: { labeled: REPORT_LABELED_WEIGHTS },
};

const weightsInRange = <T extends Scheduled<LabeledWeights> | Scheduled<UnlabeledWeights>>(
  where: string,
  part: string,
  weights: T,
  terms: readonly string[],
): T => {
  const checked: Record<string, ScalarOrSchedule> = {};
  for (const [name, weight] of Object.entries(weights)) {
    assertOneOf(where, `a name in weights.${part}`, name, terms);
    checked[name] = inRange(where, `weights.${part}.${name}`, weight, 'a finite number', Number.isFinite);
  }
  return { ...weights, ...checked };
};

/**
 * Refuses before the first step what the terms would refuse at it, but for an ε of which float32 holds no share.
 *
 * @returns the settings, whose schedules throw at a step at which they leave their range
 */
export function checkedSettings(where: string, settings: Settings): Settings {
  const { labelHandling, expectation, spread, direction, epsilon, temperature, beta, gamma } = settings;
  const { labeled = {}, unlabeled = {} } = settings.weights;
  assertOneOf(where, 'labelHandling', labelHandling, ['exact', 'gumbel', 'straight-through']);
  assertOneOf(where, 'expectation', expectation, ['true-label', 'exact']);
  assertOneOf(where, 'spread', spread, ['others', 'uniform']);
  assertOneOf(where, 'direction', direction, ['labels||q', 'q||labels']);
  assertNumber(where, 'epsilon', epsilon, 'a number in [0, 1]', (e) => e >= 0 && e <= 1);
  if (direction === 'q||labels' && labeled.labelKl !== 0) {
    const needed = 'a number in (0, 1): KL(q‖p̂) is infinite where a smoothed label is 0';
    assertNumber(where, 'epsilon', epsilon, needed, (e) => e > 0 && e < 1);
  }
  return {
    ...settings,
    temperature: inRange(where, 'temperature', temperature, TEMPERATURES, isTemperature),
    beta: inRange(where, 'beta', beta),
    gamma: inRange(where, 'gamma', gamma),
    ...(settings.consistency && { consistency: checkedConsistency(where, settings.consistency) }),
    weights: {
      labeled: weightsInRange(where, 'labeled', labeled, Object.keys(REPORT_LABELED_WEIGHTS)),
      unlabeled: weightsInRange(where, 'unlabeled', unlabeled, Object.keys(UNLABELED_BOUND_WEIGHTS)),
    },
  };
}

const checkedConsistency = (
  where: string,
  consistency: NonNullable<Settings['consistency']>,
): NonNullable<Settings['consistency']> => {
  const { weight, concentration, augment } = consistency;
  assertInteger(where, 'consistency.concentration', concentration);
  if (augment !== undefined) assertFunction(where, 'consistency.augment', augment);
  return { ...consistency, weight: inRange(where, 'consistency.weight', weight) };
};

const given = <T extends object>(options: T): Partial<T> => {
  const kept: Partial<T> = { ...options };
  for (const name of Object.keys(kept) as (keyof T)[]) if (kept[name] === undefined) delete kept[name];
  return kept;
};

/**
 * Defaults with the options given in their place.
 *
 * @throws RangeError when a name is no option's
 */
export function settingsOf(where: string, defaults: Settings, options: RegularizedOptions): Settings {
  const { consistency, ...others } = options;
  const { labeled = {}, unlabeled = {} } = optionsOf(
    where,
    others.weights ?? {},
    { labeled: true, unlabeled: true },
    'weights',
  );
  return {
    ...defaults,
    ...given(others),
    ...(consistency !== undefined && {
      consistency: {
        concentration: 2,
        ...given(optionsOf(where, consistency, CONSISTENCY_NAMES, 'consistency')),
      } as NonNullable<Settings['consistency']>,
    }),
    weights: {
      labeled: { ...defaults.weights.labeled, ...given(plainOf(where, labeled, 'weights.labeled')) },
      unlabeled: { ...defaults.weights.unlabeled, ...given(plainOf(where, unlabeled, 'weights.unlabeled')) },
    },
  };
}
