/** Settings in the page's address, behind the #, so that a link shows the same run. */
import { DIGIT_BUDGETS, DIGITS_DEFAULTS, type DigitsSettings } from './digits/settings';
import {
  BUDGETS,
  classesOf,
  DEFAULTS,
  type Edit,
  METHODS,
  PLANE_SETS,
  type PlaneSettings,
} from './plane/settings';
import type { Backend } from './protocol';

/** Everything that an address says. */
export interface PageSettings {
  readonly plane: PlaneSettings;
  readonly digits: DigitsSettings;
  readonly backend: Backend;
}

const MOST_POINTS = 600;

const oneOf = <T extends string>(value: string | null, names: readonly T[], otherwise: T): T =>
  names.find((name) => name === value) ?? otherwise;

const numberOf = (value: string | null, allowed: (n: number) => boolean, otherwise: number): number => {
  const read = value === null || value === '' ? Number.NaN : Number(value);
  return Number.isInteger(read) && allowed(read) ? read : otherwise;
};

const isSeed = (n: number): boolean => n >= 0 && n < 1e6;

function editsOf(value: string | null, classes: number): readonly Edit[] {
  const pairs = (value ?? '').split('_').map((pair) => pair.split('.').map(Number));
  return pairs.flatMap(([point = -1, label = classes]) =>
    Number.isInteger(point) && point >= 0 && Number.isInteger(label) && label >= -1 && label < classes
      ? [[point, label] as const]
      : [],
  );
}

function pointsOf(value: string | null): readonly number[] {
  const numbers = (value ?? '')
    .split('_')
    .filter((part) => part !== '')
    .map((part) => Number(part) / 100);
  const finite = numbers.filter((n) => Math.abs(n) <= 3).slice(0, 2 * MOST_POINTS);
  return finite.slice(0, 2 * Math.floor(finite.length / 2));
}

/** The settings of an address; what it leaves out, or cannot be, is the default. */
export function readAddress(hash: string): PageSettings {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const set = oneOf(query.get('set'), PLANE_SETS, DEFAULTS.set);
  return {
    plane: {
      set,
      seed: numberOf(query.get('seed'), isSeed, DEFAULTS.seed),
      perClass: numberOf(query.get('labels'), (n) => BUDGETS.some((b) => b === n), DEFAULTS.perClass),
      left: oneOf(query.get('left'), METHODS, DEFAULTS.left),
      right: oneOf(query.get('right'), METHODS, DEFAULTS.right),
      edits: editsOf(query.get('changed'), classesOf(set)),
      own: set === 'own' ? pointsOf(query.get('points')) : [],
    },
    digits: {
      seed: numberOf(query.get('digitSeed'), isSeed, DIGITS_DEFAULTS.seed),
      perClass: numberOf(
        query.get('digitLabels'),
        (n) => DIGIT_BUDGETS.some((b) => b === n),
        DIGITS_DEFAULTS.perClass,
      ),
    },
    backend: oneOf(query.get('backend'), ['wasm', 'webgpu'], 'wasm'),
  };
}

/** The address of settings: what differs from the defaults, or nothing. */
export function writeAddress({ plane, digits, backend }: PageSettings): string {
  const query = new URLSearchParams();
  const put = (name: string, value: string | number, otherwise: string | number): void => {
    if (value !== otherwise) query.set(name, String(value));
  };
  put('set', plane.set, DEFAULTS.set);
  put('seed', plane.seed, DEFAULTS.seed);
  put('labels', plane.perClass, DEFAULTS.perClass);
  put('left', plane.left, DEFAULTS.left);
  put('right', plane.right, DEFAULTS.right);
  put('changed', plane.edits.map((edit) => edit.join('.')).join('_'), '');
  put('points', plane.own.map((value) => Math.round(100 * value)).join('_'), '');
  put('digitSeed', digits.seed, DIGITS_DEFAULTS.seed);
  put('digitLabels', digits.perClass, DIGITS_DEFAULTS.perClass);
  put('backend', backend, 'wasm');
  const text = query.toString();
  return text === '' ? '' : `#${text}`;
}
