/** The presets of nets, by the name that a user and a spec give them. Adding one is its file and a line for each model. */
import { MLP_AAE } from './aaeNets';
import { CONV_AUXILIARY, MLP_AUXILIARY } from './auxiliaryNets';
import { CONV, REPORT } from './conv';
import { MLP_LADDER } from './ladderNets';
import { CONV_M1M2, MLP_M1M2 } from './m1m2Nets';
import { KINGMA, MLP } from './mlp';
import type { NetPreset } from './preset';
import { CONV_VAE, KINGMA_VAE, MLP_VAE, REPORT_VAE } from './vaeNets';

/** Those of an M2 model. */
export const M2_PRESETS = { mlp: MLP, conv: CONV, kingma: KINGMA, report: REPORT } as const;

/** Those of a VAE. */
export const VAE_PRESETS = {
  mlp: MLP_VAE,
  conv: CONV_VAE,
  kingma: KINGMA_VAE,
  report: REPORT_VAE,
} as const;

/** Those of a ladder VAE. */
export const LADDER_PRESETS = { mlp: MLP_LADDER } as const;

/** Those of the auxiliary deep generative models. */
export const AUXILIARY_PRESETS = { mlp: MLP_AUXILIARY, conv: CONV_AUXILIARY } as const;

/** Those of M1+M2. */
export const M1M2_PRESETS = { mlp: MLP_M1M2, conv: CONV_M1M2 } as const;

/** Those of an adversarial autoencoder. */
export const AAE_PRESETS = { mlp: MLP_AAE } as const;

/** The choices of a preset. */
type ChoicesOf<P> = P extends NetPreset<never, infer Choices, never> ? Choices : never;

/** A preset of a registry by name, with its choices. */
export type PresetOf<Presets> = {
  [Name in keyof Presets]: { readonly preset: Name } & ChoicesOf<Presets[Name]>;
}[keyof Presets];
