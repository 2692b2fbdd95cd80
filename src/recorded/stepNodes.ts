/** The nodes of a step's graph: its operations as they were recorded, between the state, what is fed and the results. */
import type { NativeBinding } from '../host/native/tensorflow';
import type { GraphNode } from './graphDef';
import type { GraphParts } from './graphParts';
import { constantNode, floatNode, NodeList, operationNode, placeholderNode } from './nodes';
import type { Ref, Source } from './operations';
import type { Feed, StepPlan } from './plan';
import { addState, type Place, type Places, type State, stateOf } from './stateNodes';
import type { Trial } from './trial';
import { addUpdate } from './updateNodes';

/** Nodes of a step's results: each is its own tensor, though two terms may be one value. */
export interface ResultNodes {
  readonly loss: string;
  readonly terms: readonly string[];
  readonly gradientNorm?: string;
  readonly applied?: string;
}

/** A placeholder of a tensor, and its feed. */
export interface TensorInput {
  readonly node: string;
  readonly feed: Extract<Feed, { readonly kind: 'batch' | 'noise' }>;
}

/** A graph, and the names of its inputs and outputs. */
export interface StepNodes {
  readonly nodes: readonly GraphNode[];
  readonly state: State;
  readonly placeOf: (name: string) => Place;
  readonly tensorInputs: readonly TensorInput[];
  /** placeholders of numbers: of schedules, then of the update */
  readonly numberInputs: readonly string[];
  readonly results: ResultNodes;
  /** node behind which the update is done */
  readonly end: string;
}

const sourceName = (source: number): string => `source${source}`;

/** Adds the values from outside: gives the node of each source. */
const addSources = (graph: NodeList, { trial, feeds }: StepPlan, { readOf }: Places): string[] =>
  feeds.map((feed, i) => {
    const { shape, dtype } = trial.recorded.sources[i] as Source;
    if (feed.kind === 'variable') return readOf(`model/${feed.name}`);
    return graph.add(
      feed.kind === 'constant'
        ? constantNode(sourceName(i), shape, feed.values, dtype)
        : placeholderNode(sourceName(i), shape, dtype),
    );
  });

/** Adds the recorded operations: gives the node of each value. */
const addOperations = (
  graph: NodeList,
  binding: NativeBinding,
  { recorded }: Trial,
  sources: readonly string[],
): ((ref: Ref) => string) => {
  const nodeOf = (ref: Ref): string => {
    if ('source' in ref) return sources[ref.source] as string;
    return ref.output === 0 ? `step${ref.operation}` : `step${ref.operation}:${ref.output}`;
  };
  for (const [i, operation] of recorded.operations.entries())
    graph.add(operationNode(binding, `step${i}`, operation, operation.inputs.map(nodeOf)));
  return nodeOf;
};

const addResults = (
  graph: NodeList,
  { loss, terms, gradientNorm, applied }: Trial,
  nodeOf: (ref: Ref) => string,
): ResultNodes => {
  let count = 0;
  const result = (ref: Ref): string => graph.add(floatNode(`result${count++}`, 'Identity', [nodeOf(ref)]));
  return {
    loss: result(loss),
    terms: Object.values(terms).map(result),
    ...(gradientNorm && { gradientNorm: result(gradientNorm) }),
    ...(applied && { applied: result(applied) }),
  };
};

/**
 * Builds a step's graph.
 *
 * @param binding whose attributes the recorded operations have
 * @param parts of the step
 */
export function stepNodes(binding: NativeBinding, parts: GraphParts): StepNodes {
  const { trial, feeds } = parts.plan;
  const graph = new NodeList();
  const state = stateOf(parts);
  const places = addState(graph, state);
  const sources = addSources(graph, parts.plan, places);
  const nodeOf = addOperations(graph, binding, trial, sources);
  const update = addUpdate({ graph, parts, places, nodeOf });
  const results = addResults(graph, trial, nodeOf);
  return {
    nodes: graph.nodes,
    state,
    placeOf: places.placeOf,
    tensorInputs: feeds.flatMap((feed, i) =>
      feed.kind === 'batch' || feed.kind === 'noise' ? [{ node: sourceName(i), feed }] : [],
    ),
    numberInputs: [
      ...feeds.flatMap(({ kind }, i) => (kind === 'schedule' ? [sourceName(i)] : [])),
      ...update.feeds,
    ],
    results,
    end: update.end,
  };
}
