/** How stacked M1+M2 is rebuilt from its file. */
import {
  encoderSeesLabelIn,
  isOwn,
  type M2NetsOption,
  presetValues as m2Values,
  parsePreset,
} from '../m2/nets';
import type { ReadyModel } from '../presetFile';
import { createVae } from '../vae/model';
import { type VaePreset, presetValues as vaeValues } from '../vae/nets';
import { createStackedM2, type StackedM2 } from './model';
import { parseStackedSpec, type ReadStackedSpec } from './spec';

/** {@link createStackedM2} with its M1, from a spec; `dispose` frees both. */
export const READY_STACKED_M2: ReadyModel<ReadStackedSpec, M2NetsOption, StackedM2> = {
  parse: parseStackedSpec,
  isOwn,
  valuesOf(where, { m1, dimensions, classes, latent, outputShape }, nets) {
    const preset = parsePreset(where, nets);
    const inner = {
      inputShape: [dimensions.length],
      outputShape: [2 * dimensions.length],
      classes,
      latent,
      encoderSeesLabel: encoderSeesLabelIn(preset),
    };
    return [
      ...vaeValues(where, { ...m1, outputShape }, m1.nets as VaePreset),
      ...m2Values(where, inner, preset),
    ];
  },
  create({ m1: { nets: ofM1, likelihood: _, prior: __, ...spec }, inputShape: ___, likelihood, ...ofM2 }) {
    const m1 = createVae({ ...spec, nets: ofM1 as VaePreset, likelihood });
    const model = createStackedM2({ ...ofM2, m1 });
    const { dispose } = model;
    model.dispose = () => {
      dispose();
      m1.dispose();
    };
    return model;
  },
};
