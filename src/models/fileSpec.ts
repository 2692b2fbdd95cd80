/**
 * The spec in a file: earlier versions left out the choices of a preset that the user had left open, and had `batchNorm` for
 * `norm`.
 */
import { isBoolean, isRecord, isString, own } from '../files/json';

/**
 * What a choice is where a spec leaves it out, by model and preset. Version 0.1.0 wrote such files, and these were its
 * defaults: an entry never changes. A preset's new choice gets an entry here with the value that its nets had before.
 */
const LEFT_OUT: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  m2: {
    mlp: { widths: [500], activation: 'softplus', norm: 'none', sharedTrunk: false },
    conv: {
      filters: [32, 64],
      depth: 1,
      width: 512,
      activation: 'relu',
      norm: 'none',
      sharedTrunk: true,
    },
  },
  vae: {
    mlp: { widths: [600, 600], activation: 'softplus', norm: 'batch' },
    conv: { filters: [32, 64], depth: 1, width: 512, activation: 'relu', norm: 'batch' },
  },
};

/** The choices of a preset that said by a flag whether it had batch norm. */
const withNorm = ({ batchNorm: _, ...nets }: Readonly<Record<string, unknown>>, hasBatchNorm: boolean) => ({
  ...nets,
  norm: hasBatchNorm ? 'batch' : 'none',
});

/**
 * A model's spec as a file holds it, with every choice of its preset.
 *
 * @param spec JSON of unknown origin; what is not the spec of a preset stays as it is
 */
export function completeSpec(spec: unknown): unknown {
  if (!isRecord(spec) || !isRecord(spec.nets)) return spec;
  const { model, nets } = spec;
  const presets = isString(model) ? own(LEFT_OUT, model) : undefined;
  const leftOut = presets && isString(nets.preset) ? own(presets, nets.preset) : undefined;
  const given = isBoolean(nets.batchNorm) ? withNorm(nets, nets.batchNorm) : nets;
  return leftOut ? { ...spec, nets: { ...leftOut, ...given } } : spec;
}
