/** Options of the semi-supervised objective, their defaults, and what is refused. */
import { type LabelSmoothing, labeledWeights, labelSmoothingRules } from '../../bounds/regularizedLabeled';
import { unlabeledWeights } from '../../bounds/regularizedUnlabeled';
import type { Augment } from '../../core/batch';
import {
  AT_LEAST_0,
  callable,
  integersFrom,
  number,
  oneOf,
  optional,
  type ReadOptions,
  type Rule,
  record,
  UNIT_INTERVAL,
} from '../../core/options';
import { type ScalarOrSchedule, schedule } from '../../core/schedules';
import { specOf } from '../../core/spec';
import { TEMPERATURES } from '../../distributions/gumbelSoftmax';
import type { Json } from '../../files/json';
import { assertFiniteKl } from '../../regularizers/smoothedLabelKl';
import { type DomainDiscrepancy, domainDiscrepancyRules } from './domainDiscrepancy';
import { type GeneratedLabels, generatedLabelRules } from './generatedLabels';
import { type KlWeight, klWeightRule } from './klWeight';

/** Consistency of the classifier between unlabeled examples. */
export interface Consistency {
  /** weight of −KL(t ‖ q(y|x̃)) in the unlabeled objective; at the number 0 the interpolated inputs are not computed */
  readonly weight: ScalarOrSchedule;
  /**
   * a of λ ~ Beta(a, a), the share of an example in its pair, an integer of at least 1; default 2, our choice: shares
   * near 0 and 1 are rarer than with the uniform shares of 1
   */
  readonly concentration?: number;
  /**
   * changes the examples before they are interpolated, for example `affine({ … })`: the prediction should not change with
   * them (Xie et al. 2020). To be recorded, it must draw by `noise.uniform`, `normal` or
   * `gumbel`, as `affine` does. Default: no change
   */
  readonly augment?: Augment;
}

/** The divergence between q(y|x) and the smoothed labels, in the labeled objective. */
export interface LabelSmoothingOptions extends Omit<LabelSmoothing, 'weight'> {
  /** at least 0; default 1 */
  readonly weight?: ScalarOrSchedule;
  /**
   * E_{p̂(y)} L(x, y) of labeled examples (report §3.4): `'true-label'`, at the label itself (one decoder row; default),
   * or `'enumerate'`, the sum over K labels weighted with p̂
   */
  readonly expectation?: 'true-label' | 'enumerate';
}

/** Options of the semi-supervised objective. */
export interface SemiSupervisedOptions {
  /**
   * the expectation over y of unlabeled examples: `'enumerate'`, the exact sum over K labels (Kingma 2014, Eq. 7;
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
   * codes in use that collapse early otherwise (Sønderby et al. 2016). It never applies to log p(y), H(q(y|x)) or the
   * cross-entropy
   */
  readonly klWeight?: KlWeight;
  /** weight of L and U in the objective, at least 0; default 1. A small one leaves more room to the other terms */
  readonly boundWeight?: ScalarOrSchedule;
  /** the report's β, weight of −H(q(y|x)) of unlabeled examples (Eq. 15); default 0 */
  readonly entropyPenalty?: ScalarOrSchedule;
  /** the report's γ, weight of Î(y; x) of unlabeled examples (§3.2); default 0 */
  readonly mutualInformationWeight?: ScalarOrSchedule;
  /**
   * how often γ wants each class predicted: `'uniform'`, equally often (default; report §3.2); `'label-prior'`, as the model's
   * π says. With rare classes that trades recall for precision. Î = H(q̄) − mean H(q) is then −KL(q̄ ‖ π) − mean H(q), with
   * q̄ = mean_b q(y|x_b); the term `mutualInformation` stays Î
   */
  readonly classBalance?: 'uniform' | 'label-prior';
  /** weight of −KL(q(y|x) ‖ p(y)) of labeled examples (report §3.6); default 0 */
  readonly labelPriorKlWeight?: ScalarOrSchedule;
  /** divergence between q(y|x) and smoothed labels, of labeled examples (report §3.3.2); default none */
  readonly labelSmoothing?: LabelSmoothingOptions;
  /**
   * interpolation consistency of the classifier (Verma et al. 2019): at x̃ = λ·x_i + (1 − λ)·x_j of unlabeled examples
   * it should predict t = λ·q(y|x_i) + (1 − λ)·q(y|x_j), a constant. It costs one more pass through the classifier, and its
   * term is called `consistency`. Default: none
   */
  readonly consistency?: Consistency;
  /**
   * w·√D·R, R = E_{y ~ p(y), z ~ p(z)} log q̄(y|x̂): trains the decoder to show the label that an example is generated for, by
   * a classifier q̄ that is held constant. x̂ = E[x|z,y] must have a gradient, as the means of all ready likelihoods have. The
   * scalar term R, nats, is called `generatedLabels`, and is in the unlabeled part where there is one. Default: none
   */
  readonly generatedLabels?: GeneratedLabels;
  /**
   * −w·Σ MMD² between the features of examples of different domains (Louizos et al. 2016), for a model whose classifier reads
   * features and whose covariates are domains in one-hot form, as `createM1M2({ covariates })`. The scalar term Σ MMD², at least 0,
   * is called `domainDiscrepancy`, and is in the unlabeled part where there is one. Where classes are more common in one domain
   * than in another, a large w draws different classes together. Covariates of `createBatches` are checked before the first
   * step; those of `streamBatches` and `batchesFrom` are not, as no array holds them all. Default: none
   */
  readonly domainDiscrepancy?: DomainDiscrepancy;
}

