/** The Poisson likelihood by what nets see of its counts. */
import { parseRecord } from '../files/json';
import { genuine } from './genuine';
import type { Likelihood, ReadyLikelihood } from './likelihood';
import { type CountsSeen, countsSeen, log1pOfCounts } from './netInput';
import * as poisson from './poisson';

/** JSON that rebuilds one. */
export interface PoissonSpec {
  /** `poisson` */
  readonly kind: 'poisson';
  /** what encoder and classifier see; default the counts */
  readonly netInput?: CountsSeen;
}

genuine(poisson);

const ofLogarithms: Likelihood = genuine({
  ...poisson,
  spec: { ...poisson.spec, netInput: 'log1p' },
  netInput: log1pOfCounts,
});

/** The likelihood whose nets see the counts, or log(1 + x). */
export const poissonOf = (netInput: CountsSeen): Likelihood =>
  netInput === 'log1p' ? ofLogarithms : poisson;

/** {@link poissonOf}, from a spec. */
export const READY_POISSON: ReadyLikelihood<PoissonSpec> = {
  parse(where, spec) {
    const { netInput } = parseRecord(where, 'spec.likelihood', spec, ['kind', 'netInput']);
    const seen = countsSeen(where, 'spec.likelihood.netInput', netInput as CountsSeen | undefined);
    return { kind: 'poisson', netInput: seen };
  },
  columnsOf: () => 0,
  create: ({ netInput = 'raw' }) => poissonOf(netInput),
};
