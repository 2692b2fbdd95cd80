/** The parts of a batch in one pass of the nets, where the nets treat every example by itself. */
import { concat, slice, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Gaussian } from '../../distributions/gaussian';
import type { Pass } from '../../nets/pass';
import { repeatRows } from '../../objectives/everyLabel';
import type { Inference, M2 } from './m2';

/** One part of a batch on its way through the nets. */
export interface PartPass extends Inference {
  /**
   * Asks for log p(x|z,y) of each row of labels, and gives a function that tells it: what all parts have asked for by
   * then is decoded at once.
   */
  logLikelihood(z: Tensor, y: Tensor): () => Tensor1D;
}

/** Inputs of a part, and how its pass is run. */
export interface Part {
  readonly x: Tensor;
  readonly pass: Pass;
}

const rowsOf = (x: Tensor): number => x.shape[0] as number;

const observed = (x: Tensor, y: Tensor): Tensor => {
  const times = rowsOf(y) / rowsOf(x);
  return times === 1 ? x : repeatRows(x, times);
};

/** A part in a pass of its own. */
const alone = (model: M2, { x, pass }: Part): PartPass => ({
  ...model.infer(x, pass),
  logLikelihood: (z, y) => {
    const found = model.likelihood.logProb(model.decode(z, y, pass), observed(x, y));
    return () => found;
  },
});

/** Rows of a tensor that belong to each part. */
const rowsApart = <T extends Tensor>(all: T, counts: readonly number[]): T[] => {
  let from = 0;
  return counts.map((count) => {
    const own = slice(all, from, count);
    from += count;
    return own;
  });
};

/** All parts in one pass: each product with a net's weights is made once, and so is its gradient. */
const together = (model: M2, parts: readonly Part[]): PartPass[] => {
  const counts = parts.map(({ x }) => rowsOf(x));
  const { pass } = parts[0] as Part;
  const { labelLogits, posterior } = model.infer(
    concat(
      parts.map(({ x }) => x),
      0,
    ),
    pass,
  );
  const logits = rowsApart<Tensor2D>(labelLogits, counts);
  const firstRow = (part: number): number => counts.slice(0, part).reduce((sum, count) => sum + count, 0);
  let shared: readonly Gaussian[] | undefined;
  const posteriors = (): readonly Gaussian[] => {
    if (shared === undefined) {
      const { mean, logVar } = posterior();
      const logVars = rowsApart(logVar, counts);
      shared = rowsApart(mean, counts).map((own, i) => ({ mean: own, logVar: logVars[i] as Tensor }));
    }
    return shared;
  };
  interface Request {
    readonly x: Tensor;
    readonly z: Tensor;
    readonly y: Tensor;
    value?: Tensor1D;
  }
  const requests: Request[] = [];
  const decodeAll = (): void => {
    const open = requests.filter(({ value }) => value === undefined);
    const inputs = (which: (request: Request) => Tensor): Tensor =>
      open.length === 1 ? which(open[0] as Request) : concat(open.map(which), 0);
    const decoded = model.decode(
      inputs(({ z }) => z),
      inputs(({ y }) => y),
      pass,
    );
    const all = model.likelihood.logProb(
      decoded,
      inputs(({ x, y }) => observed(x, y)),
    );
    const values = rowsApart(
      all,
      open.map(({ y }) => rowsOf(y)),
    );
    for (const [i, request] of open.entries()) request.value = values[i] as Tensor1D;
  };
  return parts.map((part, i) => ({
    labelLogits: logits[i] as Tensor2D,
    posterior: (y) =>
      // Labels of the parts come one to an example in one, and K to an example in the other.
      model.encoderSeesLabel
        ? posterior(y, [firstRow(i), counts[i] as number])
        : (posteriors()[i] as Gaussian),
    logLikelihood(z, y) {
      // A code for several labels stands beside its labels in a pass of its own.
      if (rowsOf(z) !== rowsOf(y)) {
        const found = model.likelihood.logProb(model.decode(z, y, part.pass), observed(part.x, y));
        return () => found;
      }
      const request: Request = { x: part.x, z, y };
      requests.push(request);
      return () => {
        if (request.value === undefined) decodeAll();
        return request.value as Tensor1D;
      };
    },
  }));
};

/**
 * The passes of a batch's parts: one for all of them where the nets treat every example by itself, else one for each.
 *
 * @param model whose nets are run
 * @param parts of the batch, one or two; in a common pass the first one's choices hold
 * @returns a pass for each part, in their order
 */
export const passesOf = (model: M2, parts: readonly Part[]): PartPass[] =>
  parts.length > 1 && model.examplesApart ? together(model, parts) : parts.map((part) => alone(model, part));
