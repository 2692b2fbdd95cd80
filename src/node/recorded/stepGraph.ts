/** A step as one TensorFlow graph: loss, gradients, update and average in a single call. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { AdamUpdate } from '../../training/adam';
import type { NativeBackend, NativeOutput } from '../native/tensorflow';
import { encodeSavedModel, type GraphNode } from './graphDef';
import {
  assignNode,
  constantNode,
  floatNode,
  operationNode,
  placeholderNode,
  readNode,
  variableNode,
} from './nodes';
import type { Ref, Source } from './operations';
import type { StepPlan } from './plan';

/** What a graph is made of. */
export interface GraphParts {
  readonly plan: StepPlan;
  /** of the model, by name */
  readonly variables: Readonly<Record<string, Variable>>;
  /** variables by the names that gradients and optimizer know them by */
  readonly trained: Readonly<Record<string, Variable>>;
  readonly adam: AdamUpdate;
  /** averages by the names of the model's variables */
  readonly averages: Readonly<Record<string, Variable>> | undefined;
}

/** A graph that has been loaded. */
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
  /** value of each source that is a number, in the order of the sources */
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

/** Variables whose updates have the same numbers: as many updates so far, and decay or none. */
export interface UpdateGroup {
  /** one of them, by its name */
  readonly first: string;
  readonly names: readonly string[];
}

/** Groups of trained variables. */
export function updateGroups(
  names: readonly string[],
  trained: Readonly<Record<string, Variable>>,
  adam: AdamUpdate,
): readonly UpdateGroup[] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = `${adam.updatesOf(name)} ${(trained[name] as Variable).rank >= 2}`;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()].map((members) => ({ first: members[0] as string, names: members }));
}

const output = (node: string): string => (node.includes(':') ? node : `${node}:0`);

/** Nodes of the update, and the node behind which all of it is done. */
class Builder {
  readonly nodes: GraphNode[] = [];

  add(node: GraphNode): string {
    this.nodes.push(node);
    return node.name;
  }
}

/**
 * Builds a step's graph and loads it.
 *
 * @param backend that runs it
 * @param parts of the step
 * @param groups of variables that are updated with the same numbers
 */
