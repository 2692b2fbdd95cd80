/** The update of a step within its graph: Adam, statistics that the forward pass moved, averages. */
import type { Variable } from '@tensorflow/tfjs-core';
import type { AttributeValue } from './graphDef';
import { type GraphParts, modelName, type UpdateGroup } from './graphParts';
import {
  assignNode,
  constantNode,
  copyNode,
  doneNode,
  floatNode,
  type NodeList,
  placeholderNode,
  readNode,
  typeOf,
} from './nodes';
import type { Ref } from './operations';
import type { Places } from './stateNodes';

/** The added update. */
export interface Update {
  /** placeholders of its numbers: of each group what is kept, size and ε, then the share of the average */
  readonly feeds: readonly string[];
  /** node behind which all of it is done */
  readonly end: string;
}

/** The graph so far, which the update is added to. */
interface Step {
  readonly graph: NodeList;
  readonly parts: GraphParts;
  readonly places: Places;
  readonly nodeOf: (ref: Ref) => string;
}

/** Where the loss or a gradient is not finite, no value comes out of a gate, and what needs one is not run. */
interface Gate {
  /** a value behind the gate */
  through(name: string, value: string): string;
  /** node that is there once `updated` is, or the update was left out */
  settled(updated: string): string;
}

const NO_GATE: Gate = { through: (_, value) => value, settled: (updated) => updated };

const NO: AttributeValue = { kind: 'bool', value: false };

const addGate = (graph: NodeList, applied: string): Gate => {
  const isApplied = graph.add({
    name: 'applied/bool',
    op: 'Cast',
    inputs: [applied],
    attributes: { SrcT: typeOf('float32'), DstT: typeOf('bool'), Truncate: NO },
  });
  const switched = (name: string, value: string): string =>
    graph.add(floatNode(name, 'Switch', [value, isApplied]));
  return {
    through: (name, value) => `${switched(name, value)}:1`,
    settled(updated) {
      // Where the update was left out, the value comes from the other side of the gate.
      const omitted = switched('omitted', graph.add(constantNode('one', [], [1])));
      return graph.add(floatNode('settled', 'Merge', [updated, omitted], { N: { kind: 'int', value: 2 } }));
    },
  };
};

/** Placeholders of a group's numbers. */
const numbersOf = (group: number): readonly [kept: string, size: string, epsilon: string] => [
  `kept${group}`,
  `size${group}`,
  `epsilon${group}`,
];

/** Adds Adam's update of a variable. */
const addAdam = (
  { graph, parts, places, nodeOf }: Step,
  gate: Gate,
  name: string,
  [kept, size, epsilon]: ReturnType<typeof numbersOf>,
): string => {
  const target = `model/${modelName(name, parts)}`;
  const { node: place } = places.placeOf(target);
  const read = places.readOf(target);
  const gradient = gate.through(`${place}/gradient`, nodeOf(parts.plan.trial.gradients[name] as Ref));
  const after = [read];
  if ((parts.trained[name] as Variable).rank >= 2) {
    const decayed = floatNode(`${place}/decayed`, 'Mul', [gate.through(`${place}/kept`, read), kept]);
    after.push(graph.add(assignNode(`${place}/decay`, place, graph.add(decayed), [read])));
  }
  const [first, second] = [places.placeOf(`moment/first/${name}`), places.placeOf(`moment/second/${name}`)];
  // With powers of 0 the operation's own bias correction is none: it is in the size, to float64.
  const inputs = [
    ...[place, first.node, second.node],
    ...['zero', 'zero', size, 'beta1', 'beta2', epsilon, gradient],
    ...after.map((node) => `^${node}`),
  ];
  return graph.add(
    floatNode(`${place}/update`, 'ResourceApplyAdam', inputs, { use_locking: NO, use_nesterov: NO }),
  );
};

/** Adds the new value of a variable that the forward pass moved. */
const addMoved = ({ graph, places, nodeOf }: Step, gate: Gate, name: string, ref: Ref): string => {
  const { node: place } = places.placeOf(`model/${name}`);
  const value = graph.add(copyNode(`${place}/moved/copy`, gate.through(`${place}/moved`, nodeOf(ref))));
  return graph.add(assignNode(`${place}/move`, place, value, [places.readOf(`model/${name}`)]));
};

/** Adds the move of an average towards its variable, as that is once the update is settled. */
const addAverage = ({ graph, places }: Step, settled: string, name: string): string => {
  const [{ node: place }, { node: own }] = [
    places.placeOf(`model/${name}`),
    places.placeOf(`average/${name}`),
  ];
  const weight = graph.add(readNode(`${place}/after`, place, [settled]));
  const former = graph.add(readNode(`${own}/former`, own));
  const way = graph.add(floatNode(`${own}/way`, 'Sub', [weight, former]));
  const step = graph.add(floatNode(`${own}/step`, 'Mul', [way, 'share']));
  const value = graph.add(floatNode(`${own}/moved`, 'AddV2', [former, step]));
  return graph.add(assignNode(`${own}/move`, own, value, [former]));
};

/**
 * Adds the update to a graph that has loss and gradients.
 *
 * @param step the graph so far
 */
export function addUpdate(step: Step): Update {
  const { graph, parts, nodeOf } = step;
  const { adam, groups, averages } = parts;
  const { applied, moved } = parts.plan.trial;
  const feeds = [...groups.flatMap((_, i) => numbersOf(i)), ...(averages ? ['share'] : [])];
  for (const feed of feeds) graph.add(placeholderNode(feed, []));
  for (const [name, value] of Object.entries({ zero: 0, beta1: adam.beta1, beta2: adam.beta2 }))
    graph.add(constantNode(name, [], [value]));

  const gate = applied ? addGate(graph, nodeOf(applied)) : NO_GATE;
  const addGroup = ({ names }: UpdateGroup, i: number): string[] =>
    names.map((name) => addAdam(step, gate, name, numbersOf(i)));
  const updated = [
    ...groups.flatMap(addGroup),
    ...Object.entries(moved).map(([name, ref]) => addMoved(step, gate, name, ref)),
  ];
  const settled = gate.settled(graph.add(doneNode('updated', updated)));
  const averaged = Object.keys(averages ?? {}).map((name) => addAverage(step, settled, name));
  return { feeds, end: graph.add(doneNode('end', [settled, ...averaged])) };
}
