/** JSON that rebuilds a conditional VAE. */
import { specOf } from '../../core/spec';
import { isBoolean, type Json, parse, parseRecord } from '../../files/json';
import {
  CLASSES_ENTRIES,
  type ClassesSpec,
  classesSpec,
  parseClassesSpec,
  parseLatent,
} from '../labeledSpec';
import { type M2Preset, parsePreset } from '../m2/nets';
import { type M2Spec, m2Spec, parseM2Spec } from '../m2/spec';
import type { MarginalSettings, TokenSettings } from './options';

/** What a file holds of a conditional VAE; `null` marks what you pass to `loadModel` again. */
export type ConditionalSpec = { readonly classPrior: boolean } & (
  | ({ readonly missing: 'marginal' } & Omit<M2Spec, 'prior'>)
  | ({ readonly missing: 'token'; readonly latent: number; readonly nets: M2Preset } & ClassesSpec)
);

/** What rebuilds a model that sums over missing labels, as JSON. */
export const marginalSpec = ({ classPrior, ...settings }: MarginalSettings): Json => ({
  ...(m2Spec(settings) as Readonly<Record<string, Json>>),
  model: 'conditional',
  missing: 'marginal',
  classPrior,
});

/** What rebuilds a model with a token, as JSON. */
export const tokenSpec = ({ nets, classPrior, latent, ...settings }: TokenSettings): Json =>
  specOf({ model: 'conditional', missing: 'token', classPrior, ...classesSpec(settings), latent, nets });

/** Names of the entries of either kind. */
const SHARED = [...CLASSES_ENTRIES, 'latent', 'missing', 'classPrior', 'nets'] as const;

/** Names of the further entries of a model that sums over missing labels. */
const MARGINAL = ['labelPrior', 'encoderSeesLabel', 'temperature'] as const;

/**
 * A spec from a file.
 *
 * @param where name of the reader, for messages
 * @param value JSON of unknown origin
 * @throws RangeError naming the first entry that is not what it must be
 */
export function parseConditionalSpec(where: string, value: unknown): ConditionalSpec {
  const record = parseRecord(where, 'spec', value, [...SHARED, ...MARGINAL]);
  const missing = parse(where, 'missing', record.missing, '"marginal" or "token"', isMissing);
  const classPrior = parse(where, 'classPrior', record.classPrior, 'true or false', isBoolean);
  if (missing === 'token') {
    const found = parseRecord(where, 'spec', value, SHARED);
    const [latent, nets] = [parseLatent(where, found.latent), parsePreset(where, found.nets)];
    return { missing, classPrior, ...parseClassesSpec(where, found), latent, nets };
  }
  const { missing: _, classPrior: __, ...m2 } = record;
  return { missing, classPrior, ...withoutPrior(parseM2Spec(where, m2)) };
}

const isMissing = (value: unknown): value is 'marginal' | 'token' =>
  value === 'marginal' || value === 'token';

const withoutPrior = ({ prior: _, ...spec }: M2Spec): Omit<M2Spec, 'prior'> => spec;