/** Options of the report's Optimized-ELBO: those of the semi-supervised objective, with other defaults. */
export interface RegularizedOptions extends Omit<SemiSupervisedOptions, 'labelSmoothing'> {
  /** ε defaults to 0.001, our choice, as the report leaves it open; a `weight` of 0 turns smoothing off */
  readonly labelSmoothing?: Partial<LabelSmoothingOptions>;
}

/** How label smoothing is read; without a default, ε must be given. */
const smoothingRules = (epsilon?: number) => ({
  ...labelSmoothingRules(schedule),
  epsilon: number(UNIT_INTERVAL, epsilon),
  expectation: oneOf(['true-label', 'enumerate'], 'true-label'),
});

/** Label smoothing as it is read. */
type Smoothing = ReadOptions<ReturnType<typeof smoothingRules>>;

const smoothing =
  (epsilon?: number): Rule<Smoothing> =>
  (where, name, value = {}) => {
    const read = record<Partial<Smoothing>, ReturnType<typeof smoothingRules>>(smoothingRules(epsilon))(
      where,
      name,
      value,
    );
    if (read.weight !== 0) assertFiniteKl(where, `${name}.epsilon`, read);
    return read;
  };

const consistencyRules = () => ({
  weight: schedule(AT_LEAST_0),
  concentration: number(integersFrom(1), 2),
  augment: optional(callable<Augment>()),
});

/** How the options of `semiSupervised` are read. */
export const semiSupervisedRules = () => ({
  labelHandling: oneOf(['enumerate', 'gumbel', 'straight-through'], 'enumerate'),
  temperature: schedule(TEMPERATURES, 0.67),
  klWeight: klWeightRule(),
  boundWeight: schedule(AT_LEAST_0, 1),
  ...unlabeledWeights(schedule),
  classBalance: oneOf(['uniform', 'label-prior'], 'uniform'),
  ...labeledWeights(schedule),
  labelSmoothing: optional(smoothing()),
  consistency: optional(record<Consistency, ReturnType<typeof consistencyRules>>(consistencyRules())),
  generatedLabels: optional(
    record<GeneratedLabels, ReturnType<typeof generatedLabelRules>>(generatedLabelRules()),
  ),
  domainDiscrepancy: optional(
    record<DomainDiscrepancy, ReturnType<typeof domainDiscrepancyRules>>(domainDiscrepancyRules()),
  ),
});

/** How those of `regularized` are read. β is ours, as the report leaves it open: with γ = 1 the net force on the mean entropy is −0.5. */
export const regularizedRules = () => ({
  ...semiSupervisedRules(),
  entropyPenalty: schedule(AT_LEAST_0, 0.5),
  mutualInformationWeight: schedule(AT_LEAST_0, 1),
  labelPriorKlWeight: schedule(AT_LEAST_0, 1),
  labelSmoothing: smoothing(0.001),
});

/** Every option of the semi-supervised objective, with its default where it was left out. */
export type Settings = ReadOptions<ReturnType<typeof semiSupervisedRules>>;

/** Label smoothing that changes nothing. */
export const NO_SMOOTHING: NonNullable<Settings['labelSmoothing']> = {
  weight: 0,
  epsilon: 0,
  spread: 'others',
  direction: 'labels||q',
  expectation: 'true-label',
};

/** The settings as JSON, to compare runs by. */
export const settingsSpec = ({ consistency, classBalance, ...settings }: Settings): Json =>
  specOf({
    objective: 'semiSupervised',
    ...settings,
    // Runs of versions without the option go on.
    ...(classBalance !== 'uniform' && { classBalance }),
    // A function of images is not a schedule: its settings name it, where it has some.
    consistency: consistency && {
      ...consistency,
      augment: consistency.augment && (consistency.augment.spec ?? 'a function'),
    },
  });
