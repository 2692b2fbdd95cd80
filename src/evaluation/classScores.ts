/** How well each class is found, from a confusion matrix. */

/** Scores of a class that has examples; each is 0 where it would be 0/0. */
export interface ClassScores {
  /** index of the class */
  readonly class: number;
  /** examples of it, at least 1 */
  readonly count: number;
  /** share of the examples predicted as the class that are of it, C_kk / Σ_i C_ik; 0 where none is predicted as it */
  readonly precision: number;
  /** share of its examples that are predicted as it, C_kk / Σ_j C_kj */
  readonly recall: number;
  /** 2 C_kk / (Σ_i C_ik + Σ_j C_kj), the harmonic mean of both */
  readonly f1: number;
}

/** Scores by class, and their means. */
export interface ClassSummary {
  /** scores of every class that has examples, by rising index */
  readonly byClass: readonly ClassScores[];
  /** mean F1 of the classes that have examples, 0 to 1 */
  readonly macroF1: number;
  /** mean recall of the classes that have examples, 0 to 1 */
  readonly balancedAccuracy: number;
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/**
 * Scores of the classes.
 *
 * @param confusion C, counts, K × K: a row for each true class, a column for each predicted one; at least one example
 */
export function classScores(confusion: readonly (readonly number[])[]): ClassSummary {
  const byClass = confusion.flatMap((row, k): ClassScores[] => {
    const count = total(row);
    if (count === 0) return [];
    const right = row[k] as number;
    const predicted = total(confusion.map((other) => other[k] as number));
    return [
      {
        class: k,
        count,
        precision: predicted === 0 ? 0 : right / predicted,
        recall: right / count,
        f1: (2 * right) / (predicted + count),
      },
    ];
  });
  const meanOf = (scores: readonly number[]): number => total(scores) / scores.length;
  return {
    byClass,
    macroF1: meanOf(byClass.map(({ f1 }) => f1)),
    balancedAccuracy: meanOf(byClass.map(({ recall }) => recall)),
  };
}
