/** Refuses nets of the user that end in probabilities or variances, where logits and log-variances are read. */
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe } from '../core/describe';
import { createNoise } from '../core/noise';
import type { Likelihood, ParameterKind } from '../distributions/likelihood';
import { backendTraits } from '../host/backendTraits';
import { type Ending, endingsOf } from '../nets/endings';
import { runNet } from '../nets/runNet';
import { areProbabilities } from './probabilities';

/** What is read from an output, and which ends of it are a mistake. */
interface Reading {
  readonly needed: string;
  isWrong(ending: Ending): boolean;
}

const OF_CLASSES: Reading = {
  needed: 'logits of q(y|x), any real numbers, to which softmax is applied later',
  // Logits of one end alone still give any probabilities: only their differences count.
  isWrong: ({ min, max }) => Number.isFinite(min) && Number.isFinite(max),
};

/** What each kind of parameter is read as; a mean may have any ends, as data have. */
const OF_KIND: Readonly<Record<ParameterKind, Reading | undefined>> = {
  mean: undefined,
  logit: {
    needed: 'logits, any real numbers, to which the sigmoid or softmax is applied later',
    isWrong: ({ min, max }) => Number.isFinite(min) || Number.isFinite(max),
  },
  logMean: {
    needed: 'logarithms of means, below 0 too: without those no mean is below 1',
    isWrong: ({ min }) => min > -1,
  },
  logDispersion: {
    needed: 'logarithms of dispersions, below 0 too: without those no dispersion is below 1',
    isWrong: ({ min }) => min > -1,
  },
  logScale: {
    needed: 'logarithms of scales, below 0 too: without those no scale is below 1',
    isWrong: ({ min }) => min > -1,
  },
  logVar: {
    needed: 'log-variances, below 0 too: without those no variance is below 1',
    // One that goes down to -1, as tanh does, is taken for a bound on purpose.
    isWrong: ({ min }) => min > -1,
  },
};

const inWords = ({ min, max }: Ending): string => {
  const [from, to] = [Number(min.toFixed(2)), Number(max.toFixed(2))];
  if (Number.isFinite(min)) return Number.isFinite(max) ? `from ${from} to ${to}` : `at least ${from}`;
  return `at most ${to}`;
};

const assertEnding = (
  where: string,
  name: string,
  endings: readonly Ending[],
  reading: Reading | undefined,
): void => {
  const wrong = endings.find((ending) => reading?.isWrong(ending));
  if (wrong === undefined || reading === undefined) return;
  throw new RangeError(
    `${where}: nets.${name} ends in the layer ${describe(wrong.path)} (${wrong.activation}), whose values are ${inWords(wrong)}; needed ${reading.needed}: leave the ${wrong.activation} out`,
  );
};

/**
 * Refuses a classifier that gives two inputs probabilities, whatever its layers tell.
 *
 * Where a reading waits for a GPU nothing is run, as a model is made at once; `checkModel` looks at that too.
 */
const assertLogits = (
  where: string,
  { trunk, classifier }: Pick<EndedNets, 'trunk'> & { readonly classifier: LayersModel },
  inputShape: readonly number[],
): void => {
  if (!backendTraits().readsAtOnce) return;
  const logits = tidy(() => {
    const x = createNoise(0)
      .split('inputs')
      .uniform([2, ...inputShape]);
    return runNet<Tensor>(classifier, trunk ? runNet<Tensor>(trunk, x) : x).dataSync<'float32'>();
  });
  if (areProbabilities(logits, logits.length / 2))
    throw new RangeError(
      `${where}: nets.classifier gives probabilities, each row from 0 to 1 and of sum 1; needed ${OF_CLASSES.needed}: leave out what makes them sum to 1`,
    );
};

/** Nets whose outputs are read; a model without labels has no classifier. */
export interface EndedNets {
  readonly trunk?: LayersModel;
  readonly classifier?: LayersModel;
  readonly encoder: LayersModel;
  readonly decoder: LayersModel;
}

/**
 * Refuses a user's nets whose last activation the model would apply a second time, or that keep a variance above 1: a softmax
 * of a softmax raises no error in training, and is never confident.
 *
 * @param where name of the calling function, for the message
 * @param nets whose shapes have been looked at
 * @param likelihood whose `parameterKinds` say what the decoder's output is; without them the decoder is not checked
 * @param inputShape of one example
 * @throws RangeError naming the layer and what to leave out
 */
export function assertEndings(
  where: string,
  { trunk, classifier, encoder, decoder }: EndedNets,
  { parameterKinds = [] }: Likelihood,
  inputShape: readonly number[],
): void {
  if (classifier) {
    assertEnding(where, 'classifier', endingsOf(classifier, 0), OF_CLASSES);
    assertLogits(where, { ...(trunk && { trunk }), classifier }, inputShape);
  }
  assertEnding(where, 'encoder', endingsOf(encoder, 1), OF_KIND.logVar);
  const decoded = endingsOf(decoder, 0);
  const width = (decoder.outputs[0]?.shape.at(-1) as number) / parameterKinds.length;
  for (const [block, kind] of parameterKinds.entries()) {
    const isOfBlock = ({ columns }: Ending): boolean =>
      columns !== undefined && columns[0] < (block + 1) * width && columns[1] > block * width;
    const own = parameterKinds.length === 1 ? decoded : decoded.filter(isOfBlock);
    assertEnding(where, 'decoder', own, OF_KIND[kind]);
  }
}
