/** The nets of a ladder VAE: one pass up, one net down to each layer, and a net for either end. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { readOptions, unchecked } from '../core/options';
import { type Activation, activationName } from './activation';
import { dense, flatOutput, gaussianHeads, hiddenStack, withNorm } from './building';
import { inputOf, type Net, type Node } from './description';
import { flat, MLP_CHOICES } from './mlp';
import { type Norm, normName } from './norm';
import type { NetPreset } from './preset';
import { assertWidths } from './semiSupervisedNets';

/**
 * Nets of L layers of latents, as tfjs-layers models of these inputs and outputs (B the batch axis, Z_i the width of z_i):
 *
 *   bottomUp    x [B, …]          → mean and logVar of the message to each z_i, i < L, [B, Z_i] each, and d_L
 *   classifier  d_L               → logits of q(y|x), [B, K]
 *   encoder     [d_L, y]          → [mean, logVar] of q(z_L|x,y), [B, Z_L] each
 *   prior{i}    z_{i+1}           → [mean, logVar] of p(z_i|z_{i+1}), [B, Z_i] each; that of z_{L−1} takes [z_L, y]
 *   decoder     z_1, or [z_1, y]  → parameters of p(x|z_1[,y]), [B, …]
 */
export interface LadderNets {
  readonly bottomUp: LayersModel;
  readonly classifier: LayersModel;
  readonly encoder: LayersModel;
  readonly decoder: LayersModel;
  readonly [prior: `prior${number}`]: LayersModel;
}

/** What a preset needs to know of the model it is made for. */
export interface LadderShape {
  /** shape of one example */
  readonly inputShape: readonly number[];
  /** K */
  readonly classes: number;
  /** Z_1 … Z_L */
  readonly latents: readonly number[];
  /** shape of the decoder's output for one example, as `parameterShape` of the likelihood gives it */
  readonly outputShape: readonly number[];
  /** whether p(x|z_1,y) sees the label */
  readonly decoderSeesLabel: boolean;
}

/** Choices of the fully connected preset. */
export interface MlpLadderOptions {
  /** width of the deterministic layers beside each z_i, z_1 first; default 512, 256, …, each half of the one before, at least 32 */
  readonly widths?: readonly number[];
  /** default `'relu'` */
  readonly activation?: Exclude<Activation, 'linear'>;
  /** normalization before each hidden activation; default `'batch'` */
  readonly norm?: Norm;
}

/** A preset of the nets of a ladder VAE; its widths depend on the number of layers. */
export interface LadderNetPreset<Choices> extends NetPreset<LadderShape, Choices, string> {
  /** the widths where the user gives none */
  widthsOf(layers: number): readonly number[];
}

/** d_1 … d_L of x. */
const deterministic = (
  x: Node,
  widths: readonly number[],
  hidden: Parameters<typeof withNorm>[1],
): readonly Node[] => {
  const layers: Node[] = [];
  for (const [i, units] of widths.entries()) {
    const from = layers.at(-1) ?? flat(x);
    const name = `hidden${i + 1}`;
    layers.push(withNorm(name, hidden, (activation) => dense(name, units, activation, from)));
  }
  return layers;
};

/** Fully connected nets: one hidden layer for each latent on the way up, and one on the way down. */
export const MLP_LADDER: LadderNetPreset<MlpLadderOptions> = {
  choices: MLP_CHOICES,
  defaults: { widths: [], activation: 'relu', norm: 'batch' },
  widthsOf: (layers) => Array.from({ length: layers }, (_, i) => Math.max(32, 512 / 2 ** i)),
  describe(where, { inputShape, classes, latents, outputShape, decoderSeesLabel }, options) {
    const { widths = [], ...hidden } = readOptions(where, options, {
      widths: unchecked<readonly number[] | undefined>(),
      activation: activationName<'relu' | 'softplus'>('relu'),
      norm: normName('batch'),
    });
    assertWidths(where, 'widths', widths);
    if (widths.length !== latents.length)
      throw new RangeError(
        `${where}: widths has ${widths.length} entries, needed ${latents.length}, one for each of the latents`,
      );
    const x = inputOf(inputShape, 'x');
    const label = (): Node => inputOf([classes], 'y');
    const up = deterministic(x, widths, hidden); // d_1 … d_L
    const messages = up
      .slice(0, -1)
      .flatMap((d, i) => [
        dense(`mean${i + 1}`, latents[i] as number, 'linear', d),
        dense(`logVar${i + 1}`, latents[i] as number, 'linear', d),
      ]);
    const top = up.at(-1) as Node;
    const features = (): Node => inputOf(top.shape, 'features');

    /** A net of z_i and, where it sees one, y: a hidden layer as wide as d_i, and what stands on it. */
    const down = (i: number, y: Node | undefined, heads: (hidden: Node) => readonly Node[]): Net => {
      const z = inputOf([latents[i - 1] as number], 'z');
      return {
        inputs: y ? [z, y] : [z],
        outputs: heads(hiddenStack([widths[i - 1] as number], hidden, z, y)),
      };
    };
    const priors = latents.slice(0, -1).map((latent, i) => {
      const y = i + 2 === latents.length ? label() : undefined;
      return [`prior${i + 1}`, down(i + 2, y, (from) => gaussianHeads(latent, from))] as const;
    });
    const [toClassify, toEncode, y] = [features(), features(), label()];
    return {
      bottomUp: { inputs: [x], outputs: [...messages, top] },
      classifier: { inputs: [toClassify], outputs: [dense('logits', classes, 'linear', toClassify)] },
      encoder: {
        inputs: [toEncode, y],
        outputs: gaussianHeads(latents.at(-1) as number, hiddenStack(widths.slice(-1), hidden, toEncode, y)),
      },
      ...Object.fromEntries(priors),
      decoder: down(1, decoderSeesLabel ? label() : undefined, (from) => [flatOutput(outputShape, from)]),
    };
  },
};
