/**
 * What the labels say of examples that lie near them: labels that spread along nearest neighbors.
 *
 *   W_ij = 1 where i is among the 5 nearest of j, or j among those of i        S = D^(−1/2) W D^(−1/2),   D = diag(Σ_j W_ij)
 *   F ← 0.8·S F + 0.2·Y,   Y one-hot where the label is known, else 0          Zhou et al. 2004, "Learning with Local and Global Consistency"
 *   q(k|x_i) ∝ π_k F_ik / Σ_j F_jk                                              class masses: Zhu, Ghahramani and Lafferty 2003
 */
import {
  matMul,
  mean,
  mul,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
  topk,
} from '@tensorflow/tfjs-core';
import { sizeOf } from '../../core/shape';
import type { Dataset } from '../../data/dataset';
import { gatherInputs, gatherLabels } from '../../data/gather';
import type { SemiSupervisedVae } from '../../models/model';
import { shownBy, type Task } from './learn';

/** Nearest neighbors of each example. */
const NEAREST = 5;

/** Share that an example has of its neighbors; the rest is its label. */
const SHARE = 0.8;

/** After so many passes the rest is below 0.8⁵⁰ = 1.4e-5. */
const PASSES = 50;

/** Examples of the graph at most: further ones take the mean of their nearest in it. */
const MOST_EXAMPLES = 5000;

/** Values of them at most: 64 MiB. */
const MOST_VALUES = 2 ** 24;

/** Distances are computed for one part at a time, this much smaller than the graph. */
const CHUNKS = 20;

/** For each example, those that it is joined with. */
type Graph = readonly (readonly number[])[];

/** Predictions by neighbors. */
export interface Neighbors {
  /** q(y|x) of the examples of {@link shownBy}, in rows of K, where the labels of `labeled` alone are known */
  spread(labeled: Int32Array): Promise<Float32Array>;
}

/** Inputs in rows, [B, D]. */
const rowsOf = (data: Dataset, indices: Int32Array): Tensor2D =>
  tidy(() => reshape(gatherInputs(data, indices), [indices.length, sizeOf(data.shape)]));

/** For each of `rows` the `count` nearest of `among`, whose squared lengths are `squares`, as indices, nearest first. */
const nearestOf = async (
  rows: Tensor2D,
  { among, squares }: { readonly among: Tensor2D; readonly squares: Tensor },
  count: number,
): Promise<Int32Array> => {
  // −‖x − g‖² but for ‖x‖², which is the same for every g.
  const found = tidy(() => topk(sub(mul(matMul(rows, among, false, true), 2), squares), count).indices);
  try {
    return (await found.data()) as Int32Array;
  } finally {
    found.dispose();
  }
};

/** Joins each example with its nearest, and with those that it is among the nearest of. */
function joined(nearest: Graph): Graph {
  const graph = nearest.map((list) => [...list]);
  for (const [i, list] of nearest.entries())
    for (const j of list) if (!nearest[j]?.includes(i)) graph[j]?.push(i);
  return graph;
}

/** S F. */
function passed(graph: Graph, from: Float64Array, classes: number): Float64Array {
  const to = new Float64Array(from.length);
  for (const [i, list] of graph.entries())
    for (const j of list) {
      const weight = 1 / Math.sqrt(list.length * (graph[j]?.length ?? 1));
      for (let k = 0; k < classes; k++) {
        const at = i * classes + k;
        to[at] = (to[at] as number) + weight * (from[j * classes + k] as number);
      }
    }
  return to;
}

/** Rows that sum to 1, classes in the shares of `prior`; a row that no label reaches is the prior. */
function normalized(reached: Float64Array, prior: readonly number[]): Float64Array {
  const classes = prior.length;
  const masses = new Float64Array(classes);
  for (const [at, value] of reached.entries())
    masses[at % classes] = (masses[at % classes] as number) + value;
  const rows = reached.map((value, at) => {
    const mass = masses[at % classes] as number;
    return mass > 0 ? (value * (prior[at % classes] as number)) / mass : 0;
  });
  for (let start = 0; start < rows.length; start += classes) {
    const row = rows.subarray(start, start + classes);
    const total = row.reduce((all, value) => all + value, 0);
    for (let k = 0; k < classes; k++) row[k] = total > 0 ? (row[k] as number) / total : (prior[k] as number);
  }
  return rows;
}

