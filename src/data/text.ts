/** Texts as a data set. */
import type { TextInput } from '../core/inputs/text';
import { textsOf, wordsIn } from '../core/inputs/textReader';
import { flag, integersFrom, number, readOptions, text as textRule } from '../core/options';
import { assertFittedAlone, type OwnDataOptions, type OwnDataset, ownDataRules, ownDataset } from './ownData';

/** How texts are read. */
export interface TextOptions extends OwnDataOptions {
  /** words of the vocabulary: the most frequent ones, by the number of texts that they are in; default 2000 */
  readonly size?: number;
  /** number of texts that a word must be in; default 2 */
  readonly minimum?: number;
  /** whether how often a word is in a text counts; default `false`: whether it is */
  readonly counts?: boolean;
  /** language of the texts, which says where words begin and end; default `'en'` */
  readonly locale?: string;
}

/** The words that are in most texts. */
function vocabulary(
  texts: readonly string[],
  { size, minimum, counts, locale }: Required<Pick<TextOptions, 'size' | 'minimum' | 'counts' | 'locale'>>,
): TextInput {
  const split = wordsIn('text', locale);
  const holding = new Map<string, number>();
  for (const one of texts)
    for (const word of new Set(split(one))) holding.set(word, (holding.get(word) ?? 0) + 1);
  const words = [...holding]
    .filter(([, held]) => held >= minimum && (counts || held < texts.length))
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, size)
    .map(([word]) => word);
  if (words.length === 0)
    throw new RangeError(
      `text: no word is in at least ${minimum} of ${texts.length} texts and missing in others, needed such words: lower minimum`,
    );
  return { kind: 'text', words, counts, locale };
}

/**
 * A data set of texts, as the words of a vocabulary that they hold.
 *
 *   x_w = 1 if word w is in the text, else 0        with counts: x_w = how often it is
 *
 * Words are lower-cased and divided by `Intl.Segmenter`, so that languages without spaces are read too. The vocabulary is the
 * words that are in most texts. Words that are in every text are not among them, unless they are counted. A model made for the data set keeps it, so
 * that `predict(model, newTexts)` takes texts; words that it does not know are passed over.
 *
 * Counts above 50 are seen by encoder and classifier as log(1 + x).
 *
 * @param texts a list of texts
 * @param options labels, names of classes, weights; size of the vocabulary, least number of texts of a word, counts, language
 * @returns a data set with `input`, `likelihood` (Bernoulli, or negative binomial for counts) and `notes`
 * @throws TypeError or RangeError when an entry is not a text, or no word is in enough texts
 * @example text(['Good day', 'good night', 'bad day', 'bad, bad'], { minimum: 2 }).shape // [3]
 */
export function text(texts: readonly string[], options: TextOptions = {}): OwnDataset {
  const {
    size,
    minimum,
    counts,
    locale,
    input: given,
    ...own
  } = readOptions('text', options, {
    ...ownDataRules('text'),
    size: number(integersFrom(1), 2000),
    minimum: number(integersFrom(1), 2),
    counts: flag(false),
    locale: textRule('en'),
  });
  assertFittedAlone('text', options, ['size', 'minimum', 'counts', 'locale']);
  const list = textsOf('text', 'texts', texts);
  if (list.length === 0) throw new RangeError('text: texts are empty, needed at least one');
  const input = given ?? vocabulary(list, { size, minimum, counts, locale });
  const dataset = ownDataset({ ...own, where: 'text', argument: 'texts', raw: texts, input, notes: [] });
  const width = input.words.length;
  const holdsNone = (n: number): boolean =>
    dataset.x.subarray(n * width, (n + 1) * width).every((value) => value === 0);
  const empty = list.filter((_, n) => holdsNone(n)).length;
  const notes = [
    `${width} words are read`,
    ...(empty > 0 ? [`${empty} of ${list.length} texts hold none of them`] : []),
  ];
  return { ...dataset, notes: [...notes, ...dataset.notes] };
}
