import { grads, matMul, reshape, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { convNets } from '../../src/nets/conv';
import { StridedConv, StridedConvTranspose } from '../../src/nets/stridedConv';
import goldens from '../golden/nets.json';
import { lendWeights } from '../support/layerWeights';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';

interface Golden {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const toTensor = ({ shape, values }: Golden): Tensor => tensor([...values], [...shape], 'float32');

/** What the report's nets are made for, but for size and classes. */
const REPORT = { classes: 10, latent: 50, encoderSeesLabel: false };

const LAYERS = {
  convolution: (filters: number) => new StridedConv({ name: 'layer', filters }),
  transposed: (filters: number) => new StridedConvTranspose({ name: 'layer', filters }),
  unstrided: (filters: number) => new StridedConv({ name: 'layer', filters, stride: 1 }),
};

describe.each([
  ['convolution', 'convolution of stride 2 and padding 1'],
  ['transposed', 'transposed convolution of stride 2 and padding 1'],
  ['unstrided', 'convolution of stride 1 and padding 1'],
] as const)('%s: %s', (kind, _) => {
  cleanUpAfterEach();

  it.each(goldens[kind].map((golden) => [golden.title, golden] as const))(
    'is that of PyTorch, with its gradients, on %s',
    async (_, golden) => {
      const filters = golden.bias.shape[0] as number;
      const layer = LAYERS[kind](filters);
      const values = [golden.x, golden.kernel, golden.bias];
      const inputs = values.map(toTensor);
      layer.apply(inputs[0] as Tensor);
      const f = (x: Tensor, kernel: Tensor, bias: Tensor): Tensor => {
        lendWeights(layer, [kernel, bias]);
        return layer.call(x);
      };
      const value = f(...(inputs as [Tensor, Tensor, Tensor]));
      expect(value.shape).toEqual(golden.value.shape);
      expect(layer.computeOutputShape(golden.x.shape)).toEqual(golden.value.shape);
      expectClose(await read(value), golden.value.values);
      const gradients = grads(f)(inputs, toTensor(golden.upstream));
      for (const [i, expected] of golden.gradients.entries())
        expectClose(await read(gradients[i] as Tensor), expected.values);
    },
  );
});

describe('flattening', () => {
  cleanUpAfterEach();

  it('is row-major NHWC, so a dense layer moved from PyTorch is permuted', async () => {
    const { x, kernel, bias, dense, value } = goldens.flattened;
    const layer = new StridedConv({ name: 'conv', filters: 2 });
    layer.apply(toTensor(x));
    layer.setWeights([toTensor(kernel), toTensor(bias)]);
    const map = layer.apply(toTensor(x)) as Tensor;
    expectClose(await read(matMul(reshape(map, [2, 8]), toTensor(dense))), value.values);
  });
});

describe('conv preset', () => {
  cleanUpAfterEach();

  it.each([
    {
      inputShape: [28, 28, 1],
      maps: [
        [14, 14, 32],
        [7, 7, 64],
        [14, 14, 32],
        [28, 28, 1],
      ],
    },
    {
      inputShape: [32, 32, 3],
      maps: [
        [16, 16, 32],
        [8, 8, 64],
        [16, 16, 32],
        [32, 32, 3],
      ],
    },
  ])('halves $inputShape twice and doubles it twice', ({ inputShape, maps }) => {
    const { trunk, decoder } = convNets({ ...REPORT, inputShape, outputShape: inputShape, latent: 5 });
    const shapes = [...(trunk?.layers ?? []), ...decoder.layers]
      .filter((layer) => layer instanceof StridedConv || layer instanceof StridedConvTranspose)
      .map((layer) => (layer.outputShape as number[]).slice(1));
    expect(shapes).toEqual(maps);
    expect(trunk?.outputs[0]?.shape).toEqual([null, 512]);
    const image = decoder.apply([zeros([2, 5]), zeros([2, 10])]) as Tensor;
    expect(image.shape).toEqual([2, ...inputShape]);
  });

  it('convolves as often as asked before it halves', () => {
    const shape = { ...REPORT, inputShape: [8, 8, 1], outputShape: [8, 8, 1] };
    const options = { filters: [3, 4], depth: 2, width: 5 };
    const { trunk, decoder } = convNets(shape, options);
    const maps = (trunk?.layers ?? [])
      .filter((layer) => layer instanceof StridedConv)
      .map(({ name, outputShape }) => [name, outputShape]);
    expect(maps).toEqual([
      ['conv1_1', [null, 8, 8, 3]],
      ['conv1_2', [null, 4, 4, 3]],
      ['conv2_1', [null, 4, 4, 4]],
      ['conv2_2', [null, 2, 2, 4]],
    ]);
    expect(decoder.countParams()).toBe(convNets(shape, { ...options, depth: 1 }).decoder.countParams());
  });

  it('has the parameters of the report’s nets', () => {
    const nets = convNets({ ...REPORT, inputShape: [28, 28, 1], outputShape: [28, 28, 1] }, { norm: 'none' });
    expect(nets.trunk?.countParams()).toBe(9 * 32 + 32 + (9 * 32 * 64 + 64) + (7 * 7 * 64 * 512 + 512));
    expect(nets.classifier.countParams()).toBe(512 * 10 + 10);
    expect(nets.encoder.countParams()).toBe(2 * (512 * 50 + 50));
    expect(nets.decoder.countParams()).toBe(
      60 * 512 + 512 + (512 * 3136 + 3136) + (9 * 64 * 32 + 32) + (9 * 32 + 1),
    );
  });

  it('gives each net a trunk of its own where none is shared, and the label a layer where the encoder sees it', () => {
    const shape = {
      inputShape: [8, 8, 2],
      classes: 3,
      latent: 4,
      outputShape: [8, 8, 4],
      encoderSeesLabel: true,
    };
    const apart = convNets(shape, { filters: [2], width: 5, norm: 'none', sharedTrunk: false });
    expect(apart.trunk).toBeUndefined();
    expect(apart.classifier.inputs[0]?.shape).toEqual([null, 8, 8, 2]);
    expect(apart.encoder.inputs.map((input) => input.shape)).toEqual([
      [null, 8, 8, 2],
      [null, 3],
    ]);
    expect(apart.decoder.outputs[0]?.shape).toEqual([null, 8, 8, 4]);
    const shared = convNets(shape, { filters: [2], width: 5, norm: 'none' });
    expect(shared.encoder.inputs.map((input) => input.shape)).toEqual([
      [null, 5],
      [null, 3],
    ]);
    expect(shared.encoder.countParams()).toBe(5 * 5 + 3 * 5 + 5 + 2 * (5 * 4 + 4));
  });

  it.each([
    [[28, 28], {}, 'convNets: inputShape is [28,28], needed [H,W,C] with H and W divisible by 4'],
    [[28, 30, 1], {}, 'convNets: inputShape is [28,30,1], needed [H,W,C] with H and W divisible by 4'],
    [[28, 28, 1], { width: 0 }, 'convNets: width is 0, needed an integer of at least 1'],
    [[28, 28, 1], { depth: 0 }, 'convNets: depth is 0, needed an integer from 1 to 100'],
    [[28, 28, 1], { depth: 101 }, 'convNets: depth is 101, needed an integer from 1 to 100'],
    [[28, 28, 1], { filters: [] }, 'convNets: the number of filters is 0, needed an integer of at least 1'],
    [[28, 28, 1], { filters: [3.5] }, 'convNets: one of filters is 3.5, needed an integer of at least 1'],
  ])('refuses %j with %j', (inputShape, options, message) => {
    const shape = { inputShape, outputShape: inputShape, classes: 2, latent: 2, encoderSeesLabel: false };
    expect(() => convNets(shape, options)).toThrowError(new RangeError(message));
  });

  it('refuses an output of another height and width', () => {
    const shape = { ...REPORT, inputShape: [8, 8, 1], outputShape: [8, 4, 1] };
    expect(() => convNets(shape)).toThrowError(
      new RangeError('convNets: outputShape is [8,4,1], needed [8,8,…], the height and width of inputShape'),
    );
  });
});
