/** Options of the battery. */
import { assertFunction, recordOf } from '../core/assert';
import { describe, formatShape } from '../core/describe';
import { isUnknown } from '../core/labels';
import { checked, NOT_BELOW_0, number, optional, readOptions, unchecked } from '../core/options';
import { assertNoMaker } from '../core/uncalled';
import type { Dataset } from '../data/dataset';
import type { Model } from '../models/model';
import type { Objective, Phase } from '../models/objectives/objective';

/** How a model is checked. */
export interface ModelChecksOptions<M extends Model> {
  /** what the model is trained to maximize, or its phases */
  readonly objective: Objective<M> | readonly Phase<M>[];
  /**
   * examples to check on, of which a few are taken whose class is known; at least 8, and best some of every class.
   * Default: drawn, from a seed, within the support of the model's likelihood; from 0 to 1 where it tells none
   */
  readonly examples?: Dataset;
  /**
   * names of trainable variables that the objective leaves as they are, or what such names begin with, as
   * `['encoder/', 'decoder/']` for `supervised()`; default none: training must move every one
   */
  readonly untouched?: readonly string[];
  /**
   * how far values may stray, relative to the larger of 1 and the value: of an example in batches of several sizes, and
   * of two like runs on a backend that does not repeat itself to the bit. Default 1e-4, which is ours
   */
  readonly tolerance?: number;
}

/** Fewer would leave no batch of either kind. */
const LEAST = 8;

const where = 'modelChecks';

const assertObjective = (_: string, name: string, objective: unknown): void => {
  assertNoMaker(where, name, objective);
  if (typeof objective !== 'function' && !(Array.isArray(objective) && objective.length > 0))
    throw new TypeError(
      `${where}: ${name} is ${describe(objective)}, needed a function such as semiSupervised(), or phases`,
    );
  for (const [i, phase] of (typeof objective === 'function'
    ? []
    : (objective as readonly unknown[])
  ).entries())
    assertFunction(
      where,
      `objective[${i}].objective`,
      recordOf(where, phase as { objective?: unknown }, `objective[${i}]`).objective,
    );
};

/** The options, each by itself; {@link assertOptionsFit} checks that they fit the model. */
export const readModelChecksOptions = <M extends Model>(options: ModelChecksOptions<M>) =>
  readOptions(where, options, {
    objective: checked<ModelChecksOptions<M>['objective']>(assertObjective),
    examples: optional(unchecked<Dataset>()),
    untouched: unchecked<readonly string[]>([]),
    tolerance: number(NOT_BELOW_0, 1e-4),
  });

/**
 * Refuses options that no check of a model could use.
 *
 * @param model one that was made
 * @throws RangeError naming the option
 */
export function assertOptionsFit<M extends Model>(
  model: M,
  { examples, untouched }: Pick<ReturnType<typeof readModelChecksOptions<M>>, 'examples' | 'untouched'>,
): void {
  for (const [i, start] of untouched.entries()) {
    if (!Object.keys(model.variables).some((name) => name.startsWith(start)))
      throw new RangeError(
        `${where}: untouched[${i}] is ${describe(start)}, needed the beginning of a variable's name: ${Object.keys(model.variables).join(', ')}`,
      );
  }
  if (examples === undefined) return;
  const [came, needed] = [examples, model].map((one) =>
    'shape' in one ? formatShape(one.shape) : formatShape(one.inputShape),
  );
  if (came !== needed)
    throw new RangeError(
      `${where}: examples have the shape ${came}, needed ${needed}, the model's inputShape`,
    );
  if (model.classes !== undefined && examples.classes !== model.classes)
    throw new RangeError(
      `${where}: examples have ${examples.classes} classes, needed ${model.classes}, the model's classes`,
    );
  if (examples.count < LEAST)
    throw new RangeError(`${where}: examples are ${examples.count}, needed at least ${LEAST}`);
  if (examples.y.every((label) => isUnknown(label)))
    throw new RangeError(`${where}: examples have no known class, needed some to take`);
}
