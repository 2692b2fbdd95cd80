/** A likelihood of counts with a variable of its own: a toy. */
import {
  add,
  cast,
  equal,
  exp,
  gather,
  mul,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tidy,
  variable,
  where,
} from '@tensorflow/tfjs-core';
import type { Likelihood } from '../../src/distributions/likelihood';

const MOST = 300;
const LOG_FACTORIALS: number[] = [0];
for (let n = 1; n < MOST; n++) LOG_FACTORIALS.push((LOG_FACTORIALS[n - 1] as number) + Math.log(n));

/** log p(x | l) = Σ_d x_d·(l_d + s) − e^{l_d + s} − log x_d!, with a shared log-scale s that is learned. */
export const poisson = (logScale = 0): Likelihood & { dispose(): void } => {
  const scale = tidy(() => variable(tensor1d([logScale])));
  const logRate = (l: Tensor): Tensor => add(l, scale);
  return {
    parameterShape: (valueShape) => valueShape,
    support: { min: 0, max: Number.POSITIVE_INFINITY, integers: true },
    bytes: 'counts',
    variables: { logScale: scale },
    logProb: (l, x) =>
      tidy(() => {
        // Natively NaN is no index.
        const index = cast(where(equal(x, x), x, 0), 'int32');
        const normalizer = gather(tensor1d(LOG_FACTORIALS), index);
        const each = sub(sub(mul(x, logRate(l)), exp(logRate(l))), normalizer);
        return sum<Tensor1D>(each, x.shape.map((_, axis) => axis).slice(1));
      }),
    mean: (l) => tidy(() => exp(logRate(l))),
    sample: (l) => tidy(() => exp(logRate(l))),
    dispose() {
      if (!scale.isDisposed) scale.dispose();
    },
  };
};
