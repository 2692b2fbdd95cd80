/** The two directions in which points vary most. */

const ROUNDS = 100;

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, v, i) => sum + v * (b[i] as number), 0);

const unit = (v: Float64Array): Float64Array => {
  const length = Math.sqrt(dot(v, v));
  return v.map((value) => value / length);
};

/** The covariance of points in rows, about their mean. */
function covarianceOf(rows: readonly Float64Array[]): readonly Float64Array[] {
  const size = (rows[0] as Float64Array).length;
  const covariance = Array.from({ length: size }, () => new Float64Array(size));
  for (const row of rows)
    for (const [i, line] of covariance.entries())
      for (let j = 0; j < size; j++)
        line[j] = (line[j] as number) + ((row[i] as number) * (row[j] as number)) / rows.length;
  return covariance;
}

/**
 * Places of points along their two principal components, by power iteration.
 *
 * @param points N × D, in rows
 * @param size D, at least 2
 */
export function principalComponents(
  points: Float32Array,
  size: number,
): readonly (readonly [number, number])[] {
  const count = points.length / size;
  const mean = new Float64Array(size);
  for (const [i, value] of points.entries()) mean[i % size] = (mean[i % size] as number) + value / count;
  const rows = Array.from({ length: count }, (_, n) =>
    Float64Array.from(mean, (centre, d) => (points[n * size + d] as number) - centre),
  );
  const covariance = covarianceOf(rows);
  const found: Float64Array[] = [];
  for (let component = 0; component < 2; component++) {
    let v = unit(Float64Array.from({ length: size }, (_, i) => 1 + Math.sin(i + component)));
    for (let round = 0; round < ROUNDS; round++) {
      const moved = Float64Array.from(covariance, (line) => dot(line, v));
      // Away from the directions that were found before.
      for (const other of found) {
        const share = dot(moved, other);
        for (const [i, value] of other.entries()) moved[i] = (moved[i] as number) - share * value;
      }
      v = unit(moved);
    }
    found.push(v);
  }
  return rows.map((row) => [dot(row, found[0] as Float64Array), dot(row, found[1] as Float64Array)]);
}
