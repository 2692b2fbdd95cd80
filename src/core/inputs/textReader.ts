/** Reads texts: finds the words of a vocabulary in each. */
import { isString } from '../../files/json';
import { describe } from '../describe';
import type { InputReader } from './input';
import { assertRoom } from './room';
import { segmenterOf, type TextInput } from './text';

/** Characters of a piece, about: the time that a segmenter takes grows with the square of them. */
const PIECE = 1024;

/** A text in pieces that end at white space; where there is none, as in Chinese, at punctuation, and else where the piece is full. */
function* piecesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const window = text.slice(from, from + 2 * PIECE);
    if (window.length <= PIECE) {
      yield window;
      return;
    }
    const behind = window.slice(PIECE);
    const end = [/\s/u, /\p{P}/u].map((cut) => behind.search(cut)).find((at) => at >= 0) ?? 0;
    // A character of two code units stays whole.
    const isLow = /[\uDC00-\uDFFF]/.test(window[PIECE + end] ?? '');
    const length = PIECE + end + (isLow ? 1 : 0);
    yield window.slice(0, length);
    from += length;
  }
}

/**
 * Words of a text, lower-cased: runs of letters and digits as Unicode divides them.
 *
 * @param locale BCP 47 tag of the language
 * @returns a function that gives the words of a text in their order
 * @throws RangeError when the locale is not a language tag
 */
export function wordsIn(where: string, locale: string): (text: string) => string[] {
  const segmenter = segmenterOf(where, locale);
  return (text) => {
    const words: string[] = [];
    for (const piece of piecesOf(text.normalize('NFKC').toLocaleLowerCase(locale)))
      for (const { segment, isWordLike } of segmenter.segment(piece)) if (isWordLike) words.push(segment);
    return words;
  };
}

/** Refuses anything but a list of texts. */
export function textsOf(where: string, name: string, given: unknown): readonly string[] {
  if (!Array.isArray(given))
    throw new TypeError(
      `${where}: ${name} is ${describe(given)}, needed a list of texts${isString(given) ? ', [text] for one' : ''}`,
    );
  for (let i = 0; i < given.length; i++)
    if (!isString(given[i]))
      throw new TypeError(`${where}: ${name}[${i}] is ${describe(given[i])}, needed a text`);
  return given;
}

/** Lists of texts. */
export const TEXT_READER: InputReader<TextInput> = {
  needed: 'a list of texts',
  isRaw: Array.isArray,
  read(where, name, { words, counts, locale }, raw) {
    const texts = textsOf(where, name, raw);
    const split = wordsIn(where, locale);
    const places = new Map(words.map((word, place) => [word, place]));
    const size = texts.length * words.length;
    const fewer = 'give a smaller size, or read texts in blocks, by lineBlocks and streamBatches';
    assertRoom(where, name, texts.length, words.length, fewer);
    // A byte of presence is value / 255.
    const x = counts ? new Float32Array(size) : new Uint8Array(size);
    for (const [n, text] of texts.entries())
      for (const word of split(text)) {
        const place = places.get(word);
        if (place === undefined) continue;
        const at = n * words.length + place;
        x[at] = counts ? (x[at] as number) + 1 : 255;
      }
    return { x, count: texts.length };
  },
};
