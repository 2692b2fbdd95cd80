/** Nets of M2 whose classifier sees its input with noise in training. */
import { add, mul, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { createNoise, type Dataset, initializeNet, mlpNets, type Pass, type SemiSupervisedNets } from 'ssvae';

/** The deviation of the noise that ladder networks add to MNIST (Rasmus et al. 2015). */
const DEVIATION = 0.3;

/** x + 0.3 ε in training, x in evaluation. */
class NoisyInput extends layers.Layer {
  static readonly className = 'NoisyInput';

  override call(inputs: Tensor | Tensor[], { training = false, noise }: Pass = {}): Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
    if (!training || noise === undefined) return x;
    return tidy(() => add(x, mul(DEVIATION, noise.split(this.name).normal(x.shape))));
  }
}

/** The nets of the other rows, with this layer before the classifier. */
export function noisyNets(data: Dataset, seed: number): SemiSupervisedNets {
  const { shape: inputShape, classes } = data;
  const shape = { inputShape, classes, latent: 50, outputShape: inputShape, encoderSeesLabel: true };
  const nets = mlpNets(shape, { widths: [500, 500] });
  const x = input({ shape: [...inputShape] });
  const noisy = new NoisyInput({ name: 'noisy_input' }).apply(x) as SymbolicTensor;
  const outputs = nets.classifier.apply(noisy) as SymbolicTensor;
  const noise = createNoise(seed).split('nets');
  for (const name of ['classifier', 'encoder', 'decoder'] as const)
    initializeNet(nets[name], noise.split(name), 'glorot-uniform');
  return { ...nets, classifier: model({ inputs: x, outputs, name: 'noisy_classifier' }) };
}
