/** Exponential moving averages of weights, for evaluation. */
import { tidy, type Variable } from '@tensorflow/tfjs-core';
import { assertInteger, assertMethods, plainOf } from '../../core/assert';
import { oneLine } from '../../core/describe';
import { meanShares, movedMean } from '../../core/movingMean';
import { BELOW_1, number, readOptions } from '../../core/options';
import { sharing } from '../../host/aliasOf';

/** Options of the moving average. */
export interface EmaOptions {
  /** share of the former average that each step keeps, in [0, 1); e.g. 0.999 averages over about the last 1000 steps */
  readonly decay: number;
}

/** The table of these options. */
export const emaRules = () => ({ decay: number(BELOW_1) });

/** Exponential moving averages of variables. */
export interface Ema {
  /** the averages, by the names of their variables; they belong to this object */
  readonly averages: Readonly<Record<string, Variable>>;
  /** Share of the former average that a step keeps. */
  decayAt(step: number): number;
  /** Moves the averages towards the weights that a step has left. */
  update(step: number): void;
  /** Runs work while the variables hold the averages. The weights are back when it ends, after an error too. */
  withAverages<T>(work: () => Promise<T>): Promise<T>;
  /** Copies the averages to the variables. */
  copyToVariables(): void;
  /** frees the averages */
  dispose(): void;
}

/** The variables that each average of `createEma` averages. */
const sourcesOf = /* @__PURE__ */ new WeakMap<object, readonly Variable[]>();

/**
 * Refuses an average of other variables than a model's, and one that has been disposed. An `Ema` of your own is not checked.
 *
 * @param where name of the calling function, for messages
 * @throws RangeError
 */
export function assertAveragesModel(
  where: string,
  ema: Ema,
  variables: Readonly<Record<string, Variable>>,
): void {
  const sources = sourcesOf.get(ema);
  if (sources === undefined) return;
  const own = new Set(Object.values(variables));
  if (!sources.every((source) => own.has(source)))
    throw new RangeError(`${where}: ema is of other variables, needed createEma(model.variables)`);
  assertAverages(where, ema.averages);
}

/** Refuses averages that have been disposed; those of an `Ema` of your own are its own to check. */
export function assertEmaLiving(where: string, ema: Ema): void {
  if (sourcesOf.has(ema)) assertAverages(where, ema.averages);
}

function assertAverages(where: string, averages: Ema['averages']): void {
  if (Object.values(averages).some((average) => average.isDisposed))
    throw new RangeError(`${where}: ema is disposed, needed a new createEma(model.variables)`);
}

/**
 * Share that the average keeps at a step. It grows with the steps, because the average would else remember the initial weights.
 *
 *   d_t = min(d, (1 + t) / (10 + t))
 */
export const decayAt = (decay: number, step: number): number => Math.min(decay, (1 + step) / (10 + step));

/**
 * Exponential moving average of variables, trainable or not (Polyak & Juditsky 1992; the decay of the first steps is
 * that of TensorFlow's `ExponentialMovingAverage`).
 *
 *   θ̄ ← d_t·θ̄ + (1 − d_t)·θ
 *
 * @param variables by name; the average begins with their values
 * @param options decay
 * @returns the average; dispose it when you are done
 * @throws RangeError when the decay is not in [0, 1), or a variable is disposed
 * @example const ema = createEma(model.variables, { decay: 0.999 }); // for trainingSteps(model, { …, ema })
 */
export function createEma(variables: Readonly<Record<string, Variable>>, options: EmaOptions): Ema {
  const { decay } = readOptions('createEma', options, emaRules());
  const named = Object.entries(plainOf('createEma', variables, 'variables'));
  for (const [name, source] of named) {
    assertMethods('createEma', `variables.${name}`, source, ['assign']);
    if (source.isDisposed)
      throw new RangeError(`createEma: variables.${oneLine(name)} is disposed, needed one that is not`);
  }
  const averages = Object.fromEntries(named.map(([name, source]) => [name, sharing(source)]));
  const copyToVariables = (): void => {
    assertAverages('copyToVariables', averages);
    for (const [name, source] of named) source.assign(averages[name] as Variable);
  };
  const ema: Ema = {
    averages,
    decayAt: (step) => decayAt(decay, step),
    update(step) {
      assertAverages('update', averages);
      assertInteger('update', 'step', step, 0);
      const shares = meanShares(decayAt(decay, step));
      tidy(() => {
        for (const [name, source] of named) {
          const average = averages[name] as Variable;
          average.assign(movedMean(average, source, shares));
        }
      });
    },
    async withAverages(work) {
      assertAverages('withAverages', averages);
      const weights = named.map(([, source]) => sharing(source));
      try {
        copyToVariables();
        return await work();
      } finally {
        for (const [i, [, source]] of named.entries()) source.assign(weights[i] as Variable);
        for (const weight of weights) weight.dispose();
      }
    },
    copyToVariables,
    dispose() {
      for (const average of Object.values(averages)) average.dispose();
    },
  };
  sourcesOf.set(
    ema,
    named.map(([, source]) => source),
  );
  return ema;
}
