/** The battery: every check that a model can be asked. */

import { describe } from '../core/describe';
import { messageOf } from '../core/messageOf';

import type { Model } from '../models/model';
import { batchChecks } from './batches';
import type { Check } from './check';
import { descriptionChecks } from './description';
import { type CheckedExamples, examplesFor } from './examples';
import { functionsOf, isClassifier, isGenerative, isPlainVae, isSemiSupervised } from './functions';
import { inputChecks } from './inputs';
import { memoryChecks } from './memory';
import { assertOptionsFit, type ModelChecksOptions, readModelChecksOptions } from './options';
import { purityChecks } from './purity';
import { savingChecks } from './saving';
import { shapeChecks } from './shapes';
import { freeQuietly, withSubject } from './subject';
import { trainingChecks } from './training';

/** One check, ready to be run. */
export interface ModelCheck {
  /** what must hold, as a sentence of which the model is the subject */
  readonly name: string;
  /** Resolves where it holds, and rejects with an Error that says what does not. */
  run(): Promise<void>;
}

const CHECKS: readonly Check[] = [
  ...descriptionChecks,
  ...shapeChecks,
  ...batchChecks,
  ...inputChecks,
  ...purityChecks,
  ...trainingChecks,
  ...savingChecks,
  ...memoryChecks,
];

const assertModel = (model: Model | undefined): void => {
  const needed = 'needed a Model: inputShape, variables, spec, dispose';
  if (typeof model !== 'object' || model === null)
    throw new TypeError(`modelChecks: create gives ${describe(model)}, ${needed}`);
  const { inputShape, classes, variables, dispose } = model;
  const isSize = (size: unknown): boolean => Number.isInteger(size) && (size as number) >= 1;
  if (!Array.isArray(inputShape) || inputShape.length === 0 || !inputShape.every(isSize))
    throw new TypeError(`modelChecks: the model's inputShape is ${describe(inputShape)}, ${needed}`);
  if (classes !== undefined && !isSize(classes))
    throw new TypeError(`modelChecks: the model's classes is ${describe(classes)}, ${needed}`);
  if (typeof variables !== 'object' || variables === null)
    throw new TypeError(`modelChecks: the model's variables are ${describe(variables)}, ${needed}`);
  if (typeof dispose !== 'function')
    throw new TypeError(`modelChecks: the model's dispose is ${describe(dispose)}, ${needed}`);
};

/**
 * The checks that a model can be asked, for any test framework: each may be registered as a test of its own.
 *
 * A model without functions gets those of any model. One with `classify` gets those of classifiers too. One with `embed`,
 * `generate` and `reconstruct` gets those of codes and examples, and with `infer` or `bound` those of the bound.
 * `docs/reliability.md` lists what each looks at. One model is made and freed here, to see which it is, so a backend must be
 * in place. Run the checks one after the other: some count tensors.
 *
 * @param create makes a model whose weights come from the seed it is given, and whose `dispose` frees all that was
 *   made; the objective must read the model that it is given, and no other
 * @param options objective; examples, variables that it leaves alone, tolerance
 * @returns names and functions, in a fixed order
 * @throws TypeError or RangeError naming the argument
 * @example for (const { name, run } of modelChecks((seed) => createM2({ inputShape: [4], classes: 2, seed }), { objective: semiSupervised() })) test(name, run)
 */
export function modelChecks<M extends Model>(
  create: (seed: number) => M,
  options: ModelChecksOptions<M>,
): readonly ModelCheck[] {
  if (typeof create !== 'function')
    throw new TypeError(
      `modelChecks: create is ${describe(create)}, needed a function of a seed that makes a model`,
    );
  const read = readModelChecksOptions(options);
  const { objective, untouched, tolerance } = read;
  const probe = create(1);
  let examples: CheckedExamples;
  let kinds: readonly (Check['of'] | undefined)[];
  try {
    assertModel(probe);
    assertOptionsFit(probe, read);
    examples = examplesFor(probe, read);
    kinds = [
      undefined,
      ...(functionsOf(probe).length > 0 ? ['functions' as const] : []),
      ...(isClassifier(probe) ? ['classifier' as const] : []),
      ...(isGenerative(probe) || isPlainVae(probe) ? ['generative' as const] : []),
      ...(isSemiSupervised(probe) || isPlainVae(probe) ? ['vae' as const] : []),
    ];
  } finally {
    freeQuietly(probe);
  }
  return CHECKS.filter(({ of }) => kinds.includes(of)).map((check) => ({
    name: check.name,
    run: () =>
      withSubject(create, { objective, examples, untouched, tolerance }, (subject) => check.run(subject)),
  }));
}

/**
 * Runs all checks of a model, and reports every one that fails.
 *
 * @param create as of {@link modelChecks}
 * @param options as of {@link modelChecks}
 * @returns names of the checks, all of which hold
 * @throws AggregateError whose message lists every check that failed, with its reason; `errors` holds what they threw
 * @throws TypeError or RangeError naming an argument that no check could use
 * @example await checkModel((seed) => createMine(seed), { objective: mine() })
 */
export async function checkModel<M extends Model>(
  create: (seed: number) => M,
  options: ModelChecksOptions<M>,
): Promise<readonly string[]> {
  const checks = modelChecks(create, options);
  const failures: { readonly name: string; readonly error: unknown }[] = [];
  for (const { name, run } of checks) {
    try {
      await run();
    } catch (error) {
      failures.push({ name, error });
    }
  }
  if (failures.length > 0) {
    const lines = failures.map(({ name, error }) => `- ${name}: ${messageOf(error)}`);
    throw new AggregateError(
      failures.map(({ error }) => error),
      `checkModel: ${failures.length} of ${checks.length} checks fail\n${lines.join('\n')}`,
    );
  }
  return checks.map(({ name }) => name);
}
