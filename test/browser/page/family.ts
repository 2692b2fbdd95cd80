/** Steps of each model of the family. */
import {
  adversarial,
  createAdam,
  labelConditional,
  type Model,
  type Objective,
  type Phase,
  regularized,
  semiSupervised,
  train,
  unsupervised,
} from 'ssvae';
import {
  tinyAae,
  tinyAdgm,
  tinyBatches,
  tinyLadder,
  tinyM1,
  tinyM1M2,
  tinyM2,
  tinyMarginal,
  tinySdgm,
  tinyStacked,
  tinyToken,
} from '../../support/tiny';

/** Means of the terms by model, epoch after epoch. */
export type FamilyTerms = Readonly<Record<string, readonly number[]>>;

type Trained<M extends Model> = readonly [M, Objective<M> | readonly Phase<M>[]];

const optimized = () => regularized({ labelHandling: 'gumbel', mutualInformationWeight: 1 });

const makers: Readonly<Record<string, () => Trained<never>>> = {
  m2: () => [tinyM2(), optimized()] as never,
  vae: () => [tinyM1(), unsupervised()] as never,
  m1m2: () => [tinyM1M2(), semiSupervised()] as never,
  stacked: () => [tinyStacked(), semiSupervised()] as never,
  adgm: () => [tinyAdgm(), optimized()] as never,
  sdgm: () => [tinySdgm(), semiSupervised()] as never,
  ladder: () => [tinyLadder(), optimized()] as never,
  marginal: () => [tinyMarginal(), semiSupervised()] as never,
  token: () => [tinyToken(), labelConditional()] as never,
  aae: () => {
    const model = tinyAae();
    return [model, adversarial(model)] as never;
  },
};

/** Trains each model for some epochs of four steps. */
export async function familyInPage(epochs: number): Promise<FamilyTerms> {
  const found: Record<string, readonly number[]> = {};
  for (const [name, make] of Object.entries(makers)) {
    const [model, objective] = make() as unknown as Trained<Model>;
    const phases = Array.isArray(objective) ? (objective as readonly Phase<Model>[]) : [];
    const optimizer = phases.length === 0 ? createAdam({ learningRate: 1e-3 }) : undefined;
    const { history, step } = await train(model as never, {
      objective: objective as never,
      batches: tinyBatches(),
      ...(optimizer && { optimizer }),
      epochs,
      seed: 3,
      onWarning: () => undefined,
    });
    if (step !== 4 * epochs) throw new Error(`${name} ends after ${step} steps`);
    found[name] = history.flatMap(({ epoch: _, step: __, seconds: ___, ...terms }) => Object.values(terms));
    for (const one of [optimizer, ...phases.map((phase) => phase.optimizer)]) one?.dispose?.();
    (model as Model).dispose();
  }
  return found;
}
