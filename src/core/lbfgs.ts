/** Minimization of smooth functions of few numbers, on the host in float64. */

/** A function's value and slope at a point. */
export interface ValueAndSlope {
  readonly value: number;
  readonly slope: Float64Array;
}

const MEMORY = 10;
const MOST_ITERATIONS = 1000;
const MOST_TRIALS = 40;

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

const plus = (a: Float64Array, b: Float64Array, times: number): Float64Array =>
  a.map((value, i) => value + times * (b[i] as number));

/**
 * L-BFGS (Nocedal & Wright 2006, Algorithm 7.5), steps by bisection to the weak Wolfe conditions.
 *
 * @param at value and slope of a convex function that has a minimum
 * @param start where to begin
 * @param tolerance the largest entry that the slope may have at the end
 * @returns where the slope is that small, or float64 finds no lower value
 */
export function minimize(
  at: (point: Float64Array) => ValueAndSlope,
  start: Float64Array,
  tolerance = 1e-9,
): Float64Array {
  let [point, here] = [start, at(start)];
  const moves: { readonly step: Float64Array; readonly change: Float64Array; readonly rate: number }[] = [];
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    if (here.slope.every((entry) => Math.abs(entry) <= tolerance)) break;
    // The product of the approximate inverse Hessian and the slope, by the two loops.
    let direction: Float64Array = here.slope.map((entry) => -entry);
    const shares = moves.map(() => 0);
    for (const [i, { step, change, rate }] of [...moves.entries()].reverse()) {
      shares[i] = rate * dot(step, direction);
      direction = plus(direction, change, -(shares[i] as number));
    }
    const newest = moves.at(-1);
    const size = newest
      ? 1 / (newest.rate * dot(newest.change, newest.change))
      : 1 / Math.max(1, Math.sqrt(dot(direction, direction)));
    direction = direction.map((entry) => size * entry);
    for (const [i, { step, change, rate }] of moves.entries())
      direction = plus(direction, step, (shares[i] as number) - rate * dot(change, direction));

    const descent = dot(here.slope, direction);
    let [length, least, most] = [1, 0, Number.POSITIVE_INFINITY];
    let [next, there] = [point, here];
    for (let trial = 0; trial < MOST_TRIALS; trial++) {
      const ahead = plus(point, direction, length);
      const tried = at(ahead);
      if (!(tried.value <= here.value + 1e-4 * length * descent)) most = length;
      else {
        [next, there] = [ahead, tried];
        if (dot(tried.slope, direction) >= 0.9 * descent) break;
        least = length;
      }
      length = most === Number.POSITIVE_INFINITY ? 2 * length : (least + most) / 2;
    }
    if (there.value >= here.value) break;
    const [step, change] = [plus(next, point, -1), plus(there.slope, here.slope, -1)];
    const curvature = dot(step, change);
    if (curvature > 0) moves.push({ step, change, rate: 1 / curvature });
    if (moves.length > MEMORY) moves.shift();
    [point, here] = [next, there];
  }
  return point;
}
