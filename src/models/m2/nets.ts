/** Choice of the nets of an M2 model. */
import { type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { repeatRows } from '../../bounds/everyLabel';
import { oneLine } from '../../core/describe';
import { messageOf } from '../../core/messageOf';
import { flag, readOptions, unchecked } from '../../core/options';
import { isRecord } from '../../files/json';
import { buildNets, valuesOf } from '../../nets/description';
import type { Pass } from '../../nets/pass';
import { M2_PRESETS, type PresetOf } from '../../nets/presets';
import { runNet } from '../../nets/runNet';
import type { PresetShape, SemiSupervisedNets } from '../../nets/semiSupervisedNets';
import { assertOwnNet, presetFrom } from '../presets';

/**
 * A preset with its choices: `'mlp'`, dense layers on flat inputs (`mlpNets`), or `'conv'`, convolutions (`convNets`);
 * `'kingma'` and `'report'` are the same nets as their sources have them.
 */
export type M2Preset = PresetOf<typeof M2_PRESETS>;

/** A preset by name, a preset with its choices, or your own tfjs-layers models. */
export type M2NetsOption = M2Preset['preset'] | M2Preset | SemiSupervisedNets;

/** Whether nets are a user's own. */
export const isOwn = (nets: M2NetsOption): nets is SemiSupervisedNets =>
  isRecord(nets) && !('preset' in nets);

/**
 * A preset with every choice, from what a user or a file gives.
 *
 * @throws RangeError when it is not a preset, or a choice is unknown or of another kind
 */
export const parsePreset = (where: string, nets: unknown): M2Preset =>
  presetFrom<M2Preset>(where, nets, M2_PRESETS);

/** How a user's own nets are read; what each maps is checked where the shapes are known. */
const ownRules = () => ({
  trunk: unchecked<LayersModel | undefined>(),
  classifier: unchecked<LayersModel>(),
  encoder: unchecked<LayersModel>(),
  decoder: unchecked<LayersModel>(),
  labelsApart: flag(false),
});

/**
 * A net of features, or of codes, and labels.
 *
 * @param net that sees labels
 * @param from features or codes, [B, …]
 * @param y labels, [B, K], or m rows for each of `from`, in the order of `everyLabel`
 * @param labelsApart whether the net itself takes fewer rows of features than of labels; otherwise they are repeated
 * @param pass how the net runs; rows of `from` are taken for one example each where it does not say otherwise
 * @throws RangeError when y has no multiple of the rows of `from`
 */
export function runAtLabels<Out extends Tensor | Tensor[]>(
  net: LayersModel,
  from: Tensor,
  y: Tensor,
  labelsApart: boolean,
  pass?: Pass,
): Out {
  const [count = 0, rows = 0] = [from.shape[0], y.shape[0]];
  const times = rows / count;
  if (!Number.isInteger(times))
    throw new RangeError(`labels: y has ${rows} rows, needed a multiple of the ${count} rows beside it`);
  const given = times === 1 || labelsApart ? from : repeatRows(from, times);
  return runNet<Out>(net, [given, y], { examples: count, ...pass });
}

/** Refuses a net that takes labels apart from features, and cannot be given two rows of labels for each of features. */
const assertLabelsApart = (where: string, name: string, net: LayersModel): void => {
  const [features = [], labels = []] = net.inputs.map(({ shape }) => shape.slice(1) as number[]);
  const needed =
    'needed the label in LabelConditionedDense layers alone where nets.labelsApart is true: leave labelsApart out, and rows are repeated';
  const rowsOf = (): readonly (number | undefined)[] =>
    tidy(() =>
      [runNet<Tensor | Tensor[]>(net, [zeros([2, ...features]), zeros([4, ...labels])])]
        .flat()
        .map(({ shape }) => shape[0]),
    );
  let rows: readonly (number | undefined)[];
  try {
    rows = rowsOf();
  } catch (error) {
    throw new RangeError(
      `${where}: nets.${name} cannot take 4 rows of labels beside 2 of features (${oneLine(messageOf(error))}), ${needed}`,
      { cause: error },
    );
  }
  if (rows.some((count) => count !== 4))
    throw new RangeError(
      `${where}: nets.${name} gives ${rows.join(' and ')} rows for 4 of labels beside 2 of features, ${needed}`,
    );
};

const checkOwn = (where: string, given: SemiSupervisedNets, shape: PresetShape): void => {
  const nets = readOptions(where, given, ownRules(), 'nets');
  const { inputShape, outputShape, classes, latent, encoderSeesLabel } = shape;
  const input = [...inputShape];
  if (nets.trunk) assertOwnNet(where, 'trunk', nets.trunk, [input]);
  const features = nets.trunk ? (nets.trunk.outputs[0]?.shape.slice(1) as number[]) : input;
  assertOwnNet(where, 'classifier', nets.classifier, [features], [[classes]]);
  assertOwnNet(where, 'encoder', nets.encoder, encoderSeesLabel ? [features, [classes]] : [features], [
    [latent],
    [latent],
  ]);
  assertOwnNet(where, 'decoder', nets.decoder, [[latent], [classes]], [outputShape]);
  if (!nets.labelsApart) return;
  if (encoderSeesLabel) assertLabelsApart(where, 'encoder', nets.encoder);
  assertLabelsApart(where, 'decoder', nets.decoder);
};

const described = (where: string, shape: PresetShape, { preset, ...choices }: M2Preset) =>
  M2_PRESETS[preset].describe(where, shape, choices);

/** Whether the encoder sees the label where the user does not say. */
export const encoderSeesLabelIn = ({ preset }: M2Preset): boolean => M2_PRESETS[preset].encoderSeesLabel;

/** Values of the layers of a preset, known before it is built. */
export const presetValues = (where: string, shape: PresetShape, preset: M2Preset): readonly number[] =>
  valuesOf(described(where, shape, preset));

/**
 * The nets themselves: built, or a user's own after a check of their shapes and layers.
 *
 * @param where name of the calling function, for messages
 * @throws TypeError or RangeError when a net of the user is missing or of other shapes; the message names the net, its
 *   shapes and the shapes needed
 * @throws RangeError when a net of the user has a stock layer that draws random numbers; the message names the layer
 */
export function resolveNets(
  where: string,
  nets: M2Preset | SemiSupervisedNets,
  shape: PresetShape,
): SemiSupervisedNets {
  if (!isOwn(nets)) return { ...buildNets(where, described(where, shape, nets)), labelsApart: true };
  checkOwn(where, nets, shape);
  return nets;
}
