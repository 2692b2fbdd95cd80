/** JSON that rebuilds a VAE. */
import { type InputSpec, parseInput } from '../../core/inputs/registry';
import { specOf } from '../../core/spec';
import type { LikelihoodSpec } from '../../distributions/likelihoods';
import { isCount, isListOf, isNull, type Json, parse, parseRecord } from '../../files/json';
import { parseLikelihood } from '../likelihoods';
import { isOwn, parsePreset, type VaePreset } from './nets';
import type { VaeSettings } from './options';

/** What a file holds of a VAE; `null` marks what you pass to `loadModel` again. */
export interface VaeSpec {
  readonly inputShape: readonly number[];
  /** where raw inputs are read */
  readonly input?: InputSpec | undefined;
  readonly latent: number;
  readonly nets: VaePreset | null;
  readonly likelihood: LikelihoodSpec | null;
  /** where the prior is the user's own; without it p(z) is N(0, I) */
  readonly prior?: null;
}

/** What rebuilds a model of these settings, as JSON; choices that were left open are left out. */
export function vaeSpec({ inputShape, input, latent, nets, likelihood, prior }: VaeSettings): Json {
  const spec: VaeSpec = {
    inputShape,
    input,
    latent,
    nets: isOwn(nets) ? null : nets,
    likelihood: (likelihood.spec ?? null) as LikelihoodSpec | null,
    ...(prior && { prior: null }),
  };
  return specOf({ model: 'vae', ...spec });
}

/** Names of all entries. */
const ENTRIES = [
  'model',
  'inputShape',
  'input',
  'latent',
  'nets',
  'likelihood',
  'prior',
] as const satisfies readonly ('model' | keyof VaeSpec)[];

/**
 * A spec from a file.
 *
 * @param where name of the reader, for messages
 * @param value JSON of unknown origin
 * @throws RangeError naming the first entry that is not what it must be
 */
export function parseVaeSpec(where: string, value: unknown): VaeSpec {
  const { inputShape, input, latent, nets, likelihood, prior } = parseRecord(where, 'spec', value, ENTRIES);
  return {
    inputShape: parse(where, 'inputShape', inputShape, 'sizes of axes', isListOf(isCount)),
    ...(input !== undefined && { input: parseInput(where, input) }),
    latent: parse(where, 'latent', latent, 'a count', isCount),
    nets: nets === null ? null : parsePreset(where, nets),
    likelihood: parseLikelihood(where, likelihood),
    ...(prior !== undefined && {
      prior: parse(where, 'prior', prior, 'null, a prior that is handed in', isNull),
    }),
  };
}
