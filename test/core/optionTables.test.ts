import { describe, expect, expectTypeOf, it } from 'vitest';
import { createNoise, linearWarmup, type Noise, type ScalarOrSchedule } from '../../src';
import {
  ABOVE_0,
  AT_LEAST_0,
  BELOW_1,
  callable,
  checked,
  flag,
  integersFrom,
  noiseStream,
  number,
  oneOf,
  optional,
  readOptions,
  record,
  text,
  unchecked,
  withDefaults,
  withMethods,
} from '../../src/core/options';
import { schedule } from '../../src/core/schedules';

interface FryOptions {
  readonly eggs: number;
  readonly heat?: number;
  readonly pan?: 'iron' | 'steel';
  readonly salted?: boolean;
  readonly name?: string;
  readonly seasoning?: { readonly salt: number; readonly pepper?: number };
  readonly onDone?: (seconds: number) => void;
  readonly timer?: { wait(seconds: number): void };
  readonly noise?: Noise;
  readonly turns?: ScalarOrSchedule;
  readonly shape?: readonly number[];
}

const timer = { wait: () => undefined };

const read = (given: FryOptions) =>
  readOptions('fry', given, {
    eggs: number(integersFrom(1, 6)),
    heat: number(BELOW_1, 0.5),
    pan: oneOf(['iron', 'steel'], 'iron'),
    salted: flag(true),
    name: text('omelette'),
    seasoning: optional(record({ salt: number(AT_LEAST_0), pepper: number(ABOVE_0, 1) })),
    onDone: optional(callable()),
    timer: withMethods(['wait'], timer),
    noise: optional(noiseStream()),
    turns: schedule(AT_LEAST_0, 2),
    shape: unchecked([1]),
  });

