/** The parts of a ladder VAE. */
import type { ReadyModels } from '../models/registry';
import type { Operations } from './operations';
import { gaussian, type Parts, type Shapes } from './part';

/** A log-variance in (−10, 10), as `withSoftClip` of the ladder. */
const softClip = <V>(ops: Operations<V>, name: string, logVar: V): V => {
  const tanh = ops.activation(`${name}_tanh`, ops.scale(`${name}_tenth`, logVar, 0.1), 'tanh');
  return ops.scale(`${name}_clipped`, tanh, 10);
};

/** The product of two Gaussians, as `mergeGaussians`. */
const merged = <V>(
  ops: Operations<V>,
  name: string,
  a: { readonly mean: V; readonly logVar: V },
  b: { readonly mean: V; readonly logVar: V },
) => {
  const excess = ops.add(`${name}_excess`, a.logVar, ops.scale(`${name}_minus`, b.logVar, -1)); // log σ_a² − log σ_b²
  const opposite = ops.scale(`${name}_opposite`, excess, -1);
  const ofA = ops.multiply(`${name}_a`, ops.activation(`${name}_wa`, opposite, 'sigmoid'), a.mean);
  const ofB = ops.multiply(`${name}_b`, ops.activation(`${name}_wb`, excess, 'sigmoid'), b.mean);
  const gain = ops.scale(`${name}_gain`, ops.activation(`${name}_softplus`, excess, 'softplus'), -1);
  return { mean: ops.add(`${name}_mean`, ofA, ofB), logVar: ops.add(`${name}_logVar`, a.logVar, gain) };
};

/** d_L of what the pass up gives. */
const topOf = <V>(up: readonly V[]): V => up.at(-1) as V;

/** `mean` and `logVar` are those of z_1, `mean.2` and `logVar.2` those of z_2, and so on; each layer at the mean of the one above. */
export const ladderParts = (model: ReadyModels['ladder']): Parts => {
  const { inputShape, latents, classes, decoderSeesLabel } = model;
  const top = latents.length;
  const label: Shapes = decoderSeesLabel ? { y: [classes] } : {};
  return {
    classifier: {
      inputs: { x: inputShape },
      outputs: (program) => ({
        logits: program.one('classifier', topOf(program.net('bottomUp', program.seen()))),
      }),
    },
    encoder: {
      inputs: { x: inputShape, y: [classes] },
      outputs({ ops, net, seen, inputs }) {
        const up = net('bottomUp', seen());
        const y = inputs('y');
        const layers = [gaussian(net('encoder', topOf(up), ...y))];
        for (let i = top - 1; i >= 1; i--) {
          const above = (layers[0] as (typeof layers)[number]).mean;
          const p = gaussian(net(`prior${i}`, above, ...(i === top - 1 ? y : [])));
          const message = gaussian(up.slice(2 * i - 2, 2 * i));
          const clipped = (name: string, { mean, logVar }: typeof p) => ({
            mean,
            logVar: softClip(ops, name, logVar),
          });
          layers.unshift(merged(ops, `merged${i}`, clipped(`message${i}`, message), clipped(`prior${i}`, p)));
        }
        const named = layers.flatMap(({ mean, logVar }, i) => {
          const end = i === 0 ? '' : `.${i + 1}`;
          return [
            [`mean${end}`, mean],
            [`logVar${end}`, logVar],
          ] as const;
        });
        return Object.fromEntries(named);
      },
    },
    decoder: {
      inputs: { z: [latents[0] as number], ...label },
      outputs: ({ one, inputs }) => ({ parameters: one('decoder', ...inputs('z', 'y')) }),
    },
  };
};
