/** The parts of each kind of model, as programs over its nets: what `classify`, `encode` and `decode` compute. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ModelKind, ReadyModels } from '../models/registry';
import { ladderParts } from './ladderParts';
import { gaussian, type Nets, type Parts, type Program, type Shapes } from './part';

const beside = (name: string, width: number | undefined): Shapes =>
  width === undefined ? {} : { [name]: [width] };

/** The features that classifier and encoder of an M2 read. */
const m2Features = <V>(nets: Nets, { one, seen }: Program<V>): V =>
  nets.trunk ? one('trunk', seen()) : seen();

const vaeParts = ({ inputShape, latent }: ReadyModels['vae']): Parts => ({
  encoder: { inputs: { x: inputShape }, outputs: ({ net, seen }) => gaussian(net('encoder', seen())) },
  decoder: {
    inputs: { z: [latent] },
    outputs: ({ one, inputs }) => ({ parameters: one('decoder', ...inputs('z')) }),
  },
});

/** An M2 or a conditional VAE; `labels` is the width of y. */
const m2Parts = (
  { inputShape, latent, classes }: ReadyModels['m2'] | ReadyModels['conditional'],
  nets: Nets,
  labels = classes,
): Parts => {
  const seesLabel = (nets.encoder as LayersModel).inputs.length > 1;
  return {
    ...(nets.classifier && {
      classifier: {
        inputs: { x: inputShape },
        outputs: (program) => ({ logits: program.one('classifier', m2Features(nets, program)) }),
      },
    }),
    encoder: {
      inputs: { x: inputShape, ...(seesLabel && { y: [labels] }) },
      outputs: (program) =>
        gaussian(program.net('encoder', m2Features(nets, program), ...program.inputs('y'))),
    },
    decoder: {
      inputs: { z: [latent], y: [labels] },
      outputs: ({ one, inputs }) => ({ parameters: one('decoder', ...inputs('z', 'y')) }),
    },
  };
};

const m1m2Parts = ({ inputShape, features, covariates }: ReadyModels['m1m2']): Parts => {
  const known = beside('covariates', covariates);
  const encoded = <V>({ net, seen, inputs }: Program<V>) =>
    gaussian(net('encoder', seen(), ...inputs('covariates')));
  return {
    classifier: {
      inputs: { x: inputShape, ...known },
      outputs: (program) => ({ logits: program.one('classifier', encoded(program).mean) }),
    },
    encoder: { inputs: { x: inputShape, ...known }, outputs: encoded },
    decoder: {
      inputs: { z: [features], ...known },
      outputs: ({ one, inputs }) => ({ parameters: one('decoder', ...inputs('z', 'covariates')) }),
    },
  };
};

/** M1's nets under `m1.`, and those of M2 under `m2.`. */
const stackedParts = ({ m1, dimensions }: ReadyModels['stackedM2'], nets: Nets): Parts => {
  const encoded = <V>({ net, seen }: Program<V>) => gaussian(net('m1.encoder', seen()));
  return {
    classifier: {
      inputs: { x: m1.inputShape },
      outputs(program) {
        const active = program.ops.select('active', encoded(program).mean, dimensions);
        const features = nets['m2.trunk'] ? program.one('m2.trunk', active) : active;
        return { logits: program.one('m2.classifier', features) };
      },
    },
    encoder: { inputs: { x: m1.inputShape }, outputs: encoded },
    decoder: {
      inputs: { z: [m1.latent] },
      outputs: ({ one, inputs }) => ({ parameters: one('m1.decoder', ...inputs('z')) }),
    },
  };
};

/** At a = E[a|x], and in the decoder of an SDGM at a = E[a|z,y]. */
const auxiliaryParts = ({ inputShape, latent, classes }: ReadyModels['adgm'], nets: Nets): Parts => {
  const atMean = <V>({ one, seen }: Program<V>): readonly V[] => [one('auxiliaryEncoder', seen()), seen()];
  const decoderSeesAuxiliary = (nets.decoder as LayersModel).inputs.length === 3;
  return {
    classifier: {
      inputs: { x: inputShape },
      outputs: (program) => ({ logits: program.one('classifier', ...atMean(program)) }),
    },
    encoder: {
      inputs: { x: inputShape, y: [classes] },
      outputs: (program) => gaussian(program.net('encoder', ...atMean(program), ...program.inputs('y'))),
    },
    decoder: {
      inputs: { z: [latent], y: [classes] },
      outputs({ one, inputs }) {
        const code = inputs('z', 'y');
        const a = decoderSeesAuxiliary ? [one('auxiliaryDecoder', ...code)] : [];
        return { parameters: one('decoder', ...a, ...code) };
      },
    },
  };
};

/** `z` of the encoder is the code itself. With a class prior no net classifies: the densities of the classes do. */
const aaeParts = ({ inputShape, latent, classes, classPrior }: ReadyModels['aae']): Parts => ({
  ...(classPrior === undefined && {
    classifier: {
      inputs: { x: inputShape },
      outputs: ({ one, seen }) => ({ logits: one('classifier', one('trunk', seen())) }),
    },
  }),
  encoder: {
    inputs: { x: inputShape },
    outputs: ({ one, seen }) => ({ z: one('encoder', one('trunk', seen())) }),
  },
  decoder: {
    inputs: { z: [latent], ...(classPrior === undefined && { y: [classes] }) },
    outputs: ({ one, inputs }) => ({ parameters: one('decoder', ...inputs('z', 'y')) }),
  },
});

/** The parts of each kind of model; other formats refuse a kind without a line here. */
export const PARTS: { readonly [Kind in ModelKind]?: (model: ReadyModels[Kind], nets: Nets) => Parts } = {
  vae: vaeParts,
  m2: m2Parts,
  conditional: (model, nets) =>
    m2Parts(model, nets, model.missing === 'token' ? model.classes + 1 : model.classes),
  m1m2: m1m2Parts,
  stackedM2: stackedParts,
  adgm: auxiliaryParts,
  sdgm: auxiliaryParts,
  ladder: ladderParts,
  aae: aaeParts,
};
