/** A model of another kind: a VAE under a name of its own. */
import type { ReadyModel } from '../../../src/models/presetFile';
import { createVae, type GaussianVae, type VaeOptions } from '../../../src/models/vae/model';
import { isOwn, parsePreset, presetValues, type VaeNetsOption } from '../../../src/models/vae/nets';
import { parseVaeSpec, type VaeSpec } from '../../../src/models/vae/spec';

/** A VAE that its file calls a toy. */
export interface Toy extends GaussianVae {
  readonly isToy: true;
}

/** Makes it. */
export const createToy = (options: VaeOptions): Toy => {
  const vae = createVae(options);
  return { ...vae, spec: { ...(vae.spec as object), model: 'toy' }, isToy: true };
};

/** {@link createToy}, from a spec. */
export const TOY_MODEL: ReadyModel<VaeSpec, VaeNetsOption, Toy> = {
  parse: parseVaeSpec,
  isOwn,
  valuesOf: (where, spec, nets) => presetValues(where, spec, parsePreset(where, nets)),
  create: createToy,
};
