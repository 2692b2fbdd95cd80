/** A part of a model as an ONNX file. */
import { flag, oneOf, readOptions } from '../core/options';
import { version } from '../core/version';
import { openModel, partOf, type ReadyModel } from '../portable/openModel';
import type { PartName } from '../portable/part';
import { encodeOnnx, type OnnxPort } from './file';
import { createGraph, type Graph, type Value } from './graph';
import { type RawInput, rawInputOf } from './inputs';
import { meanIn } from './means';
import { onnxOperations } from './operations';

/** Which part of a model is written, and what it takes. */
export interface ExportOnnxOptions {
  /** the part: what `classify`, `encode` or `decode` computes */
  readonly part: PartName;
  /**
   * whether classifier and encoder take the rows or vectors that the model was made for, and standardize them; `false`: they take x.
   * A model of anything else takes x. Default `true`
   */
  readonly raw?: boolean;
}

/** Further outputs of a part: probabilities of a classifier, the mean of a decoder. */
const further = (
  graph: Graph,
  part: PartName,
  model: ReadyModel,
  outputs: Readonly<Record<string, Value>>,
) => {
  const { logits, parameters } = outputs;
  if (part === 'classifier' && logits) {
    const { temperature = 1 } = model as { readonly temperature?: number };
    const made = { shape: logits.shape };
    const cooled =
      temperature === 1 ? logits : graph.node('Div', 'cooled', [logits, graph.number(temperature)], made);
    return { probabilities: graph.node('Softmax', 'softmax', [cooled], made, { axis: -1 }) };
  }
  const mean = parameters && meanIn(graph, parameters, model.likelihood.spec, 'likelihood');
  return mean ? { mean } : {};
};

/** What a tool may show of the file. */
const metadataOf = (kind: string, part: PartName, model: ReadyModel, raw: RawInput | undefined) => {
  const { classNames, input } = model as ReadyModel & { readonly classNames?: readonly string[] };
  const columns =
    raw?.name === 'columns' && input?.kind === 'columns'
      ? input.columns.map((column) => ({
          name: column.name,
          type: column.type,
          ...(column.type === 'levels' && { levels: column.levels }),
        }))
      : undefined;
  return {
    model: kind,
    part,
    ...(classNames && { classNames: JSON.stringify(classNames) }),
    ...(columns && { columns: JSON.stringify(columns) }),
  };
};

/**
 * Writes a part of a ready model as an ONNX model: opset 17, float32, an open batch axis `B`, and no random operator.
 *
 *   part         inputs                                     outputs
 *   classifier   x [, covariates]                           logits [B, K], probabilities [B, K] at the model's temperature
 *   encoder      x [, y] [, covariates]                     mean, logVar [B, Z]
 *   decoder      z [, y] [, covariates]                     parameters [B, …] as the likelihood reads them, mean [B, …], E[x|·]
 *
 * Images are NHWC, and labels one-hot. A model of vectors takes `vectors` in place of x, as they were, and standardizes them. A model
 * of rows takes `columns`: a number for each column in the order of `model.input.columns`, which the file's metadata repeats. A level
 * is its index in `levels`, a flag 0 or 1, and a missing value NaN.
 *
 * The code of M1+M2 is z1. An encoder of a ladder VAE gives `mean.2`, `logVar.2` and so on of the layers above z_1; that of an
 * adversarial autoencoder gives `z`. ADGM and SDGM are at the mean of a. A likelihood of your own has no `mean`.
 *
 * @param model a ready model: of presets, or of your own nets that consist of the commonest layers
 * @param options the part; whether raw inputs are read
 * @returns bytes of an `.onnx` file
 * @throws TypeError when it is not a ready model
 * @throws RangeError when the model is disposed or does not have the part, or naming the layer, activation or likelihood that has no
 *   operator
 * @example await file('classifier.onnx').write(await exportOnnx(model, { part: 'classifier' }))
 */
export async function exportOnnx(model: ReadyModel, options: ExportOnnxOptions): Promise<Uint8Array> {
  const where = 'exportOnnx';
  const { part: name, raw } = readOptions(where, options, {
    part: oneOf<PartName>(['classifier', 'encoder', 'decoder']),
    raw: flag(true),
  });
  const opened = await openModel(where, model);
  const part = partOf(where, opened, name);
  const graph = createGraph();
  const rawInput = raw && 'x' in part.inputs ? rawInputOf(model.input) : undefined;
  const ports: OnnxPort[] = Object.entries(part.inputs).map(([key, shape]) =>
    key === 'x' && rawInput ? { name: rawInput.name, shape: [rawInput.width] } : { name: key, shape },
  );
  const given = Object.fromEntries(
    Object.keys(part.inputs).map((key, i) => {
      const { name: id, shape } = ports[i] as OnnxPort;
      const value: Value = { id, shape };
      return [key, key === 'x' && rawInput ? rawInput.read(graph, value) : value];
    }),
  );
  const outputs = opened.outputsOf(part, onnxOperations(where, graph), given);
  const all = { ...outputs, ...further(graph, name, model, outputs) };
  for (const [output, value] of Object.entries(all)) graph.named(output, value);
  return encodeOnnx({
    name,
    producerVersion: version,
    description: `The ${name} of a model of the kind ${opened.kind}`,
    metadata: metadataOf(opened.kind, name, model, rawInput),
    nodes: graph.nodes,
    constants: graph.constants,
    inputs: ports,
    outputs: Object.entries(all).map(([output, { shape }]) => ({ name: output, shape })),
  });
}
