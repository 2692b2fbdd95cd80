/** What a model's functions give: needed at once, as an async function would give a promise of it, and of the right shapes. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { assertFunction, recordOf } from '../core/assert';
import { atOnce } from '../core/notAsync';
import { assertShapes } from '../core/shape';
import { assertSpelling } from '../core/spelling';
import type { BoundContext, BoundTerms, LabelInference, SemiSupervisedVae, Vae } from './model';

/** Terms that every bound has, by their names. */
const TERMS = ['elbo', 'logLikelihood', 'latentKl'] as const satisfies readonly (keyof BoundTerms)[];

/** Refuses terms of a bound that are misspelled, or not one for each row. */
function checkedTerms(where: string, given: BoundTerms, rows: number): BoundTerms {
  const terms = recordOf(where, atOnce(where, "the model's bound", given), "what the model's bound gives");
  const what = "of the model's bound";
  assertSpelling(where, 'bound', terms, { known: [...TERMS, 'logWeight'], what: `a term ${what}` });
  assertShapes(
    where,
    Object.fromEntries(TERMS.map((name) => [`${name} ${what}`, [terms[name], `${rows}`, 'float32']])),
  );
  return terms;
}

/**
 * q(y|x) and the bound of a model with labels.
 *
 * @param where name of the calling function, for the message
 * @throws TypeError or RangeError when `infer`, or the bound that it gives, is async or gives tensors of other shapes
 */
export function inferred(
  where: string,
  model: Pick<SemiSupervisedVae, 'infer' | 'classes'>,
  x: Tensor,
  context: BoundContext,
): LabelInference {
  const given = atOnce(where, "the model's infer", model.infer(x, context));
  const found = recordOf(where, given, "what the model's infer gives");
  assertFunction(where, "bound of the model's infer", found.bound);
  assertShapes(where, {
    "labelLogits of the model's infer": [found.labelLogits, `${x.shape[0]} ${model.classes}`, 'float32'],
  });
  return {
    labelLogits: found.labelLogits,
    ...(found.features && { features: found.features }),
    bound: (y, options) => {
      const rows = y.shape.slice(0, -1).reduce((product, size) => product * size, 1);
      return checkedTerms(where, found.bound(y, options), rows);
    },
  };
}

/**
 * The bound of a model without labels.
 *
 * @param where name of the calling function, for the message
 * @throws TypeError or RangeError when `bound` is async or gives tensors of other shapes
 */
export const boundOf = (
  where: string,
  model: Pick<Vae, 'bound'>,
  x: Tensor,
  context: BoundContext,
): BoundTerms => checkedTerms(where, model.bound(x, context), x.shape[0] as number);