export function loadStepGraph(
  backend: NativeBackend,
  { plan, variables, trained, adam, averages }: GraphParts,
  groups: readonly UpdateGroup[],
): StepGraph {
  const { binding } = backend;
  const { trial, feeds } = plan;
  const { sources, operations } = trial.recorded;
  const graph = new Builder();

  // Every variable of the state has a place in the graph, its value as the step found it, and a way in and out.
  const updated = Object.keys(trial.gradients);
  const moments = Object.fromEntries(
    updated.flatMap((name) => {
      const { first, second } = adam.momentsOf(name, trained[name] as Variable);
      return [
        [`first/${name}`, first],
        [`second/${name}`, second],
      ];
    }),
  );
  const named = (prefix: string, all: Readonly<Record<string, Variable>>): Record<string, Variable> =>
    Object.fromEntries(Object.entries(all).map(([name, variable]) => [`${prefix}/${name}`, variable]));
  const state = {
    ...named('model', variables),
    ...named('moment', moments),
    ...named('average', averages ?? {}),
  };
  const places = new Map<string, string>();
  for (const [i, [name, { shape }]] of Object.entries(state).entries()) {
    const place = graph.add(variableNode(`state${i}`, shape));
    places.set(name, place);
    graph.add(placeholderNode(`${place}/given`, shape));
    graph.add(assignNode(`${place}/take`, place, `${place}/given`));
    graph.add({ ...constantNode(`${place}/taken`, [], [1]), inputs: [`^${place}/take`] });
    graph.add(readNode(`${place}/now`, place));
  }
  const placeOf = (name: string): string => places.get(name) as string;

  const reads = new Map<string, string>();
  const readOf = (name: string): string => {
    const known = reads.get(name);
    if (known) return known;
    const node = graph.add(readNode(`${placeOf(name)}/read`, placeOf(name)));
    reads.set(name, node);
    return node;
  };

  const batchFeeds: [node: string, name: string][] = [];
  const noiseFeeds: [node: string, index: number][] = [];
  const numberFeeds: string[] = [];
  const sourceNodes = feeds.map((feed, i) => {
    const { shape, dtype } = sources[i] as Source;
    const name = `source${i}`;
    if (feed.kind === 'variable') return readOf(`model/${feed.name}`);
    if (feed.kind === 'constant') return graph.add(constantNode(name, shape, feed.values, dtype));
    graph.add(placeholderNode(name, shape, dtype));
    if (feed.kind === 'batch') batchFeeds.push([name, feed.name]);
    else if (feed.kind === 'noise') noiseFeeds.push([name, feed.index]);
    else numberFeeds.push(name);
    return name;
  });

  const nodeOf = (ref: Ref): string => {
    if ('source' in ref) return sourceNodes[ref.source] as string;
    return ref.output === 0 ? `step${ref.operation}` : `step${ref.operation}:${ref.output}`;
  };
  for (const [i, operation] of operations.entries())
    graph.add(operationNode(binding, `step${i}`, operation, operation.inputs.map(nodeOf)));

  // Where the loss or a gradient is not finite, no value comes out of a gate, and what needs one is not run.
  const { applied } = trial;
  const isApplied =
    applied &&
    graph.add({
      name: 'applied/bool',
      op: 'Cast',
      inputs: [nodeOf(applied)],
      attributes: {
        SrcT: { kind: 'type', value: 1 },
        DstT: { kind: 'type', value: 10 },
        Truncate: { kind: 'bool', value: false },
      },
    });
  const gated = (name: string, value: string): string =>
    isApplied ? `${graph.add(floatNode(name, 'Switch', [value, isApplied]))}:1` : value;

  const updateFeeds: string[] = [];
  const fedNumber = (name: string): string => {
    updateFeeds.push(name);
    return graph.add(placeholderNode(name, []));
  };
  const zero = graph.add(constantNode('zero', [], [0]));
  const [beta1, beta2] = [
    graph.add(constantNode('beta1', [], [adam.beta1])),
    graph.add(constantNode('beta2', [], [adam.beta2])),
  ];
  const done: string[] = [];
  for (const [i, { names }] of groups.entries()) {
    const [kept, size, epsilon] = [fedNumber(`kept${i}`), fedNumber(`size${i}`), fedNumber(`epsilon${i}`)];
    for (const name of names) {
      const target = modelName(name, trained, variables);
      const place = placeOf(`model/${target}`);
      const read = readOf(`model/${target}`);
      const gradient = gated(`${place}/gradient`, nodeOf(trial.gradients[name] as Ref));
      const after = [read];
      if ((trained[name] as Variable).rank >= 2) {
        const decayed = graph.add(floatNode(`${place}/decayed`, 'Mul', [gated(`${place}/kept`, read), kept]));
        after.push(graph.add(assignNode(`${place}/decay`, place, decayed, [read])));
      }
      // With powers of 0 the operation's own bias correction is none: it is in the size, to float64.
      done.push(
        graph.add({
          name: `${place}/update`,
          op: 'ResourceApplyAdam',
          inputs: [
            place,
            placeOf(`moment/first/${name}`),
            placeOf(`moment/second/${name}`),
            zero,
            zero,
            size,
            beta1,
            beta2,
            epsilon,
            gradient,
            ...after.map((node) => `^${node}`),
          ],
          attributes: {
            T: { kind: 'type', value: 1 },
            use_locking: { kind: 'bool', value: false },
            use_nesterov: { kind: 'bool', value: false },
          },
        }),
      );
    }
  }
  for (const [name, ref] of Object.entries(trial.moved)) {
    const place = placeOf(`model/${name}`);
    const value = gated(`${place}/moved`, nodeOf(ref));
    done.push(graph.add(assignNode(`${place}/move`, place, value, [readOf(`model/${name}`)])));
  }
  // Done when all of it is; where it was left out, the other side of the gate tells.
  const updatedNode = graph.add({
    ...constantNode('updated', [], [1]),
    inputs: done.map((node) => `^${node}`),
  });
  const settled = isApplied
    ? graph.add({
        name: 'settled',
        op: 'Merge',
        inputs: [
          updatedNode,
          graph.add(floatNode('omitted', 'Switch', [graph.add(constantNode('one', [], [1])), isApplied])),
        ],
        attributes: { T: { kind: 'type', value: 1 }, N: { kind: 'int', value: 2 } },
      })
    : updatedNode;
  const last: string[] = [settled];
  if (averages) {
    const share = fedNumber('share');
    for (const name of Object.keys(averages)) {
      const [place, own] = [placeOf(`model/${name}`), placeOf(`average/${name}`)];
      const weight = graph.add(readNode(`${place}/after`, place, [settled]));
      const former = graph.add(readNode(`${own}/former`, own));
      const step = graph.add(
        floatNode(`${own}/step`, 'Mul', [graph.add(floatNode(`${own}/way`, 'Sub', [weight, former])), share]),
      );
      const value = graph.add(floatNode(`${own}/moved`, 'AddV2', [former, step]));
      last.push(graph.add(assignNode(`${own}/move`, own, value, [former])));
    }
  }
  graph.add({ ...constantNode('end', [], [1]), inputs: last.map((node) => `^${node}`) });

  // Each result is a tensor of its own, though two terms may be one value.
  const terms = Object.keys(trial.terms);
  const results = [
    trial.loss,
    ...Object.values(trial.terms),
    ...(trial.gradientNorm ? [trial.gradientNorm] : []),
    ...(applied ? [applied] : []),
  ].map((ref, i) => graph.add(floatNode(`result${i}`, 'Identity', [nodeOf(ref)])));
  const outputs = [...results, 'end'].map(output).join(',');

  const folder = mkdtempSync(join(tmpdir(), 'ssvae-step-'));
  let model: number;
  try {
    writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(graph.nodes));
    model = binding.loadSavedModel(folder, 'serve');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }

  const inputNames = [
    ...batchFeeds.map(([node]) => node),
    ...noiseFeeds.map(([node]) => node),
    ...numberFeeds,
    ...updateFeeds,
  ]
    .map(output)
    .join(',');
  const handle = (shape: readonly number[], values: Float32Array): number =>
    binding.createTensor(shape, binding.TF_FLOAT, values);

  const call = ({ batch, noise, numbers, update }: Inputs, asked: string): NativeOutput[] => {
    const given = [
      ...batchFeeds.map(([, name]) => batch[name] as Tensor),
      ...noiseFeeds.map(([, index]) => noise[index] as Tensor),
    ];
    const own = [...numbers, ...update].map((value) => handle([], Float32Array.of(value)));
    try {
      return binding.runSavedModel(model, [...backend.getInputTensorIds(given), ...own], inputNames, asked);
    } finally {
      for (const id of own) binding.deleteTensor(id);
    }
  };

  const graphOf: StepGraph = {
    state,
    updated,
    terms,
    assign(values) {
      const entries = Object.entries(values);
      if (entries.length === 0) return;
      const ids = binding.runSavedModel(
        model,
        entries.map(([, id]) => id),
        entries.map(([name]) => `${placeOf(name)}/given:0`).join(','),
        entries.map(([name]) => `${placeOf(name)}/taken:0`).join(','),
      );
      for (const { id } of ids) binding.deleteTensor(id);
    },
    readAll: () =>
      binding.runSavedModel(
        model,
        [],
        '',
        Object.keys(state)
          .map((name) => `${placeOf(name)}/now:0`)
          .join(','),
      ),
    lossOf(inputs) {
      const [loss] = call(inputs, output(results[0] as string)) as [NativeOutput];
      const value = binding.tensorDataSync(loss.id)[0] as number;
      binding.deleteTensor(loss.id);
      return value;
    },
    run(inputs) {
      const found = call(inputs, outputs);
      binding.deleteTensor((found.pop() as NativeOutput).id);
      const [loss, ...rest] = found as [NativeOutput, ...NativeOutput[]];
      const others = rest.slice(terms.length);
      const gradientNorm = trial.gradientNorm && others.shift();
      const appliedOutput = applied && others.shift();
      return {
        loss,
        terms: rest.slice(0, terms.length),
        ...(gradientNorm && { gradientNorm }),
        ...(appliedOutput && { applied: appliedOutput }),
      };
    },
    dispose() {
      forgotten.unregister(graphOf);
      binding.deleteSavedModel(model);
    },
  };
  forgotten.register(graphOf, () => binding.deleteSavedModel(model), graphOf);
  return graphOf;
}

/** Graphs that nobody can reach any more free what TensorFlow holds for them. */
const forgotten = new FinalizationRegistry<() => void>((free) => free());

/** The model's own name of a trained variable, which phases know by another. */
function modelName(
  name: string,
  trained: Readonly<Record<string, Variable>>,
  variables: Readonly<Record<string, Variable>>,
): string {
  const [found = name] = Object.entries(variables).find(([, variable]) => variable === trained[name]) ?? [];
  return found;
}
