/** Our models of the family, each with what a step maximizes. */
import {
  adversarial,
  createAae,
  createAdgm,
  createConditionalVae,
  createLadderVae,
  createM1M2,
  createSdgm,
  labelConditional,
  type Model,
  type Objective,
  type Phase,
  semiSupervised,
} from 'ssvae';
import { type FamilyModel, SETTINGS, type Workload } from './workloads';

/** A model, and what trains it. */
export interface Trained {
  readonly model: Model;
  readonly objective: Objective<never> | readonly Phase<never>[];
}

/** What every model is made from. */
interface Shared extends Pick<Workload, 'inputShape' | 'classes' | 'latent'> {
  readonly seed: number;
}

/** How each is made. */
const MODELS: Readonly<Record<FamilyModel, (shared: Shared, workload: Workload) => Model>> = {
  m1m2: (shared, { latent, widths, inner = [] }) =>
    createM1M2({ ...shared, features: latent, nets: { preset: 'mlp', widths, innerWidths: inner } }),
  adgm: (shared, { latent, widths }) =>
    createAdgm({ ...shared, auxiliary: latent, nets: { preset: 'mlp', widths } }),
  sdgm: (shared, { latent, widths }) =>
    createSdgm({ ...shared, auxiliary: latent, nets: { preset: 'mlp', widths } }),
  ladder: ({ inputShape, classes, seed }, { latents = [], widths }) =>
    createLadderVae({ inputShape, classes, seed, latents, nets: { preset: 'mlp', widths } }),
  conditional: (shared, { widths }) => createConditionalVae({ ...shared, nets: { preset: 'mlp', widths } }),
  token: (shared, { widths }) =>
    createConditionalVae({ ...shared, missing: 'token', nets: { preset: 'mlp', widths } }),
  aae: (shared, { widths, inner = [] }) =>
    createAae({ ...shared, nets: { preset: 'mlp', widths, discriminatorWidths: inner } }),
};

/** What trains those that have no q(y|x) with a bound. */
const OBJECTIVES: Readonly<Partial<Record<string, (model: Model) => Trained['objective']>>> = {
  token: () => labelConditional() as Objective<never>,
  aae: (model) => adversarial(model as ReturnType<typeof createAae>) as readonly Phase<never>[],
};

/** The model of a workload and its objective; nothing where it is none of the family. */
export function familyOf(workload: Workload): Trained | undefined {
  const { model: name, inputShape, classes, latent, labelHandling } = workload;
  if (name === 'm1' || name === 'm2') return undefined;
  const model = MODELS[name]({ inputShape, classes, latent, seed: SETTINGS.seed }, workload);
  const bound = semiSupervised({
    labelHandling: labelHandling === 'exact' ? 'enumerate' : labelHandling,
    temperature: SETTINGS.temperature,
  });
  return { model, objective: OBJECTIVES[name]?.(model) ?? (bound as Objective<never>) };
}
