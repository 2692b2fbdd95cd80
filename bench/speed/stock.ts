/**
 * The same step on TensorFlow.js alone, as one writes it without this library: stock layers, stock Adam, labels
 * concatenated with what they stand beside, and every example tiled for every label where the sum over them is exact.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model as layersModel,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { type BenchBatch, createPool, type Stepper } from './step';
import { SETTINGS, type Workload } from './workloads';

type Layer = InstanceType<typeof layers.Layer>;

const connect = (layer: Layer, from: SymbolicTensor | SymbolicTensor[]): SymbolicTensor =>
  layer.apply(from) as SymbolicTensor;
const dense = (units: number, from: SymbolicTensor, activation: 'linear' | 'relu' | 'softplus' = 'linear') =>
  connect(layers.dense({ units, activation }), from);
const beside = (a: SymbolicTensor, b: SymbolicTensor): SymbolicTensor =>
  connect(layers.concatenate(), [a, b]);

/** Nets by name; those of M1 have no classifier, and no input for a label. */
interface Nets {
  readonly trunk?: LayersModel;
  readonly classifier?: LayersModel;
  readonly encoder: LayersModel;
  readonly decoder: LayersModel;
}

function mlpNets({ inputShape, classes, latent, widths }: Workload): Nets {
  const [units] = widths as [number];
  const size = tf.util.sizeFromShape([...inputShape]);
  const [x, toEncode] = [input({ shape: [...inputShape] }), input({ shape: [...inputShape] })];
  const [seen, z, y] = [input({ shape: [classes] }), input({ shape: [latent] }), input({ shape: [classes] })];
  const hidden = dense(units, beside(connect(layers.flatten(), toEncode), seen), 'softplus');
  const logits = dense(size, dense(units, beside(z, y), 'softplus'));
  return {
    classifier: layersModel({
      inputs: x,
      outputs: dense(classes, dense(units, connect(layers.flatten(), x), 'softplus')),
    }),
    encoder: layersModel({
      inputs: [toEncode, seen],
      outputs: [dense(latent, hidden), dense(latent, hidden)],
    }),
    decoder: layersModel({
      inputs: [z, y],
      outputs: connect(layers.reshape({ targetShape: [...inputShape] }), logits),
    }),
  };
}

function convNets({ inputShape, classes, latent }: Workload): Nets {
  const [height, width, channels] = inputShape;
  const map = [height / 4, width / 4, 64] as const;
  const same = { kernelSize: 3, strides: 2, padding: 'same' } as const;
  const x = input({ shape: [...inputShape] });
  const halved = connect(layers.conv2d({ ...same, filters: 32, activation: 'relu' }), x);
  const quartered = connect(layers.conv2d({ ...same, filters: 64, activation: 'relu' }), halved);
  const features = dense(512, connect(layers.flatten(), quartered), 'relu');
  const [toClassify, toEncode] = [input({ shape: [512] }), input({ shape: [512] })];
  const [z, y] = [input({ shape: [latent] }), input({ shape: [classes] })];
  const flat = dense(map[0] * map[1] * map[2], dense(512, beside(z, y), 'relu'), 'relu');
  const unflat = connect(layers.reshape({ targetShape: [...map] }), flat);
  const grown = connect(layers.conv2dTranspose({ ...same, filters: 32, activation: 'relu' }), unflat);
  return {
    trunk: layersModel({ inputs: x, outputs: features }),
    classifier: layersModel({ inputs: toClassify, outputs: dense(classes, toClassify) }),
    encoder: layersModel({
      inputs: toEncode,
      outputs: [dense(latent, toEncode), dense(latent, toEncode)],
    }),
    decoder: layersModel({
      inputs: [z, y],
      outputs: connect(layers.conv2dTranspose({ ...same, filters: channels }), grown),
    }),
  };
}

function m1Nets({ inputShape, latent, widths }: Workload): Nets {
  const hidden = (units: readonly number[], from: SymbolicTensor): SymbolicTensor =>
    units.reduce((below, width) => {
      const normed = connect(
        layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }),
        dense(width, below),
      );
      return connect(layers.activation({ activation: 'softplus' }), normed);
    }, from);
  const [x, z] = [input({ shape: [...inputShape] }), input({ shape: [latent] })];
  const features = hidden(widths, connect(layers.flatten(), x));
  const logits = dense(tf.util.sizeFromShape([...inputShape]), hidden([...widths].reverse(), z));
  return {
    encoder: layersModel({ inputs: x, outputs: [dense(latent, features), dense(latent, features)] }),
    decoder: layersModel({
      inputs: z,
      outputs: connect(layers.reshape({ targetShape: [...inputShape] }), logits),
    }),
  };
}

const run = <Out extends tf.Tensor | tf.Tensor[]>(net: LayersModel, inputs: tf.Tensor | tf.Tensor[]): Out =>
  net.apply(inputs, { training: true }) as Out;

const sumByExample = (values: tf.Tensor): tf.Tensor =>
  tf.sum(tf.reshape(values, [values.shape[0] as number, -1]), 1);

