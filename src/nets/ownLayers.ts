/** Layers of a net of your own that this library cannot run. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe } from '../core/describe';
import { isRecord } from '../files/json';
import { leafLayers } from './leafLayers';

const RANDOM: readonly unknown[] = [
  'AlphaDropout',
  'Dropout',
  'GaussianDropout',
  'GaussianNoise',
  'RandomHeight',
  'RandomWidth',
  'SpatialDropout1D',
];

// These draw only if they are set to drop something out.
const MAY_DROP_OUT: readonly unknown[] = [
  'ConvLSTM2D',
  'ConvLSTM2DCell',
  'GRU',
  'GRUCell',
  'LSTM',
  'LSTMCell',
  'MultiHeadAttention',
  'SimpleRNN',
  'SimpleRNNCell',
];

/** The class of the first random layer in a layer's description: its own, or that of a layer or a cell that it wraps. */
const randomClassOf = (className: unknown, config: unknown): string | undefined => {
  if (RANDOM.includes(className)) return String(className);
  if (!isRecord(config)) return undefined;
  const drops = Number(config.dropout) > 0 || Number(config.recurrentDropout) > 0;
  if (drops && MAY_DROP_OUT.includes(className)) return `${className} with dropout`;
  for (const part of Object.values(config).flat()) {
    const found = isRecord(part) ? randomClassOf(part.className, part.config) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
};

/**
 * Refuses a net that holds stock dropout or noise: they draw from a generator that no seed of this library reaches and
 * no checkpoint holds, so that one seed would give another run each time. Refuses a layer whose `call` is async: the host
 * would hand its promise to the next layer, and a rejection of it would end the process.
 *
 * @param where name of the calling function, for the message
 * @param name of the net, for the message
 * @param net a user's own
 * @throws TypeError or RangeError naming the first such layer, and what to do instead
 */
export function assertLayers(where: string, name: string, net: LayersModel): void {
  for (const { path, layer } of leafLayers(net)) {
    if (Object.prototype.toString.call(layer.call) === '[object AsyncFunction]')
      throw new TypeError(
        `${where}: ${name} has the layer ${describe(path)} whose call is async, needed its tensors at once: no async function`,
      );
    const found = randomClassOf(layer.getClassName(), layer.getConfig());
    if (found === undefined) continue;
    throw new RangeError(
      `${where}: ${name} has the layer ${describe(path)} (${found}), which draws from a generator that no seed reaches; ` +
        'needed the augment of train, or a layer of your own that draws from the noise of its Pass',
    );
  }
}
