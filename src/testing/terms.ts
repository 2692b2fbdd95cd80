/** The terms of an objective, and of the objectives of phases. */
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Batch } from '../core/batch';
import { describe, formatShape } from '../core/describe';
import { createNoise } from '../core/noise';
import { atOnce } from '../core/notAsync';
import type { Model } from '../models/model';
import type { Objective } from '../models/objectives/objective';
import type { Subject } from './subject';
import { nonFiniteAmong, valuesOf } from './values';

const PARTS = ['labeled', 'unlabeled'] as const;

type Part = (typeof PARTS)[number];

/** The objective, or that of each phase behind its name. */
const objectivesOf = <M extends Model>({
  objective,
}: Subject<M>): readonly (readonly [string, Objective<M>])[] =>
  typeof objective === 'function'
    ? [['', objective]]
    : objective.map((phase) => [`${phase.name}.`, phase.objective] as const);

/** Terms as `phase.labeled.elbo`, each looked at by `see` first; nothing else stays alive. */
function collect<M extends Model>(
  subject: Subject<M>,
  model: M,
  batch: Batch,
  step: number,
  see: (name: string, term: Tensor, part: Part) => void,
): Readonly<Record<string, Tensor>> {
  const terms = tidy(() => {
    const named: Record<string, Tensor> = {};
    for (const [phase, objective] of objectivesOf(subject)) {
      const context = { step, noise: createNoise(7).split(step) };
      const found = atOnce('checkModel', 'the objective', objective(model, batch, context));
      if (typeof found !== 'object' || found === null)
        throw new Error(`the objective gives ${describe(found)}, needed named terms`);
      for (const part of PARTS) {
        for (const [name, term] of Object.entries(found[part] ?? {})) {
          const full = `${phase}${part}.${name}`;
          if (!Array.isArray(term?.shape))
            throw new Error(`${full} is ${describe(term)}, needed a tensor [B]`);
          see(full, term, part);
          named[full] = term.clone();
        }
      }
    }
    return named;
  });
  for (const term of Object.values(terms)) subject.own(term);
  return terms;
}

/**
 * Terms of a batch as `phase.labeled.elbo`, freed when the check ends.
 *
 * @param step that the objective is asked at
 */
export const termsOf = <M extends Model>(
  subject: Subject<M>,
  model: M,
  batch: Batch,
  step = 0,
): Readonly<Record<string, Tensor>> => collect(subject, model, batch, step, () => {});

/** The terms of the loss; the other terms are only reported. */
const LOSSES = ['labeled.objective', 'labeled.crossEntropy', 'unlabeled.objective'];

/** Whether every objective gives something to learn from: the trainer refuses a step without. */
export const hasLosses = <M extends Model>(
  subject: Subject<M>,
  terms: Readonly<Record<string, Tensor>>,
): boolean => objectivesOf(subject).every(([phase]) => LOSSES.some((name) => `${phase}${name}` in terms));

/** Refuses terms of a batch that are of another shape than [B] and scalar, of a part that is absent, or not finite. */
export async function assertTerms<M extends Model>(
  subject: Subject<M>,
  model: M,
  batch: Batch,
): Promise<void> {
  const terms = collect(subject, model, batch, 0, (name, { shape }, part) => {
    const rows = batch[part]?.x.shape[0];
    if (rows === undefined)
      throw new Error(`${name} is given, needed none, as the batch has no ${part} part`);
    if (shape.length > 1 || (shape.length === 1 && shape[0] !== rows))
      throw new Error(
        `${name} has shape ${formatShape(shape)}, needed [${rows}], a value for each example, or a scalar`,
      );
  });
  const bad = nonFiniteAmong(await valuesOf(terms));
  if (bad) throw new Error(`${bad}, needed finite terms`);
}
