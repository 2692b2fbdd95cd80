/**
 * The discrepancy of features between domains, as a term of an objective (Louizos et al. 2016).
 *
 *   objective  … − w · Σ_{s<t} MMD²( z1 of domain s, z1 of domain t )
 *
 * z1 are the draws that q(y|·) reads, of both parts of the batch, and the covariates are the domains in one-hot form. A pair of
 * which a domain is absent from the batch counts 0.
 */
import {
  add,
  concat,
  expandDims,
  mul,
  scalar,
  slice,
  squeeze,
  sub,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import type { ShownCovariates, UnlabeledBatch } from '../../core/batch';
import { describeRow } from '../../core/labels';
import { ABOVE_0, AT_LEAST_0, number, optional, type ReadOptions } from '../../core/options';
import { type ScalarOrSchedule, schedule } from '../../core/schedules';
import { maximumMeanDiscrepancy } from '../../divergences/maximumMeanDiscrepancy';
import type { Model } from '../model';
import { type InferredPart, type Part, scheduled, type Terms } from './objective';

/** The discrepancy of features between domains. */
export interface DomainDiscrepancy {
  /** w, weight of −MMD², at least 0; the number 0 leaves the term out */
  readonly weight: ScalarOrSchedule;
  /** γ of the kernel exp(−‖·‖²/γ); default the width of the features */
  readonly bandwidth?: number;
}

/** How it is read. */
export const domainDiscrepancyRules = () => ({
  weight: schedule(AT_LEAST_0),
  bandwidth: optional(number(ABOVE_0)),
});

/**
 * Refuses a model without domains, and data whose covariates are not one-hot or are of one domain alone.
 *
 * @param where name of the calling function, for the message
 * @param objective how it is made, for the message
 * @param shown covariates of the examples that are shown; where the source does not hold them, they are not checked
 * @throws TypeError or RangeError
 */
export function assertDomains(
  where: string,
  { covariates = 0 }: Model,
  objective: string,
  shown: ShownCovariates | undefined,
): void {
  if (covariates < 2)
    throw new TypeError(
      `${where}: the model reads ${covariates} covariates, needed 2 or more, the domains in one-hot form, by ${objective}`,
    );
  if (shown === undefined) return;
  const found = new Set<number>();
  for (const indices of shown.examples)
    for (const n of indices) found.add(domainOf(where, shown, n, objective));
  if (found.size < 2)
    throw new RangeError(
      `${where}: dataset.covariates put all examples that are shown into domain ${[...found][0]}, needed two domains at least, by ${objective}`,
    );
}

/** The domain of an example. */
function domainOf(where: string, { values, width }: ShownCovariates, n: number, objective: string): number {
  const row = values.subarray(n * width, (n + 1) * width);
  const domain = row.indexOf(1);
  if (domain < 0 || row.some((value, d) => value !== 0 && d !== domain))
    throw new RangeError(
      `${where}: dataset.covariates of example ${n} are ${describeRow(row)}, needed a one and else zeros, its domain in one-hot form, by ${objective}`,
    );
  return domain;
}

/** The domains of a part, [B, C], each row times the weight of its example. */
const domainsOf = ({ covariates, weight }: UnlabeledBatch): Tensor =>
  weight ? mul(covariates as Tensor, expandDims(weight, 1)) : (covariates as Tensor);

/** Σ_{s<t} MMD², a scalar. */
function discrepancy(where: string, parts: readonly InferredPart[], bandwidth: number | undefined): Tensor {
  const features = parts.map(({ inference }) => {
    if (inference.features === undefined)
      throw new TypeError(
        `${where}: the model infers no features, needed what its classifier reads, by domainDiscrepancy`,
      );
    return inference.features;
  });
  const [z, domains] = [concat(features), concat(parts.map(({ batch }) => domainsOf(batch)))];
  const [rows = 0, count = 0] = domains.shape;
  const rowsOf = (domain: number): Tensor => squeeze<Tensor1D>(slice(domains, [0, domain], [rows, 1]), [1]);
  const pairs = Array.from({ length: count }, (_, s) =>
    Array.from({ length: count - s - 1 }, (__, i) =>
      maximumMeanDiscrepancy(z, z, {
        ...(bandwidth !== undefined && { bandwidth }),
        aWeight: rowsOf(s),
        bWeight: rowsOf(s + i + 1),
      }),
    ),
  ).flat();
  return pairs.reduce<Tensor>((total, pair) => add(total, pair), scalar(0));
}

/** The terms of a part with −w·Σ MMD² over all parts in its objective. */
export const withDomainDiscrepancy = (
  terms: Terms,
  part: Part,
  parts: readonly InferredPart[],
  settings: ReadOptions<ReturnType<typeof domainDiscrepancyRules>> | undefined,
): Terms => {
  const weight = settings ? scheduled(part, settings.weight, 'domainDiscrepancy.weight') : 0;
  if (settings === undefined || weight === 0) return terms;
  const domainDiscrepancy = discrepancy(part.where, parts, settings.bandwidth);
  const objective = sub(terms.objective as Tensor, mul(domainDiscrepancy, weight));
  return { ...terms, objective, domainDiscrepancy };
};
