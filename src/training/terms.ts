/** The terms that an objective returns: their names, checks, copies and disposal. */
import { keep, type Tensor } from '@tensorflow/tfjs-core';
import { assertName, assertOneOf } from '../core/assert';
import type { Batch } from '../core/batch';
import { describe, formatShape, oneLine } from '../core/describe';
import { assertNotAsync } from '../core/notAsync';
import { assertSpelling } from '../core/spelling';
import type { ObjectiveTerms, Terms } from '../models/objectives/objective';

/** Terms of both parts, as `part.name`. */
export const namedTerms = ({ labeled, unlabeled }: ObjectiveTerms): (readonly [string, Tensor])[] =>
  Object.entries({ labeled, unlabeled }).flatMap(([part, terms]) =>
    Object.entries(terms ?? {}).map(([name, term]) => [`${part}.${name}`, term] as const),
  );

/** Refuses terms that are neither [B] nor a scalar: their mean would look like a mean over examples. */
export const assertTerms = (terms: ObjectiveTerms, batch: Batch): void => {
  if (typeof terms !== 'object' || terms === null || Array.isArray(terms) || 'dataId' in terms)
    throw new TypeError(
      `train: the objective gives ${describe(terms)}, needed terms, as { labeled: { objective } }${typeof terms === 'function' ? ': hand over the function that it gives' : ''}`,
    );
  for (const [part, named] of Object.entries(terms)) {
    assertOneOf('train', 'a part of what the objective gives', part, ['labeled', 'unlabeled']);
    if (named === undefined) continue;
    if (typeof named !== 'object' || named === null || Array.isArray(named.shape))
      throw new TypeError(`train: the objective's ${part} is ${describe(named)}, needed terms by name`);
    assertNotAsync('train', `the objective's ${part}`, named);
    assertSpelling('train', `the objective's ${part}`, named, {
      known: ['objective', 'crossEntropy'],
      what: 'a term of the loss',
    });
    const count = batch[part as keyof Batch]?.x.shape[0];
    for (const [name, term] of Object.entries(named as Terms)) {
      assertName('train', `a term of the objective's ${part}`, name);
      if (!Array.isArray(term?.shape))
        throw new TypeError(
          `train: the objective's ${part}.${oneLine(name)} is ${describe(term)}, needed a tensor [B]`,
        );
      if (term.isDisposed)
        throw new RangeError(
          `train: the objective's ${part}.${oneLine(name)} is disposed, needed a living tensor`,
        );
      const [rows = count] = term.shape;
      if (term.shape.length > 1 || (count !== undefined && rows !== count))
        throw new RangeError(
          `train: the objective's ${part}.${oneLine(name)} has shape ${formatShape(term.shape)}, needed one value per example, [${count ?? 'B'}]`,
        );
    }
  }
};

/** Copies of the terms: a term may be a variable of the model, or a tensor that the objective made once. */
export const keepCopies = (terms: ObjectiveTerms): ObjectiveTerms =>
  Object.fromEntries(
    Object.entries(terms).map(([part, named]: [string, Terms | undefined]) => [
      part,
      named && Object.fromEntries(Object.entries(named).map(([name, term]) => [name, keep(term.clone())])),
    ]),
  );

/** Disposes a step's terms. */
export function disposeTerms(terms: ObjectiveTerms): void {
  for (const [, term] of namedTerms(terms)) term.dispose();
}