const logLikelihood = (logits: tf.Tensor, x: tf.Tensor): tf.Tensor =>
  sumByExample(tf.sub(tf.mul(x, logits), tf.softplus(logits)));

const latentKl = (mean: tf.Tensor, logVar: tf.Tensor): tf.Tensor =>
  tf.mul(0.5, sumByExample(tf.sub(tf.add(tf.square(mean), tf.exp(logVar)), tf.add(logVar, 1))));

const sample = (mean: tf.Tensor, logVar: tf.Tensor): tf.Tensor =>
  tf.add(mean, tf.mul(tf.exp(tf.mul(0.5, logVar)), tf.randomNormal(mean.shape)));

/** Each row K times in succession. */
const repeated = (x: tf.Tensor, times: number): tf.Tensor => {
  const rows = x.shape[0] as number;
  const tiled = tf.tile(tf.reshape(x, [rows, 1, -1]), [1, times, 1]);
  return tf.reshape(tiled, [rows * times, ...x.shape.slice(1)]);
};

const relaxedLabel = (logits: tf.Tensor): tf.Tensor => {
  const uniform = tf.clipByValue(tf.randomUniform(logits.shape), 1e-7, 1 - 1e-7);
  const gumbel = tf.neg(tf.log(tf.neg(tf.log(uniform))));
  return tf.softmax(tf.div(tf.add(logits, gumbel), SETTINGS.temperature));
};

/** log p(x|z,y) − KL(q(z|x[,y]) ‖ p(z)), of each row of labels; rows of x may be repeated for them. */
function boundOf(nets: Nets, x: tf.Tensor, features: tf.Tensor, y?: tf.Tensor): tf.Tensor {
  const seesLabel = nets.encoder.inputs.length === 2;
  const [mean, logVar] = run<[tf.Tensor, tf.Tensor]>(nets.encoder, seesLabel && y ? [features, y] : features);
  const z = sample(mean, logVar);
  const logits = run<tf.Tensor>(nets.decoder, y ? [z, y] : z);
  return tf.sub(logLikelihood(logits, x), latentKl(mean, logVar));
}

/** What is minimised; as in the other contenders the plain bounds, and the cross-entropy of the labelled examples. */
function lossOf(nets: Nets, { classes, labelHandling }: Workload, batch: BenchBatch): tf.Scalar {
  const featuresOf = (x: tf.Tensor): tf.Tensor => (nets.trunk ? run(nets.trunk, x) : x);
  const { labeled, unlabeled } = batch;
  const { classifier } = nets;
  if (classifier === undefined || labeled === undefined)
    return tf.neg(tf.mean<tf.Scalar>(boundOf(nets, unlabeled.x, unlabeled.x)));
  const prior = -Math.log(classes);

  const known = featuresOf(labeled.x);
  const logProbs = tf.logSoftmax(run<tf.Tensor>(classifier, known));
  const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(labeled.y, logProbs), 1)));
  const labeledBound = tf.mean(tf.add(boundOf(nets, labeled.x, known, labeled.y), prior));

  const features = featuresOf(unlabeled.x);
  const logits = run<tf.Tensor>(classifier, features);
  const logQ = tf.logSoftmax(logits);
  const q = tf.exp(logQ);
  const entropy = tf.neg(tf.mean(tf.sum(tf.mul(q, logQ), 1)));
  const rows = unlabeled.x.shape[0] as number;
  const expected = (): tf.Tensor => {
    if (labelHandling === 'gumbel')
      return tf.mean(tf.add(boundOf(nets, unlabeled.x, features, relaxedLabel(logits)), prior));
    const labels = tf.tile(tf.eye(classes), [rows, 1]);
    const every = boundOf(nets, repeated(unlabeled.x, classes), repeated(features, classes), labels);
    return tf.mean(tf.sum(tf.mul(q, tf.add(tf.reshape(every, [rows, classes]), prior)), 1));
  };
  const bounds = tf.add(labeledBound, tf.add(expected(), entropy));
  return tf.sub<tf.Scalar>(tf.mul(SETTINGS.alpha, crossEntropy), bounds);
}

/** Builds the step. */
export function createStock(workload: Workload): Stepper {
  const nets: Nets =
    workload.model === 'm1'
      ? m1Nets(workload)
      : workload.nets === 'mlp'
        ? mlpNets(workload)
        : convNets(workload);
  const variables = Object.values(nets).flatMap((net: LayersModel) =>
    net.trainableWeights.map((weight) => weight.read() as tf.Variable),
  );
  const optimizer = tf.train.adam(SETTINGS.learningRate);
  const at = createPool(workload);
  let steps = 0;
  let last: tf.Scalar | undefined;
  return {
    parameters: variables.reduce((sum, { size }) => sum + size, 0),
    async step() {
      const batch = at(steps++);
      last?.dispose();
      last = optimizer.minimize(() => lossOf(nets, workload, batch), true, variables) as tf.Scalar;
      tf.dispose([batch.labeled, batch.unlabeled] as tf.TensorContainer);
    },
    async loss() {
      return (await (last as tf.Scalar).data())[0] as number;
    },
  };
}
