/** Which predicted class stands for which true one, where training has not named them. */
import { indexOfLargest } from '../core/labels';
import { oneOf, readOptions } from '../core/options';
import { countPairs } from './confusionMatrix';

/** How predicted classes are assigned. */
export interface AssignClassesOptions {
  /**
   * `'one-to-one'` (default): each predicted class has a true class for itself, the assignment problem (Kuhn 1955);
   * `'many-to-one'`: each has the true class of most of its examples, so several may share one: for models of more classes
   * than there are
   */
  readonly mapping?: 'one-to-one' | 'many-to-one';
}

/** How they are read. */
export const assignmentRules = () => ({ mapping: oneOf(['one-to-one', 'many-to-one'], 'one-to-one') });

/**
 * The assignment of predicted classes to true ones that makes most predictions right.
 *
 *   one-to-one   a = argmax over permutations of Σ_k C_{a(k), k}      the Hungarian algorithm, exact
 *   many-to-one  a(k) = argmax_i C_ik, the first of them where several are; −1 where k is never predicted
 *
 *   C_ik = #{ n : y_n = i, ŷ_n = k }
 *
 * @param labels y, N class indices, all of them known
 * @param predictions ŷ, N class indices
 * @param classes K, of both: the larger number, where they differ
 * @param options the mapping
 * @returns K entries: the true class of each predicted one
 * @throws RangeError when the lengths differ, or an entry is not an integer from 0 to K − 1
 * @example assignClasses([0, 0, 1, 1], [1, 1, 0, 1], 2) // [1, 0]
 */
export function assignClasses(
  labels: ArrayLike<number | bigint>,
  predictions: ArrayLike<number | bigint>,
  classes: number,
  options: AssignClassesOptions = {},
): Int32Array {
  const { mapping } = readOptions('assignClasses', options, assignmentRules());
  return bestAssignment(countPairs('assignClasses', labels, predictions, classes), mapping);
}

/** The best assignment of the columns of a confusion matrix to its rows. */
export function bestAssignment(
  confusion: readonly (readonly number[])[],
  mapping: 'one-to-one' | 'many-to-one',
): Int32Array {
  const columns = confusion.map((_, k) => confusion.map((row) => row[k] as number));
  if (mapping === 'one-to-one') return hungarian(columns);
  return Int32Array.from(columns, (counts) => {
    const largest = indexOfLargest(counts);
    return (counts[largest] as number) > 0 ? largest : -1;
  });
}

/**
 * A permutation a with the largest Σ_k value[k][a(k)], in O(K³): rows enter one by one, each along the cheapest path that
 * moves the earlier ones (Kuhn 1955; the form with potentials).
 */
function hungarian(values: readonly (readonly number[])[]): Int32Array {
  const count = values.length;
  // Column `count` is where the path of a new row begins. Potentials keep cost − row − column at 0 or above.
  const rowPotential = new Float64Array(count);
  const columnPotential = new Float64Array(count + 1);
  const rowOf = new Int32Array(count + 1).fill(-1);
  for (let row = 0; row < count; row++) {
    const slack = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
    const before = new Int32Array(count).fill(count);
    const visited = new Uint8Array(count + 1);
    let column = count;
    rowOf[count] = row;
    while (rowOf[column] !== -1) {
      visited[column] = 1;
      const from = rowOf[column] as number;
      let next = -1;
      for (let j = 0; j < count; j++) {
        if (visited[j]) continue;
        const cost =
          -(values[from]?.[j] as number) - (rowPotential[from] as number) - (columnPotential[j] as number);
        if (cost < (slack[j] as number)) {
          slack[j] = cost;
          before[j] = column;
        }
        if (next === -1 || (slack[j] as number) < (slack[next] as number)) next = j;
      }
      const step = slack[next] as number;
      for (let j = 0; j <= count; j++) {
        if (visited[j]) {
          const of = rowOf[j] as number;
          rowPotential[of] = (rowPotential[of] as number) + step;
          columnPotential[j] = (columnPotential[j] as number) - step;
        } else if (j < count) slack[j] = (slack[j] as number) - step;
      }
      column = next;
    }
    while (column !== count) {
      const previous = before[column] as number;
      rowOf[column] = rowOf[previous] as number;
      column = previous;
    }
  }
  const assignment = new Int32Array(count);
  for (let j = 0; j < count; j++) assignment[rowOf[j] as number] = j;
  return assignment;
}
