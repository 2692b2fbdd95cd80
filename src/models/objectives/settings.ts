/** Options of the semi-supervised objective, their defaults, and what is refused. */
import type { LabelSmoothing } from '../../bounds/regularizedLabeled';
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
import { oneLine } from '../../core/describe';
import { inRange, type ScalarOrSchedule } from '../../core/schedules';
import { specOf } from '../../core/spec';
import { isTemperature, TEMPERATURES } from '../../distributions/gumbelSoftmax';
import type { Json } from '../../files/json';
import { isKl, type KlWeight } from './klWeight';

/** Consistency of the classifier between unlabelled examples. */
export interface Consistency {
  /** weight of −KL(t ‖ q(y|x̃)) in the unlabelled objective; at the number 0 the interpolated inputs are not computed */
  readonly weight: ScalarOrSchedule;
  /**
   * a of λ ~ Beta(a, a), the share of an example in its pair, an integer of at least 1; default 2, our choice: shares
   * near 0 and 1 are rarer than with the uniform shares of 1
   */
  readonly concentration?: number;
  /**
   * changes the examples once more before they are interpolated, for example `affine({ … })`: the prediction has to stay
   * what it is without the change (Xie et al. 2020). To be recorded, it must draw by `noise.uniform`, `normal` or
   * `gumbel`, as `affine` does. Default: no change
   */
  readonly augment?: Augment;
}

/** The divergence between q(y|x) and the smoothed labels, in the labelled objective. */
export interface LabelSmoothingOptions extends Omit<LabelSmoothing, 'weight'> {
  /** at least 0; default 1 */
  readonly weight?: ScalarOrSchedule;
  /**
   * E_{p̂(y)} L(x, y) of labelled examples (report §3.4): `'true-label'`, at the label itself (one decoder row; default),
   * or `'enumerate'`, the sum over K labels weighted with p̂
   */
  readonly expectation?: 'true-label' | 'enumerate';
}

/** Options of the semi-supervised objective. */
export interface SemiSupervisedOptions {
  /**
   * the expectation over y of unlabelled examples: `'enumerate'`, the exact sum over K labels (Kingma 2014, Eq. 7;
   * default); `'gumbel'`, one relaxed label (report §2.7.2); `'straight-through'`, one hard label with a relaxed gradient
   */
  readonly labelHandling?: 'enumerate' | 'gumbel' | 'straight-through';
  /**
   * τ of the last two; default 0.67, our choice, as the report leaves it open: near the 2/3 of Maddison et al. 2017, and
   * held through training
   */
  readonly temperature?: ScalarOrSchedule;
  /**
   * weight of the latents' divergences in both parts, at least 0; default 1, the bound itself. A warm-up from 0 keeps
   * codes in use that would be given up early on (Sønderby et al. 2016). It never applies to log p(y), H(q(y|x)) or the
   * cross-entropy
   */
  readonly klWeight?: KlWeight;
  /** weight of L and U in the objective, at least 0; default 1. A small one leaves more room to the other terms */
  readonly boundWeight?: ScalarOrSchedule;
  /** the report's β, weight of −H(q(y|x)) of unlabelled examples (Eq. 15); default 0 */
  readonly entropyPenalty?: ScalarOrSchedule;
  /** the report's γ, weight of Î(y; x) of unlabelled examples (§3.2); default 0 */
  readonly mutualInformationWeight?: ScalarOrSchedule;
  /** weight of −KL(q(y|x) ‖ p(y)) of labelled examples (report §3.6); default 0 */
  readonly labelPriorKlWeight?: ScalarOrSchedule;
  /** divergence between q(y|x) and smoothed labels, of labelled examples (report §3.3.2); default none */
  readonly labelSmoothing?: LabelSmoothingOptions;
  /**
   * interpolation consistency of the classifier (Verma et al. 2019): at x̃ = λ·x_i + (1 − λ)·x_j of unlabelled examples
   * it has to predict t = λ·q(y|x_i) + (1 − λ)·q(y|x_j), a constant. It costs one more pass through the classifier and is
   * the term `consistency`. Default: none
   */
  readonly consistency?: Consistency;
}

/** Options of the report's Optimized-ELBO: those of the semi-supervised objective, with other defaults. */
export interface RegularizedOptions extends Omit<SemiSupervisedOptions, 'labelSmoothing'> {
  /** ε defaults to 0.001, our choice, as the report leaves it open; a `weight` of 0 turns smoothing off */
  readonly labelSmoothing?: Partial<LabelSmoothingOptions>;
}

/** Names of these options. */
const SEMI_SUPERVISED_NAMES: OptionNames<SemiSupervisedOptions> = {
  labelHandling: true,
  temperature: true,
  klWeight: true,
  boundWeight: true,
  entropyPenalty: true,
  mutualInformationWeight: true,
  labelPriorKlWeight: true,
  labelSmoothing: true,
  consistency: true,
};

const CONSISTENCY_NAMES: OptionNames<Consistency> = { weight: true, concentration: true, augment: true };

const SMOOTHING_NAMES: OptionNames<LabelSmoothingOptions> = {
  weight: true,
  epsilon: true,
  spread: true,
  direction: true,
  expectation: true,
};

/** Every option resolved. */
export interface Settings extends Required<Omit<SemiSupervisedOptions, 'labelSmoothing' | 'consistency'>> {
  readonly labelSmoothing?: Required<LabelSmoothingOptions>;
  readonly consistency?: Required<Omit<Consistency, 'augment'>> & Pick<Consistency, 'augment'>;
}

