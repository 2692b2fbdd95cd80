/** A model as nets of stock layers of TensorFlow.js. */
import { input, type LayersModel, model as layersModel } from '@tensorflow/tfjs-layers';
import { whole } from '../models/whole';
import type { Layer } from '../nets/leafLayers';
import { openModel, type ReadyModel } from './openModel';
import type { PartName } from './part';
import { stockLayers } from './stockLayers';

/** The parts of a model as nets of stock layers; a model lacks those that it has no function for. */
export interface StockNets {
  /** x → logits of q(y|x), what `classify` gives */
  readonly classifier?: LayersModel;
  /** x, or [x, y], or [x, covariates] → [mean, logVar] of the code, what `encode` gives */
  readonly encoder?: LayersModel;
  /** z, or [z, y], or [z, covariates] → the parameters of p(x|·), what `decode` gives */
  readonly decoder?: LayersModel;
}

/**
 * Rebuilds a ready model of stock layers of TensorFlow.js, which save and load as any other, in programs without `ssvae` too.
 *
 * The nets are copies: they keep the weights of the call. What the model knows beside its nets is not part of them: how raw inputs
 * are read, class names, the temperature, and the likelihood. `tf.sigmoid` of what the decoder gives is E[x|z,y] of a Bernoulli,
 * for example. The code of M1+M2 is z1; an encoder of a ladder VAE gives mean and log-variance of every layer, z_1 first; that of
 * an adversarial autoencoder gives the code alone. ADGM and SDGM are at the mean of a.
 *
 * @param model a ready model: of presets, or of your own nets that consist of the commonest layers
 * @returns nets, yours to dispose; inputs are called `x`, `y`, `z` and `covariates`
 * @throws TypeError when it is not a ready model
 * @throws RangeError when it is disposed, or naming the layer or the likelihood that no stock layer can compute
 * @example await (await toLayersModels(model)).classifier?.save('downloads://classifier')
 */
export async function toLayersModels(model: ReadyModel): Promise<StockNets> {
  const where = 'toLayersModels';
  const opened = await openModel(where, model);
  return whole(() => {
    const nets = Object.entries(opened.parts).map(([name, part]) => {
      const given = Object.fromEntries(
        Object.entries(part.inputs).map(([key, shape]) => [key, input({ shape: [...shape], name: key })]),
      );
      const made: Layer[] = [];
      const outputs = Object.values(opened.outputsOf(part, stockLayers(where, made), given));
      const net = layersModel({ name, inputs: Object.values(given), outputs });
      for (const layer of made) if (!net.layers.includes(layer)) layer.dispose();
      return [name as PartName, net] as const;
    });
    return Object.fromEntries(nets);
  });
}
