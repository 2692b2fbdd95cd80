import { add, mul, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import type { Terms } from '../../src/models/objectives/objective';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import type { Pass } from '../../src/nets/pass';
import { cleanUpAfterEach, read } from '../support/numbers';
import { CLASSES, LATENT, SHAPE, tinyExamples, tinyM2 } from '../support/tiny';

/** A layer of a user's own that multiplies by N(1, 0.1²) in training. */
class Shaken extends layers.Layer {
  static readonly className = 'Shaken';

  override call(inputs: Tensor | Tensor[], { training = false, noise }: Pass = {}): Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
    if (!training || noise === undefined) return x;
    return tidy(() => mul(x, add(1, mul(0.1, noise.split(this.name).normal(x.shape)))));
  }
}

const flat = (from: SymbolicTensor) => layers.flatten().apply(from) as SymbolicTensor;
const dense = (units: number, from: SymbolicTensor) => layers.dense({ units }).apply(from) as SymbolicTensor;

const shakenM2 = () => {
  const [a, b, z, y] = [SHAPE, SHAPE, [LATENT], [CLASSES]].map((shape) => input({ shape: [...shape] })) as [
    SymbolicTensor,
    SymbolicTensor,
    SymbolicTensor,
    SymbolicTensor,
  ];
  const shaken = new Shaken({ name: 'shaken' }).apply(flat(a)) as SymbolicTensor;
  const image = dense(64, layers.concatenate().apply([z, y]) as SymbolicTensor);
  const outputs = layers.reshape({ targetShape: [...SHAPE] }).apply(image) as SymbolicTensor;
  return tinyM2({
    nets: {
      classifier: model({ inputs: a, outputs: dense(CLASSES, shaken) }),
      encoder: model({ inputs: b, outputs: [dense(LATENT, flat(b)), dense(LATENT, flat(b))] }),
      decoder: model({ inputs: [z, y], outputs }),
    },
  });
};

describe('the noise of a pass', () => {
  cleanUpAfterEach();

  it('reaches your own layers: the same for the same step, another for another step and part', async () => {
    const own = shakenM2();
    const { x, y } = tinyExamples(4);
    const at = (step: number) =>
      semiSupervised()(
        own,
        { labeled: { x, y }, unlabeled: { x } },
        { step, noise: createNoise(0).split(step) },
      );
    const [first, again, other] = [at(0), at(0), at(1)];
    const numbers = (terms: Terms | undefined, name: string) => read(terms?.[name] as Tensor);
    const crossEntropy = await numbers(first.labeled, 'crossEntropy');
    expect(await numbers(again.labeled, 'crossEntropy')).toEqual(crossEntropy);
    expect(await numbers(other.labeled, 'crossEntropy')).not.toEqual(crossEntropy);
    expect(await numbers(again.unlabeled, 'elbo')).toEqual(await numbers(first.unlabeled, 'elbo'));
    expect(await numbers(other.unlabeled, 'labelEntropy')).not.toEqual(
      await numbers(first.unlabeled, 'labelEntropy'),
    );
    const alone = supervised()(own, { labeled: { x, y } }, { step: 0, noise: createNoise(0).split(0) });
    expect(await numbers(alone.labeled, 'crossEntropy')).toEqual(crossEntropy);
  });

  it('is absent in evaluation, so that nothing is drawn', async () => {
    const own = shakenM2();
    const { x } = tinyExamples(4);
    expect(await read(own.classify(x))).toEqual(await read(own.classify(x)));
    const { labelLogits } = own.infer(x, { training: true, noise: createNoise(0) });
    expect(await read(labelLogits)).not.toEqual(await read(own.classify(x)));
  });
});
