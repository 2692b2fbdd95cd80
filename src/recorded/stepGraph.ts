/** A step as one TensorFlow graph: loss, gradients, update and average in a single call. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { NativeBackend, NativeBinding, NativeOutput } from '../host/native/tensorflow';
import { encodeSavedModel, type GraphNode } from './graphDef';
import type { GraphParts } from './graphParts';
import { stepNodes } from './stepNodes';

/** A loaded graph. */
export interface StepGraph {
  /** every variable that lives in the graph: weights, moments, averages */
  readonly state: Readonly<Record<string, Variable>>;
  /** names of the trained variables that have a gradient */
  readonly updated: readonly string[];
  /** names of the terms, in the order of {@link Outputs.terms} */
  readonly terms: readonly string[];
  /** Gives the graph values of variables, by handle. */
  assign(values: Readonly<Record<string, number>>): void;
  /** Values of all variables of the state, in its order. */
  readAll(): readonly NativeOutput[];
  /** The loss alone: nothing is updated. */
  lossOf(inputs: Inputs): number;
  /** Runs the step. */
  run(inputs: Inputs): Outputs;
  dispose(): void;
}

/** What a run is given. */
export interface Inputs {
  /** tensors of the batch, by name */
  readonly batch: Readonly<Record<string, Tensor>>;
  /** draws, in their order */
  readonly noise: readonly Tensor[];
  /** the values of schedules, in the order of their sources */
  readonly numbers: readonly number[];
  /** numbers of the update: of each group of variables what is kept, size and ε, then the share of the average */
  readonly update: readonly number[];
}

/** What a run gives. */
export interface Outputs {
  readonly loss: NativeOutput;
  readonly terms: readonly NativeOutput[];
  readonly gradientNorm?: NativeOutput;
  readonly applied?: NativeOutput;
}

/** A graph that TensorFlow holds. */
interface Held {
  readonly binding: NativeBinding;
  readonly model: number;
}

const free = ({ binding, model }: Held): void => binding.deleteSavedModel(model);

/** Frees graphs that have become unreachable. It holds records, because a closure made beside a graph would keep it alive. */
const forgotten = new FinalizationRegistry(free);

/** First outputs of nodes, as TensorFlow wants them named. */
const outputsOf = (nodes: readonly string[]): string => nodes.map((node) => `${node}:0`).join(',');

/** Loads a graph by way of a temporary folder; gives its handle. */
const load = (binding: NativeBinding, nodes: readonly GraphNode[]): number => {
  const folder = mkdtempSync(join(tmpdir(), 'ssvae-step-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(nodes));
    return binding.loadSavedModel(folder, 'serve');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/**
 * Builds a step's graph and loads it.
 *
 * @param backend that runs it
 * @param parts of the step
 */
export function loadStepGraph(backend: NativeBackend, parts: GraphParts): StepGraph {
  const { binding } = backend;
  const { nodes, state, placeOf, tensorInputs, numberInputs, results, end } = stepNodes(binding, parts);
  const model = load(binding, nodes);
  const { gradientNorm, applied } = results;
  const inputNames = outputsOf([...tensorInputs.map(({ node }) => node), ...numberInputs]);
  const resultNames = outputsOf([
    ...[results.loss, ...results.terms],
    ...[gradientNorm, applied].filter((node) => node !== undefined),
    end,
  ]);

  const call = ({ batch, noise, numbers, update }: Inputs, asked: string): NativeOutput[] => {
    const given = tensorInputs.map(({ feed }) =>
      feed.kind === 'batch' ? batch[feed.name] : noise[feed.index],
    ) as Tensor[];
    const own = [...numbers, ...update].map((value) =>
      binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value)),
    );
    try {
      return binding.runSavedModel(model, [...backend.getInputTensorIds(given), ...own], inputNames, asked);
    } finally {
      for (const id of own) binding.deleteTensor(id);
    }
  };

  const graph: StepGraph = {
    state,
    updated: Object.keys(parts.plan.trial.gradients),
    terms: Object.keys(parts.plan.trial.terms),
    assign(values) {
      const places = Object.keys(values).map(placeOf);
      if (places.length === 0) return;
      const taken = binding.runSavedModel(
        model,
        Object.values(values),
        outputsOf(places.map(({ given }) => given)),
        outputsOf(places.map(({ taken }) => taken)),
      );
      for (const { id } of taken) binding.deleteTensor(id);
    },
    readAll: () =>
      binding.runSavedModel(model, [], '', outputsOf(Object.keys(state).map((name) => placeOf(name).now))),
    lossOf(inputs) {
      const [{ id }] = call(inputs, outputsOf([results.loss])) as [NativeOutput];
      const value = binding.tensorDataSync(id)[0] as number;
      binding.deleteTensor(id);
      return value;
    },
    run(inputs) {
      const found = call(inputs, resultNames);
      binding.deleteTensor((found.pop() as NativeOutput).id);
      const next = (): NativeOutput => found.shift() as NativeOutput;
      return {
        loss: next(),
        terms: results.terms.map(next),
        ...(gradientNorm && { gradientNorm: next() }),
        ...(applied && { applied: next() }),
      };
    },
    dispose() {
      forgotten.unregister(graph);
      free({ binding, model });
    },
  };
  forgotten.register(graph, { binding, model }, graph);
  return graph;
}
