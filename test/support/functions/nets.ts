/** Layers and nets. */
import { type LayersModel, layers } from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import * as ssvae from '../../../src/index';
import { noises, optional, shared } from './arbitraries';
import { type Descriptions, described } from './description';
import { Opaque } from './drawn';
import { must } from './promises';

const width = fc.integer({ min: 1, max: 4 });
const activation = fc.constantFrom('relu', 'softplus');
const name = fc.constant('layer');

const presetShape = (inputShape: readonly number[]) =>
  fc.record({
    inputShape: fc.constant(inputShape),
    classes: fc.integer({ min: 2, max: 4 }),
    latent: width,
    outputShape: fc
      .constantFrom(1, 2)
      .map((blocks) => [...inputShape.slice(0, -1), (inputShape.at(-1) as number) * blocks]),
    encoderSeesLabel: fc.boolean(),
  });

const areNets = ({ trunk, classifier, encoder, decoder }: ssvae.SemiSupervisedNets): void => {
  must(
    encoder.outputs.length === 2 && decoder.inputs.length === 2,
    'an encoder of two outputs, a decoder of two inputs',
  );
  must(classifier.outputs.length === 1 && (trunk === undefined || trunk.outputs.length === 1), 'one output');
};

const disposeNets = ({ labelsApart: _, ...nets }: ssvae.SemiSupervisedNets): void => {
  for (const net of Object.values(nets) as LayersModel[]) net.dispose();
};

const nets = shared(() =>
  ssvae.mlpNets(
    { inputShape: [3], outputShape: [3], classes: 2, latent: 2, encoderSeesLabel: false },
    { widths: [2] },
  ),
);
const net = new Opaque(() => nets().classifier, 'a net');
const otherNet = new Opaque(() => nets().decoder, 'another net');

const isLayer = (layer: InstanceType<typeof layers.Layer>): void =>
  must(layer instanceof layers.Layer, 'a layer');

export const netFunctions: Descriptions = {
  BatchNorm: described(
    (options: ssvae.BatchNormOptions) => new ssvae.BatchNorm(options),
    fc.tuple(
      fc.record(
        {
          name,
          momentum: fc.double({ min: 0, max: 0.99, noNaN: true }),
          epsilon: fc.constantFrom(1e-5, 1e-3),
        },
        { requiredKeys: ['name'] },
      ),
    ) as never,
    { always: isLayer },
  ),
  LayerNorm: described(
    (options: ssvae.LayerNormOptions) => new ssvae.LayerNorm(options),
    fc.tuple(fc.record({ name, epsilon: fc.constantFrom(1e-5, 1e-3) }, { requiredKeys: ['name'] })) as never,
    { always: isLayer },
  ),
  LabelConditionedDense: described(
    (options: ssvae.LabelConditionedDenseOptions) => new ssvae.LabelConditionedDense(options),
    fc.tuple(fc.record({ name, units: width, activation }, { requiredKeys: ['name', 'units'] })) as never,
    { always: isLayer },
  ),
  StridedConv: described(
    (options: ssvae.StridedConvOptions) => new ssvae.StridedConv(options),
    fc.tuple(
      fc.record(
        { name, filters: width, activation, stride: fc.constantFrom(1, 2) },
        { requiredKeys: ['name', 'filters'] },
      ),
    ) as never,
    { always: isLayer },
  ),
  StridedConvTranspose: described(
    (options: ssvae.StridedConvTransposeOptions) => new ssvae.StridedConvTranspose(options),
    fc.tuple(fc.record({ name, filters: width, activation }, { requiredKeys: ['name', 'filters'] })) as never,
    { always: isLayer },
  ),
  mlpNets: described(
    ssvae.mlpNets,
    fc.tuple(
      presetShape([2, 2, 1]),
      optional({
        widths: fc.array(width, { minLength: 1, maxLength: 2 }),
        activation,
        norm: fc.constantFrom('batch', 'layer', 'none'),
        sharedTrunk: fc.boolean(),
      }),
    ) as never,
    { share: 0.05, always: areNets, release: disposeNets },
  ),
  convNets: described(
    ssvae.convNets,
    fc.tuple(
      presetShape([4, 4, 1]),
      optional({
        filters: fc.array(width, { minLength: 1, maxLength: 2 }),
        depth: fc.integer({ min: 1, max: 3 }),
        width,
        activation,
        norm: fc.constantFrom('batch', 'layer', 'none'),
        sharedTrunk: fc.boolean(),
      }),
    ) as never,
    { share: 0.05, always: areNets, release: disposeNets },
  ),
  initializeNet: described(
    (given: LayersModel, noise: ssvae.Noise, initializer: ssvae.Initializer) => {
      ssvae.initializeNet(given, noise, initializer);
      return given === nets().classifier;
    },
    fc.tuple(
      fc.constant(net),
      noises,
      fc.oneof(
        fc.constantFrom('glorot-uniform', 'he-normal', 'fan-in-uniform'),
        fc.record({ normal: fc.double({ min: 0, max: 1, noNaN: true }) }),
      ),
    ) as never,
    { always: (same) => must(same, 'the net itself') },
  ),
  namedWeights: described(
    (given: Readonly<Record<string, LayersModel>>) => Object.keys(ssvae.namedWeights(given)),
    fc.tuple(fc.record({ classifier: fc.constant(net), decoder: fc.constant(otherNet) })),
    { valid: (names) => must(names.length > 4, 'the variables of both nets') },
  ),
};
