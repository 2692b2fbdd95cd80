/** Runs a public function on valid and on damaged arguments: each call must keep its promise, or refuse clearly. */
import { memory } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createNoise } from '../../../src/core/noise';
import { damagedArguments } from './damage';
import type { Description } from './description';
import { isUnchanged, type MadeArguments, makeArguments, tensorsIn } from './drawn';

/** What came of many calls. */
export interface FunctionFigures {
  readonly runs: number;
  /** calls that gave the documented result */
  readonly results: number;
  /** calls that were refused as they should be */
  readonly refused: number;
  /** different refusals, numbers apart */
  readonly messages: number;
  /** of one call, in milliseconds of processor time: others may be busy too */
  readonly slowest: number;
}

const MILLISECONDS = 5000;

const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Words of an engine that speaks for itself. */
const HOST =
  /Cannot |is not a function|is not iterable|is not a constructor|undefined \(|Argument '|must be |Invalid |call stack|\bundefined's|Error in |\bNaN\b.*dtype/;

const faultOf = (error: unknown, begins: readonly string[]): string | undefined => {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const { message } = error;
  if (!begins.some((name) => message.startsWith(`${name}: `) || message.startsWith(`${name}.`)))
    return `${error.stack}`;
  if (!message.includes('needed') || HOST.test(message) || message.includes('\n') || message.length > 600)
    return `unclear: ${message}`;
  return undefined;
};

/** What a promise comes to; one that never settles is a fault, and would end a process without a word. */
const inTime = async (outcome: unknown): Promise<unknown> => {
  if (!(outcome instanceof Promise)) return outcome;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('never settled')), 2 * MILLISECONDS);
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Calls a function many times.
 *
 * @param name under which it is exported
 * @param description of it
 * @param runs number of calls
 * @param seed of the arguments
 * @throws Error showing the arguments of the first call that neither kept its promise nor was refused clearly
 */
export async function fuzzFunction(
  name: string,
  description: Description,
  runs: number,
  seed: number,
): Promise<FunctionFigures> {
  const { drawn, run, always, valid, share = 1 / 3, cheap = () => true, release } = description;
  const begins = [name, name.split('.').at(-1) as string, ...(description.begins ?? [])];
  const messages = new Set<string>();
  let [results, refused, slowest] = [0, 0, 0];

  const judge = async ({ values, tensors }: MadeArguments, intact: boolean): Promise<void> => {
    const call = values as never[];
    let result: unknown;
    try {
      result = await inTime(run(...call));
    } catch (error) {
      const fault = faultOf(error, begins);
      if (fault !== undefined) throw new Error(fault);
      if (intact) throw new Error(`refused valid arguments: ${error}`);
      refused++;
      const { message } = error as Error;
      messages.add(message.replaceAll(/"[^"]*"|\[[^\]]*\]|-?\d[\d.e+-]*|Infinity|NaN/g, '#'));
      return;
    }
    const own = [...new Set(tensorsIn(result))];
    try {
      if (own.some(({ id }) => tensors.some((input) => input.id === id)))
        throw new Error('the result holds a tensor that is the caller’s');
      await always?.(result as never, ...call);
      if (intact) await valid?.(result as never, ...call);
      results++;
    } finally {
      release?.(result as never);
      for (const tensor of own) tensor.dispose();
    }
  };

  const attempt = async (args: readonly unknown[], intact: boolean): Promise<void> => {
    const made = makeArguments(args);
    const before = memory().numTensors - made.tensors.filter(({ isDisposed }) => !isDisposed).length;
    const start = processorTime();
    try {
      await judge(made, intact);
      const took = processorTime() - start;
      slowest = Math.max(slowest, took);
      if (took > MILLISECONDS) throw new Error(`took ${Math.round(took)} ms`);
      if (!isUnchanged(args, made.values)) throw new Error('an argument was changed');
    } finally {
      for (const tensor of made.tensors) tensor.dispose();
    }
    const left = memory().numTensors - before;
    if (left !== 0) throw new Error(`${left} tensors stayed alive`);
  };

  const call = fc
    .tuple(drawn, fc.noBias(fc.nat()), fc.noBias(fc.nat(999)))
    .map(([args, fault, kind]) =>
      kind < 1000 * share
        ? { args, intact: true }
        : { args: damagedArguments(createNoise(fault), args), intact: false },
    )
    .filter(({ args, intact }) => intact || cheap(...(args as never[])));
  const { failed, counterexample, errorInstance } = await fc.check(
    fc.asyncProperty(call, ({ args, intact }) => attempt(args, intact)),
    { numRuns: runs, seed, endOnFailure: true },
  );
  if (failed)
    throw new Error(`${name}(${fc.stringify(counterexample?.[0].args).slice(1, -1)}): ${errorInstance}`);
  return { runs, results, refused, messages: messages.size, slowest };
}
