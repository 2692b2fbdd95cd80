/** The state of a step within its graph: weights, moments, averages. */
import type { Variable } from '@tensorflow/tfjs-core';
import type { GraphParts } from './graphParts';
import {
  assignNode,
  copyNode,
  doneNode,
  type NodeList,
  placeholderNode,
  readNode,
  variableNode,
} from './nodes';

/** Variables by name: `model/NAME`, `moment/first/NAME`, `moment/second/NAME` and `average/NAME`. */
export type State = Readonly<Record<string, Variable>>;

/** Where the graph keeps a variable, and its value's ways in and out. */
export interface Place {
  readonly node: string;
  /** placeholder of a value from outside */
  readonly given: string;
  /** there once that value is in place */
  readonly taken: string;
  /** the value as it is */
  readonly now: string;
}

/** Where the graph keeps the state. */
export interface Places {
  placeOf(name: string): Place;
  /** node of a variable's value as the step found it, one for all who read it */
  readOf(name: string): string;
}

/** Every variable that lives in the graph. */
export function stateOf({ plan, variables, trained, adam, averages = {} }: GraphParts): State {
  const moments = Object.keys(plan.trial.gradients).flatMap((name) => {
    const { first, second } = adam.momentsOf(name, trained[name] as Variable);
    return [
      [`moment/first/${name}`, first],
      [`moment/second/${name}`, second],
    ] as const;
  });
  const named = (prefix: string, all: State) =>
    Object.entries(all).map(([name, variable]) => [`${prefix}/${name}`, variable] as const);
  return Object.fromEntries([...named('model', variables), ...moments, ...named('average', averages)]);
}

const addPlace = (graph: NodeList, node: string, shape: readonly number[]): Place => {
  graph.add(variableNode(node, shape));
  const given = graph.add(placeholderNode(`${node}/given`, shape));
  const take = graph.add(assignNode(`${node}/take`, node, graph.add(copyNode(`${node}/copy`, given))));
  return {
    node,
    given,
    taken: graph.add(doneNode(`${node}/taken`, [take])),
    now: graph.add(readNode(`${node}/now`, node)),
  };
};

/** Adds a place for every variable of the state. */
export function addState(graph: NodeList, state: State): Places {
  const places = new Map(
    Object.entries(state).map(([name, { shape }], i) => [name, addPlace(graph, `state${i}`, shape)]),
  );
  const placeOf = (name: string): Place => places.get(name) as Place;
  const reads = new Map<string, string>();
  return {
    placeOf,
    readOf(name) {
      const { node } = placeOf(name);
      const read = reads.get(name) ?? graph.add(readNode(`${node}/read`, node));
      reads.set(name, read);
      return read;
    },
  };
}
