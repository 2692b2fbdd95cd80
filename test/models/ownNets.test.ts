import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { createM2 } from '../../src/models/m2/model';
import { createVae } from '../../src/models/vae/model';
import { LabelConditionedDense } from '../../src/nets/labelConditionedDense';
import type { Layer } from '../../src/nets/leafLayers';
import { cleanUpAfterEach } from '../support/numbers';

const dense = (units: number, from: SymbolicTensor) => layers.dense({ units }).apply(from) as SymbolicTensor;

/** Features and labels in one, by a layer that takes both. */
type Join = () => Pick<Layer, 'apply'>;

const conditioned: Join = () => new LabelConditionedDense({ name: 'seen', units: 3, activation: 'relu' });
const concatenated: Join = () => layers.concatenate();

const classifier = () => {
  const x = input({ shape: [4] });
  return model({ inputs: x, outputs: dense(2, x) });
};

const encoder = (join: Join) => {
  const [x, y] = [input({ shape: [4] }), input({ shape: [2] })];
  const seen = join().apply([x, y]) as SymbolicTensor;
  return model({ inputs: [x, y], outputs: [dense(3, seen), dense(3, seen)] });
};

const decoder = (join: Join) => {
  const [z, y] = [input({ shape: [3] }), input({ shape: [2] })];
  return model({ inputs: [z, y], outputs: dense(4, join().apply([z, y]) as SymbolicTensor) });
};

/** The label goes through layers of its own before. */
const late = () => {
  const [z, y] = [input({ shape: [3] }), input({ shape: [2] })];
  const seen = conditioned().apply([dense(5, z), dense(2, y)]) as SymbolicTensor;
  return model({ inputs: [z, y], outputs: dense(4, seen) });
};

/** The label is not looked at. */
const unseeing = () => {
  const [z, y] = [input({ shape: [3] }), input({ shape: [2] })];
  return model({ inputs: [z, y], outputs: dense(4, z) });
};

const created = (nets: {
  readonly encoder: LayersModel;
  readonly decoder: LayersModel;
  readonly labelsApart?: boolean;
}) => createM2({ inputShape: [4], classes: 2, latent: 3, nets: { classifier: classifier(), ...nets } });

describe('own nets', () => {
  cleanUpAfterEach();

  it('take labels apart from features by layers that can', () => {
    const labelsApart = true;
    const made = created({ encoder: encoder(conditioned), decoder: decoder(conditioned), labelsApart });
    expect(Object.keys(made.variables)).toContain('decoder/seen/labelKernel');
    expect(() => created({ encoder: encoder(conditioned), decoder: late(), labelsApart })).not.toThrow();
    const plain = { encoder: encoder(concatenated), decoder: decoder(concatenated) };
    expect(() => created(plain)).not.toThrow();
    expect(() => created({ ...plain, labelsApart: false })).not.toThrow();
  });

  it.each<[string, () => LayersModel, () => LayersModel, RegExp]>([
    [
      'an encoder',
      () => encoder(concatenated),
      () => decoder(conditioned),
      /^createM2: nets\.encoder cannot take 4 rows of labels beside 2 of features \(.+\), needed the label in LabelConditionedDense layers alone where nets\.labelsApart is true: leave labelsApart out, and rows are repeated$/,
    ],
    [
      'a decoder',
      () => encoder(conditioned),
      () => decoder(concatenated),
      /^createM2: nets\.decoder cannot take 4 rows of labels beside 2 of features \(/,
    ],
    [
      'a decoder that does not look at labels',
      () => encoder(conditioned),
      unseeing,
      /^createM2: nets\.decoder gives 2 rows for 4 of labels beside 2 of features, needed/,
    ],
  ])('are refused where labelsApart is true of %s that joins both in one', (_, first, second, message) => {
    expect(() => created({ encoder: first(), decoder: second(), labelsApart: true })).toThrow(message);
  });

  it('are refused where an encoder has one tensor for mean and log-variance', () => {
    const needed = 'nets.encoder has one tensor for several outputs, needed a layer of its own for each';
    const [x, y] = [input({ shape: [4] }), input({ shape: [2] })];
    const seen = dense(3, layers.concatenate().apply([x, y]) as SymbolicTensor);
    const both = model({ inputs: [x, y], outputs: [seen, seen] });
    expect(() => created({ encoder: both, decoder: decoder(concatenated) })).toThrow(`createM2: ${needed}`);
    const one = dense(3, x);
    const z = input({ shape: [3] });
    const nets = {
      encoder: model({ inputs: x, outputs: [one, one] }),
      decoder: model({ inputs: z, outputs: dense(4, z) }),
    };
    expect(() => createVae({ inputShape: [4], latent: 3, nets })).toThrow(`createVae: ${needed}`);
  });
});

describe('a preset', () => {
  cleanUpAfterEach();

  it('has at most a hundred hidden layers', () => {
    const nets = { preset: 'mlp', widths: Array(20_000).fill(1) } as const;
    const message = 'the number of widths is 20000, needed at most 100 layers';
    expect(() => createM2({ inputShape: [4], classes: 2, nets })).toThrow(`createM2: ${message}`);
    expect(() => createVae({ inputShape: [4], nets })).toThrow(`createVae: ${message}`);
    const deepest = { ...nets, widths: Array<number>(100).fill(1) };
    expect(() => createM2({ inputShape: [4], classes: 2, nets: deepest }).dispose()).not.toThrow();
  });
});