const BOUND = {
  labelHandling: 'enumerate',
  temperature: 0.67,
  klWeight: 1,
  boundWeight: 1,
  entropyPenalty: 0,
  mutualInformationWeight: 0,
  labelPriorKlWeight: 0,
} as const satisfies Settings;

/** Defaults of the Optimized-ELBO: β is ours, as the report leaves it open. With γ = 1 the net force on the mean entropy is −0.5. */
const REGULARIZED = {
  entropyPenalty: 0.5,
  mutualInformationWeight: 1,
  labelPriorKlWeight: 1,
  labelSmoothing: { epsilon: 0.001 },
} as const;

const given = <T extends object>(options: T): T => {
  const kept = { ...options };
  for (const name of Object.keys(kept) as (keyof T)[]) if (kept[name] === undefined) delete kept[name];
  return kept;
};

/** The Optimized-ELBO's defaults with the options given in their place. */
export function regularizedOptions(options: RegularizedOptions): SemiSupervisedOptions {
  const { labelSmoothing, ...others } = optionsOf('regularized', options, SEMI_SUPERVISED_NAMES);
  return {
    ...REGULARIZED,
    ...given(others),
    labelSmoothing: { ...REGULARIZED.labelSmoothing, ...labelSmoothing } as LabelSmoothingOptions,
  };
}

const SMOOTHING = {
  weight: 1,
  spread: 'others',
  direction: 'labels||q',
  expectation: 'true-label',
} as const satisfies Partial<LabelSmoothingOptions>;

const CONCENTRATION = 2;

const smoothingOf = (where: string, options: LabelSmoothingOptions): Required<LabelSmoothingOptions> => {
  const told = given(optionsOf(where, options, SMOOTHING_NAMES, 'labelSmoothing'));
  const { weight, epsilon, spread, direction, expectation } = { ...SMOOTHING, ...told };
  const name = (option: string): string => `labelSmoothing.${option}`;
  assertOneOf(where, name('expectation'), expectation, ['true-label', 'enumerate']);
  assertOneOf(where, name('spread'), spread, ['others', 'uniform']);
  assertOneOf(where, name('direction'), direction, ['labels||q', 'q||labels']);
  assertNumber(where, name('epsilon'), epsilon, 'a number in [0, 1]', (e) => e >= 0 && e <= 1);
  if (direction === 'q||labels' && weight !== 0) {
    const needed = 'a number in (0, 1): KL(q‖p̂) is infinite where a smoothed label is 0';
    assertNumber(where, name('epsilon'), epsilon, needed, (e) => e > 0 && e < 1);
  }
  return { weight: inRange(where, name('weight'), weight), epsilon, spread, direction, expectation };
};

const consistencyOf = (where: string, options: Consistency): NonNullable<Settings['consistency']> => {
  const {
    weight,
    concentration = CONCENTRATION,
    augment,
  } = optionsOf(where, options, CONSISTENCY_NAMES, 'consistency');
  assertInteger(where, 'consistency.concentration', concentration);
  if (augment !== undefined) assertFunction(where, 'consistency.augment', augment);
  return { weight: inRange(where, 'consistency.weight', weight), concentration, ...(augment && { augment }) };
};

/** Weights of the divergences, checked: schedules throw at a step at which they leave their range. */
export const klWeightOf = (where: string, weight: KlWeight): KlWeight => {
  if (typeof weight !== 'object' || weight === null) return inRange(where, 'klWeight', weight);
  const named = Object.entries(plainOf(where, weight, 'klWeight')).map(([term, one]) => {
    if (!isKl(term))
      throw new RangeError(
        `${where}: klWeight.${oneLine(term)} is no divergence, needed the name of a term such as latentKl`,
      );
    return [term, inRange(where, `klWeight.${term}`, one)] as const;
  });
  return Object.fromEntries(named);
};

/**
 * Resolves the options, and refuses before the first step what a step would refuse, except an ε of which float32 holds no
 * share.
 *
 * @returns the settings, whose schedules throw at a step at which they leave their range; and as JSON, to compare runs by
 */
export function settingsOf(
  where: string,
  options: SemiSupervisedOptions,
): { readonly settings: Settings; readonly spec: Json } {
  const told = given(optionsOf(where, options, SEMI_SUPERVISED_NAMES));
  const { labelSmoothing, consistency, ...weights } = { ...BOUND, ...told };
  assertOneOf(where, 'labelHandling', weights.labelHandling, ['enumerate', 'gumbel', 'straight-through']);
  const ranged = (name: keyof typeof weights & `${string}${'Weight' | 'Penalty'}`): ScalarOrSchedule =>
    inRange(where, name, weights[name] as ScalarOrSchedule);
  return {
    settings: {
      ...weights,
      temperature: inRange(where, 'temperature', weights.temperature, TEMPERATURES, isTemperature),
      klWeight: klWeightOf(where, weights.klWeight),
      boundWeight: ranged('boundWeight'),
      entropyPenalty: ranged('entropyPenalty'),
      mutualInformationWeight: ranged('mutualInformationWeight'),
      labelPriorKlWeight: ranged('labelPriorKlWeight'),
      ...(labelSmoothing && { labelSmoothing: smoothingOf(where, labelSmoothing) }),
      ...(consistency && { consistency: consistencyOf(where, consistency) }),
    },
    spec: specOf({
      objective: 'semiSupervised',
      ...weights,
      labelSmoothing: labelSmoothing && { ...SMOOTHING, ...given(labelSmoothing) },
      // A function of images is no schedule: its settings stand for it where it has some.
      consistency: consistency && {
        concentration: CONCENTRATION,
        ...given(consistency),
        augment: consistency.augment && (consistency.augment.spec ?? 'a function'),
      },
    }),
  };
}
