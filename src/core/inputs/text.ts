/** Texts as words of a vocabulary: x has whether each word is in the text, or how often. */
import { isBoolean, isListOf, isString, parse, parseRecord } from '../../files/json';
import { describe } from '../describe';
import type { InputKind } from './input';

/** JSON that says how texts are read. */
export interface TextInput {
  /** name of the kind in the registry */
  readonly kind: 'text';
  /** the words of x, in its order */
  readonly words: readonly string[];
  /** whether x has how often a word is in the text; otherwise whether it is */
  readonly counts: boolean;
  /** language of the texts, which says where words begin and end */
  readonly locale: string;
}

/**
 * What divides texts of a language into words, as Unicode does.
 *
 * @throws RangeError when the locale is not a language tag
 */
export function segmenterOf(where: string, locale: string): Intl.Segmenter {
  try {
    return new Intl.Segmenter(locale, { granularity: 'word' });
  } catch (cause) {
    throw new RangeError(`${where}: locale is ${describe(locale)}, needed a language tag such as "en"`, {
      cause,
    });
  }
}

/** The specification of lists of texts. */
export const TEXT: InputKind<TextInput> = {
  parse(where, spec) {
    const { words, counts, locale } = parseRecord(where, 'input', spec, [
      'kind',
      'words',
      'counts',
      'locale',
    ]);
    const tag = parse(where, 'input.locale', locale, 'a language tag', isString);
    segmenterOf(where, tag);
    return {
      kind: 'text',
      words: parse(where, 'input.words', words, 'words', isListOf(isString)),
      counts: parse(where, 'input.counts', counts, 'true or false', isBoolean),
      locale: tag,
    };
  },
  shapeOf: ({ words }) => [words.length],
};
