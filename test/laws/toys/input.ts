/** A kind of raw input that the library lacks: texts, as their lengths. */
import type { InputKind, InputReader } from '../../../src/core/inputs/input';
import { textsOf } from '../../../src/core/inputs/textReader';
import { isCount, parse, parseRecord } from '../../../src/files/json';

/** JSON that says how they are read. */
interface ToyInput {
  readonly kind: 'toy';
  /** the length that is 1 in x */
  readonly most: number;
}

/** Its specification. */
export const TOY_INPUT: InputKind<ToyInput> = {
  parse(where, spec) {
    const { most } = parseRecord(where, 'input', spec, ['kind', 'most']);
    return { kind: 'toy', most: parse(where, 'input.most', most, 'a count', isCount) };
  },
  shapeOf: () => [1],
};

/** x = min(1, length / most). */
export const TOY_READER: InputReader<ToyInput> = {
  needed: 'a list of texts',
  isRaw: Array.isArray,
  read(where, name, { most }, raw) {
    const texts = textsOf(where, name, raw);
    return { x: Float32Array.from(texts, ({ length }) => Math.min(1, length / most)), count: texts.length };
  },
};
