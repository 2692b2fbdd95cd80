/** The ready models, by the name that their files give them. Adding one is a line here. */
import { READY_AAE } from './adversarial/ready';
import { READY_ADGM, READY_SDGM } from './auxiliary/ready';
import { READY_CONDITIONAL } from './conditional/ready';
import { READY_LADDER } from './ladder/ready';
import { READY_M1M2 } from './m1m2/ready';
import { READY_M2 } from './m2/ready';
import { READY_STACKED_M2 } from './stacked/ready';
import { READY_VAE } from './vae/ready';

/** How each is rebuilt. */
export const READY_MODELS = {
  m2: READY_M2,
  vae: READY_VAE,
  aae: READY_AAE,
  adgm: READY_ADGM,
  sdgm: READY_SDGM,
  conditional: READY_CONDITIONAL,
  ladder: READY_LADDER,
  m1m2: READY_M1M2,
  stackedM2: READY_STACKED_M2,
} as const;

/** Name of a ready model. */
export type ModelKind = keyof typeof READY_MODELS;

/** The ready models by name. */
export type ReadyModels = { readonly [Kind in ModelKind]: ReturnType<(typeof READY_MODELS)[Kind]['create']> };

/** What a ready model may be made of: presets by name or with choices, or your own nets. */
export type NetsOption<Kind extends ModelKind> = Parameters<(typeof READY_MODELS)[Kind]['isOwn']>[0];
