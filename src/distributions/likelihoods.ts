/** The library's likelihoods, by the name that a model's spec gives them. Adding one is its file and a line here. */
import { parseRecord } from '../files/json';
import * as bernoulli from './bernoulli';
import { READY_CATEGORICAL } from './categoricalObservation';
import * as continuousBernoulli from './continuousBernoulli';
import { READY_DISCRETIZED_LOGISTIC } from './discretizedLogistic';
import { READY_GAUSSIAN } from './gaussianObservation';
import { genuine } from './genuine';
import type { Likelihood, ReadyLikelihood } from './likelihood';
import { READY_MIXED } from './mixed';
import { READY_MULTINOMIAL } from './multinomial';
import { READY_NEGATIVE_BINOMIAL } from './negativeBinomial';
import { READY_POISSON } from './readyPoisson';

/** One without choices; a namespace that is the likelihood itself cannot hold this. */
const plain = <Spec extends { readonly kind: string }>(
  spec: Spec,
  likelihood: Likelihood,
): ReadyLikelihood<Spec> => {
  const own = genuine(likelihood);
  return {
    parse(where, given) {
      parseRecord(where, 'spec.likelihood', given, ['kind']);
      return spec;
    },
    columnsOf: () => 0,
    create: () => own,
  };
};

/** How each is rebuilt. */
export const LIKELIHOODS = {
  bernoulli: plain(bernoulli.spec, bernoulli),
  categorical: READY_CATEGORICAL,
  continuousBernoulli: plain(continuousBernoulli.spec, continuousBernoulli),
  discretizedLogistic: READY_DISCRETIZED_LOGISTIC,
  gaussian: READY_GAUSSIAN,
  mixed: READY_MIXED,
  multinomial: READY_MULTINOMIAL,
  negativeBinomial: READY_NEGATIVE_BINOMIAL,
  poisson: READY_POISSON,
} as const;

/** JSON that names one of the library's likelihoods. */
export type LikelihoodSpec = ReturnType<(typeof LIKELIHOODS)[keyof typeof LIKELIHOODS]['parse']>;