const refusal = (given: object): string => {
  try {
    read(given as FryOptions);
    return 'nothing is refused';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

describe('a table of options', () => {
  it('fills in defaults where an option is left out or undefined', () => {
    const filled = {
      eggs: 2,
      heat: 0.5,
      pan: 'iron',
      salted: true,
      name: 'omelette',
      seasoning: undefined,
      onDone: undefined,
      timer,
      noise: undefined,
      turns: 2,
      shape: [1],
    };
    expect(read({ eggs: 2 })).toEqual(filled);
    expect(read({ eggs: 2, heat: undefined, pan: undefined, shape: undefined })).toEqual(filled);
    expect(Object.keys(read({ eggs: 2 }))).toEqual(Object.keys(filled));
  });

  it('keeps what is given', () => {
    const noise = createNoise(1);
    const onDone = () => undefined;
    const given: FryOptions = { eggs: 6, heat: 0, pan: 'steel', salted: false, name: '', onDone, noise };
    expect(read(given)).toMatchObject(given);
    expect(read({ eggs: 1, seasoning: { salt: 0 } }).seasoning).toEqual({ salt: 0, pepper: 1 });
  });

  it('types what it reads: no default leaves an option undefined', () => {
    const options = read({ eggs: 1, seasoning: { salt: 1 } });
    expectTypeOf(options.heat).toEqualTypeOf<number>();
    expectTypeOf(options.pan).toEqualTypeOf<'iron' | 'steel'>();
    expectTypeOf(options.onDone).toEqualTypeOf<((seconds: number) => void) | undefined>();
    expectTypeOf(options.noise).toEqualTypeOf<Noise | undefined>();
    expectTypeOf(options.shape).toExtend<readonly number[]>();
    expectTypeOf(options.seasoning?.pepper).toEqualTypeOf<number | undefined>();
  });

  it('has each name of the interface and no other, by its types', () => {
    const given: { readonly count: number; readonly sd?: number } = { count: 1 };
    const count = number(AT_LEAST_0);
    const never: readonly (() => unknown)[] = [
      // @ts-expect-error sd is missing
      () => readOptions('f', given, { count }),
      // @ts-expect-error sigma is not an option
      () => readOptions('f', given, { count, sd: count, sigma: count }).count,
      // @ts-expect-error count cannot be left out
      () => readOptions('f', given, { count: optional(count), sd: count }),
      // @ts-expect-error sd is a number
      () => readOptions('f', given, { count, sd: flag(true) }),
      // @ts-expect-error 'c' is not a choice
      () => oneOf(['a', 'b'], 'c'),
    ];
    expect(never).toHaveLength(5);
  });

  it.each<[object, string]>([
    [{}, 'RangeError: fry: eggs is undefined, needed an integer from 1 to 6'],
    [{ eggs: 7 }, 'RangeError: fry: eggs is 7, needed an integer from 1 to 6'],
    [{ eggs: 1, heat: 1 }, 'RangeError: fry: heat is 1, needed a number in [0, 1)'],
    [{ eggs: 1, heat: null }, 'RangeError: fry: heat is null, needed a number in [0, 1)'],
    [{ eggs: 1, pan: 'tin' }, 'RangeError: fry: pan is "tin", needed one of "iron", "steel"'],
    [{ eggs: 1, salted: 0 }, 'RangeError: fry: salted is 0, needed one of true, false'],
    [{ eggs: 1, name: 3 }, 'TypeError: fry: name is 3, needed a text'],
    [
      { eggs: 1, seasoning: { salt: -1 } },
      'RangeError: fry: seasoning.salt is -1, needed a finite number of at least 0',
    ],
    [
      { eggs: 1, seasoning: { salt: 1, curry: 1 } },
      'RangeError: fry: seasoning.curry is not an option, needed salt, pepper',
    ],
    [{ eggs: 1, seasoning: new Map() }, 'TypeError: fry: seasoning is Map, needed a plain object, { … }'],
    [{ eggs: 1, onDone: 3 }, 'TypeError: fry: onDone is 3, needed a function'],
    [{ eggs: 1, timer: {} }, 'TypeError: fry: timer is Object, needed an object with wait()'],
    [
      { eggs: 1, noise: createNoise },
      'TypeError: fry: noise is createNoise itself, needed what it makes: createNoise(…)',
    ],
    [
      { eggs: 1, turns: -1 },
      'RangeError: fry: turns is -1, needed a schedule or a finite number of at least 0',
    ],
    [
      { eggs: 1, turns: linearWarmup },
      'TypeError: fry: turns is linearWarmup itself, needed what it makes: linearWarmup({ … })',
    ],
    [{ eggs: 1, spoon: 1 }, 'RangeError: fry: spoon is not an option, needed eggs, heat, pan, salted, name'],
    [
      Promise.resolve({ eggs: 1 }),
      'TypeError: fry: options is Promise, needed a plain object, { … }: await it',
    ],
  ])('refuses %o', (given, message) => {
    expect(refusal(given)).toContain(message);
  });

  it('checks a schedule at each step', () => {
    const { turns } = read({ eggs: 1, turns: (step) => 2 - step });
    expect((turns as (step: number) => number)(2)).toBe(0);
    expect(() => (turns as (step: number) => number)(3)).toThrow(
      'fry: turns at step 3 is -1, needed a finite number of at least 0',
    );
  });

  it('fills in defaults without a check ahead of the call that checks', () => {
    const given: { readonly heat?: number; readonly salted?: boolean } = { heat: 7, salted: undefined };
    expect(withDefaults(given, { heat: number(BELOW_1, 0.5), salted: flag(true) })).toEqual({
      heat: 7,
      salted: true,
    });
  });

  it('checks a default as it checks what is given', () => {
    const rule = checked((_, name, value: number) => {
      if (value > 3) throw new RangeError(`${name} is ${value}`);
    }, 4);
    expect(() => readOptions('f', {} as { x?: number }, { x: rule })).toThrow('x is 4');
    expect(readOptions('f', { x: 1 } as { x?: number }, { x: rule })).toEqual({ x: 1 });
  });

  it('reads options without a prototype, and nothing from a changed Object.prototype', () => {
    expect(read(Object.assign(Object.create(null), { eggs: 3 })).eggs).toBe(3);
    const polluted = Object.prototype as { heat?: number };
    polluted.heat = 0.25;
    try {
      expect(read({ eggs: 1 }).heat).toBe(0.5);
    } finally {
      delete polluted.heat;
    }
  });
});
