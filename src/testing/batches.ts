/** Batches of every size and make-up. */
import { messageOf } from '../core/messageOf';
import type { Model } from '../models/model';
import { predict } from '../models/predict';
import type { Check } from './check';
import { functionsOf, isClassifier, resultsOf } from './functions';
import { assertResults } from './shapes';
import { batchesOf, batchOf, covariatesAt, inputsOf, partsOf, ROWS, type Subject, trainOn } from './subject';
import { assertTerms, hasLosses, termsOf } from './terms';
import { difference, nonFiniteAmong, type Values, valuesOf, weightsOf } from './values';

const NONE = new Int32Array();

/** Trains on some of the examples, and refuses weights that are not finite then. */
async function assertTrains<M extends Model>(
  subject: Subject<M>,
  model: M,
  split: { readonly labeled: Int32Array; readonly unlabeled: Int32Array },
): Promise<void> {
  await trainOn(subject, model, { batches: batchesOf(subject, split) });
  const bad = nonFiniteAmong(await weightsOf(model));
  if (bad) throw new Error(`${bad} after training, needed finite weights`);
}

/** Takes batches without one part, or refuses them in so many words. */
const withoutPart = (absent: 'labeled' | 'unlabeled', name: string): Check => ({
  name,
  async run(subject) {
    const model = subject.make();
    const batch = batchOf(subject, { ...subject.examples, [absent]: 0 });
    let learns = false;
    try {
      learns = hasLosses(subject, termsOf(subject, model, batch));
    } catch (error) {
      const reason = messageOf(error);
      // No error of the language has this word, and every refusal of the library does.
      if (reason.includes('needed')) return;
      throw new Error(
        `without its ${absent} part a batch gives "${reason}", needed terms of the other part, or an error that says what is "needed"`,
        { cause: error },
      );
    }
    await assertTerms(subject, model, batch);
    if (learns) await assertTrains(subject, model, { ...partsOf(subject.examples), [absent]: NONE });
  },
});

/** The rows of an example: `count` of `of` in all. */
const rowsAmong = (values: Values, from: number, to: number, of: number): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, numbers]) => {
      const width = numbers.length / of;
      return [name, numbers.slice(from * width, to * width)];
    }),
  );

/** Checks of batches of every size and make-up. */
export const batchChecks: readonly Check[] = [
  {
    name: 'takes a batch of one',
    async run(subject) {
      const model = subject.make();
      await assertResults(subject, model, { rows: 1 });
      await assertTerms(subject, model, batchOf(subject, { labeled: 1, unlabeled: 1 }));
      const { labeled, unlabeled } = partsOf(subject.examples);
      const first = labeled.subarray(0, 1);
      // Of another domain, where examples have some: an objective that compares domains needs two.
      const domainOf = (i: number): string =>
        String(covariatesAt(subject.examples.dataset, Int32Array.of(i)).covariates);
      const other = unlabeled.find((i) => domainOf(i) !== domainOf(first[0] as number));
      await assertTrains(subject, model, {
        labeled: first,
        unlabeled: other === undefined ? unlabeled.subarray(0, 1) : Int32Array.of(other),
      });
    },
  },
  {
    name: 'takes a shorter last batch',
    async run(subject) {
      const model = subject.make();
      const { labeled, unlabeled } = subject.examples;
      for (const rows of [ROWS, 2, ROWS]) await assertResults(subject, model, { rows });
      for (const less of [0, 2, 0])
        await assertTerms(
          subject,
          model,
          batchOf(subject, { labeled: labeled - less, unlabeled: unlabeled - less }),
        );
      if (!isClassifier(model)) return;
      const inputs = inputsOf(subject, model);
      const covariates = await inputs.covariates?.data();
      await predict(model, Float32Array.from(await inputs.x.data()), {
        batchSize: ROWS - 2,
        ...(covariates && { covariates }),
      });
    },
  },
  {
    name: 'gives an example the same values in any batch',
    of: 'functions',
    async run(subject) {
      const model = subject.make();
      for (const f of functionsOf(model).filter(({ perExample }) => perExample)) {
        const valuesAt = async (from: number, to: number): Promise<Values> => {
          const results = resultsOf(f, inputsOf(subject, model, from, to));
          for (const result of Object.values(results)) subject.own(result);
          return valuesOf(results);
        };
        const whole = await valuesAt(0, ROWS);
        for (const [from, to] of [
          [0, 2],
          [ROWS - 2, ROWS],
        ] as const) {
          const found = difference(
            await valuesAt(from, to),
            rowsAmong(whole, from, to, ROWS),
            subject.tolerance,
          );
          if (found) throw new Error(`${found}, in a batch of ${to - from} and in one of ${ROWS}`);
        }
      }
    },
  },
  withoutPart('labeled', 'takes batches without labeled examples'),
  withoutPart('unlabeled', 'takes batches without unlabeled examples'),
  {
    name: 'trains where a class has no labeled example',
    async run(subject) {
      const { y } = subject.examples.dataset;
      const { labeled, unlabeled } = partsOf(subject.examples);
      const others = labeled.filter((i) => y[i] !== y[0]);
      await assertTrains(subject, subject.make(), {
        labeled: others.length > 0 ? others : labeled,
        unlabeled,
      });
    },
  },
];
