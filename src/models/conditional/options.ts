/** Options of a conditional VAE, their defaults, and what is refused. */
import { assertOneOf } from '../../core/assert';
import type { Noise } from '../../core/noise';
import { checked, flag, readOptions, unchecked } from '../../core/options';
import { classesOf, inputOf, inputsOf } from '../data';
import { isOwn, type M2NetsOption, type M2Preset, parsePreset } from '../m2/nets';
import { type M2Options, m2Rules, m2SettingsOf } from '../m2/options';
import { type ReadyModelOptions, readyModelRules } from '../options';

/** What both kinds of conditional VAE are made from. */
interface SharedOptions {
  /**
   * whether the prior of the code is p(z|c) = N(m_c, diag e^{v_c}), with a learned mean and log-variance for each class, all
   * 0 at first (default; Willetts et al. 2019); `false`: N(0, I) for every class
   */
  readonly classPrior?: boolean;
}

/** A conditional VAE that sums over missing labels: the options of an M2, but for `prior`. */
export interface MarginalConditionalOptions extends Omit<M2Options, 'prior'>, SharedOptions {
  /** `'marginal'` (default): q(y|x) and p(y) = Cat(π) are part of the model, and a missing label is summed over */
  readonly missing?: 'marginal';
  /** seed of a preset's initial weights; default 0 */
  readonly seed?: number | Noise;
}

/** A conditional VAE with a token for missing labels. */
export interface TokenConditionalOptions extends Omit<ReadyModelOptions, 'prior'>, SharedOptions {
  /** `'token'`: a missing label is a class of its own, ∅. The model has neither q(y|x) nor p(y) */
  readonly missing: 'token';
  /** seed of a preset's initial weights; default 0 */
  readonly seed?: number | Noise;
  /** K, at least 2, without the token; default the data's */
  readonly classes?: number;
  /** what the classes are called, a name for each; default the data's, or none */
  readonly classNames?: readonly string[];
  /** a preset of an M2, whose classifier is left out; default `'mlp'`. The encoder sees the label: q(z|x,c) */
  readonly nets?: M2Preset['preset'] | M2Preset;
}

/** What a conditional VAE is made from. */
export type ConditionalVaeOptions = MarginalConditionalOptions | TokenConditionalOptions;

const WHERE = 'createConditionalVae';

/** The kind that a table of rules is for; the message of a wrong one names both. */
const kind = <Kind extends 'marginal' | 'token'>(fallback: Kind) =>
  checked<Kind>(
    (where, name, value) => assertOneOf<string>(where, name, value, ['marginal', 'token']),
    fallback,
  );

const marginalRules = () => {
  const { prior: _, ...rules } = m2Rules();
  return { missing: kind('marginal'), classPrior: flag(true), ...rules };
};

/**
 * The options with their defaults, of a model that sums over missing labels.
 *
 * @throws RangeError or TypeError naming the option, its value and what was needed
 */
export function marginalSettings(options: MarginalConditionalOptions) {
  const { missing: _, classPrior, ...read } = readOptions(WHERE, options, marginalRules());
  return { classPrior, ...m2SettingsOf(WHERE, { ...read, prior: undefined }) };
}

/** Every option of a model that sums over missing labels, resolved. */
export type MarginalSettings = ReturnType<typeof marginalSettings>;

const tokenRules = () => {
  const { prior: _, ...rules } = readyModelRules();
  return {
    missing: kind('token'),
    classPrior: flag(true),
    ...rules,
    // Looked at together with the data, by `classesOf`.
    classes: unchecked<number | undefined>(),
    classNames: unchecked<readonly string[] | undefined>(),
    nets: unchecked<M2Preset['preset'] | M2Preset>('mlp'),
  };
};

/**
 * The options with their defaults, of a model with a token.
 *
 * @throws RangeError or TypeError naming the option, its value and what was needed
 */
export function tokenSettings(options: TokenConditionalOptions) {
  // The model does not keep the data.
  const { data, missing: _, ...read } = readOptions(WHERE, options, tokenRules());
  const inputs = inputsOf(WHERE, data, read);
  if (isOwn(read.nets as M2NetsOption))
    throw new RangeError(
      `${WHERE}: nets are your own, needed a preset where missing is "token": own nets go with missing: 'marginal'`,
    );
  return {
    ...read,
    ...inputs,
    ...classesOf(WHERE, data, read),
    input: inputOf(WHERE, data, read.input, inputs.inputShape),
    nets: parsePreset(WHERE, read.nets),
  };
}

/** Every option of a model with a token, resolved. */
export type TokenSettings = ReturnType<typeof tokenSettings>;
