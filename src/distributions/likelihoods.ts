/** The library's likelihoods, by the name that a model's spec gives them. Adding one is its file and a line here. */
import { parseRecord } from '../files/json';
import * as bernoulli from './bernoulli';
import { READY_GAUSSIAN } from './gaussianObservation';
import type { ReadyLikelihood } from './likelihood';

/** It has no choices; a namespace that is the likelihood itself cannot hold this. */
const READY_BERNOULLI: ReadyLikelihood<typeof bernoulli.spec> = {
  parse(where, spec) {
    parseRecord(where, 'spec.likelihood', spec, ['kind']);
    return bernoulli.spec;
  },
  create: () => bernoulli,
};

/** How each is rebuilt. */
export const LIKELIHOODS = { bernoulli: READY_BERNOULLI, gaussian: READY_GAUSSIAN } as const;

/** JSON that names one of the library's likelihoods. */
export type LikelihoodSpec = ReturnType<(typeof LIKELIHOODS)[keyof typeof LIKELIHOODS]['parse']>;