/** Rows of K for the labels of some examples, by example; a coarse label is uniform over its classes. */
async function labelsOf(data: Dataset, labeled: Int32Array): Promise<ReadonlyMap<number, Float32Array>> {
  const labels = gatherLabels(data, labeled);
  try {
    const values = (await labels.data()) as Float32Array;
    return new Map(
      Array.from(labeled, (example, i) => [
        example,
        values.subarray(i * data.classes, (i + 1) * data.classes),
      ]),
    );
  } finally {
    labels.dispose();
  }
}

/** Places in `shown` of the examples of the graph: at most so many, those with labels first, either in a seeded order. */
const membersOf = ({ split, seed }: Pick<Task<never>, 'split' | 'seed'>, most: number): Int32Array => {
  const { labeled, unlabeled } = split;
  const noise = seed.split('neighbors');
  const places = [
    ...noise.split('labeled').permutation(labeled.length),
    ...noise
      .split('unlabeled')
      .permutation(unlabeled.length)
      .map((at) => at + labeled.length),
  ];
  return Int32Array.from(places.slice(0, most));
};

/** For each of `shown` the nearest members of the graph but itself, as places in `members`. */
async function nearestMembers(
  { data, signal }: Pick<Task<never>, 'data' | 'signal'>,
  shown: Int32Array,
  members: Int32Array,
): Promise<Graph> {
  const examples = members.map((place) => shown[place] as number);
  const { center, ...graph } = tidy(() => {
    const inputs = rowsOf(data, examples);
    // Distances of rows far from 0 would lose their digits.
    const center = mean<Tensor2D>(inputs, 0, true);
    const among = sub<Tensor2D>(inputs, center);
    return { center, among, squares: reshape(sum(square(among), 1), [1, -1]) };
  });
  try {
    const count = Math.min(NEAREST + 1, members.length);
    const placeOf = new Map(Array.from(members, (place, member) => [place, member]));
    const lists: number[][] = [];
    const size = Math.ceil(members.length / CHUNKS);
    for (let from = 0; from < shown.length; from += size) {
      signal?.throwIfAborted();
      const rows = tidy(() => sub<Tensor2D>(rowsOf(data, shown.subarray(from, from + size)), center));
      const found = await nearestOf(rows, graph, count).finally(() => rows.dispose());
      for (let at = 0; at < found.length; at += count) {
        const own = placeOf.get(lists.length);
        lists.push([...found.subarray(at, at + count)].filter((member) => member !== own).slice(0, NEAREST));
      }
    }
    return lists;
  } finally {
    for (const one of [center, graph.among, graph.squares]) one.dispose();
  }
}

/**
 * Finds the neighbors of the training examples of a fit: distances are those of the inputs, so their scales count.
 *
 * @param most examples of the graph; further ones take the mean of their nearest in it
 */
export async function neighborsOf<M extends SemiSupervisedVae>(
  task: Task<M>,
  most = Math.min(MOST_EXAMPLES, Math.max(1, Math.floor(MOST_VALUES / sizeOf(task.data.shape)))),
): Promise<Neighbors> {
  const { model, data, split } = task;
  const { classes } = data;
  const shown = shownBy(split);
  const members = membersOf(task, most);
  const lists = await nearestMembers(task, shown, members);
  const graph = joined(Array.from(members, (place) => lists[place] as readonly number[]));
  return {
    async spread(labeled) {
      const labels = await labelsOf(data, labeled);
      const known = new Float64Array(members.length * classes);
      for (const [member, place] of members.entries()) {
        const label = place < split.labeled.length ? labels.get(shown[place] as number) : undefined;
        if (label) known.set(label, member * classes);
      }
      let reached = known;
      for (let pass = 0; pass < PASSES; pass++)
        reached = passed(graph, reached, classes).map(
          (value, at) => SHARE * value + (1 - SHARE) * (known[at] as number),
        );
      const rows = normalized(reached, model.labelPrior);
      const probabilities = new Float32Array(shown.length * classes);
      for (const [place, list] of lists.entries())
        for (const member of list)
          for (let k = 0; k < classes; k++) {
            const at = place * classes + k;
            probabilities[at] =
              (probabilities[at] as number) + (rows[member * classes + k] as number) / list.length;
          }
      for (const [member, place] of members.entries())
        probabilities.set(rows.subarray(member * classes, (member + 1) * classes), place * classes);
      return probabilities;
    },
  };
}
