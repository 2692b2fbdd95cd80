/** What `columns`, `vectors`, `text` and `images` have in common: labels, weights and names beside raw inputs. */

import { describe } from '../core/describe';
import { MISSING_TEXTS, numberIn } from '../core/inputs/cells';
import { readInputs } from '../core/inputs/readers';
import { type InputSpec, parseInput, shapeOfInput } from '../core/inputs/registry';
import { optional, type Rule, text, texts, unchecked } from '../core/options';
import { type ClassLabels, readClasses } from './classLabels';
import { checkDataset, type Dataset } from './dataset';
import { likelihoodOfInput } from './inputLikelihood';

/** What raw inputs are given with. */
export interface OwnDataOptions {
  /**
   * the class of each example by its name: texts, numbers, true and false. Nothing (`null`, `undefined`, an empty text, NaN)
   * and −1 mean that it is not known; a list of names is a coarse label. Default: no class is known
   */
  readonly labels?: ClassLabels;
  /** the classes in their order, classes that no label names among them; default those of the labels, sorted */
  readonly classNames?: readonly string[];
  /** how much each example counts, at least 0; default 1 each */
  readonly weight?: ArrayLike<number>;
  /** what the set is called in tables and messages; default the name of the function */
  readonly name?: string;
  /**
   * how another data set or a model reads its inputs, `input` of either: these are then read in the same way. Default: it
   * is fitted to these
   */
  readonly input?: InputSpec;
}

/** A data set that knows how its inputs are read. */
export interface OwnDataset extends Dataset {
  readonly input: InputSpec;
  readonly likelihood: NonNullable<Dataset['likelihood']>;
  readonly notes: readonly string[];
}

/** A data set whose examples are files. */
export interface FilesDataset extends OwnDataset {
  readonly paths: readonly string[];
}

/** How the inputs are read: what another data set or model says, which must be of the same kind. */
export const inputRule =
  <Kind extends InputSpec['kind']>(kind: Kind): Rule<Extract<InputSpec, { kind: Kind }> | undefined> =>
  (where, name, given) => {
    if (given === undefined) return undefined;
    const input = parseInput(where, given);
    if (input.kind === kind) return input as Extract<InputSpec, { kind: Kind }>;
    throw new RangeError(`${where}: ${name}.kind is ${describe(input.kind)}, needed "${kind}"`);
  };

/**
 * Refuses options that say how inputs are read beside `input`, which says it.
 *
 * @param where name of the calling function, for the message
 * @param options as they were given
 * @param names of such options
 * @throws RangeError naming the first
 */
export function assertFittedAlone<Options extends { readonly input?: InputSpec }>(
  where: string,
  options: Options,
  names: readonly (keyof Options & string)[],
): void {
  const beside = options.input === undefined ? undefined : names.find((name) => options[name] !== undefined);
  if (beside !== undefined)
    throw new RangeError(
      `${where}: ${beside} is ${describe(options[beside])} beside input, needed one of the two: input says how the data are read`,
    );
}

/** How these options are read. */
export const ownDataRules = <Kind extends InputSpec['kind']>(name: Kind) => ({
  input: inputRule(name),
  labels: optional(unchecked<ClassLabels>()),
  classNames: optional(texts()),
  weight: optional(unchecked<ArrayLike<number>>()),
  name: text(name),
});

interface OwnDataParts {
  readonly where: string;
  /** the argument of raw inputs */
  readonly argument: string;
  readonly raw: unknown;
  readonly input: InputSpec;
  readonly notes: readonly string[];
  readonly labels?: ClassLabels | undefined;
  /** what the caller calls the labels */
  readonly labelsName?: string;
  /** texts that mean an unknown class */
  readonly missing?: readonly string[];
  readonly classNames?: readonly string[] | undefined;
  readonly weight?: ArrayLike<number> | undefined;
  readonly name: string;
}

/** The texts among labels that mean an unknown class, and could be one: NA is a country, and null a name. */
const textsOfMissing = (
  labels: ClassLabels,
  missing: readonly string[],
  classNames: readonly string[],
): readonly string[] => {
  const held = new Set(Array.from(labels, (label) => (typeof label === 'string' ? label.trim() : '')));
  return missing.filter((text) => held.has(text) && !classNames.includes(text));
};

/** What people and programs write where they know no class; it may be a class, too. */
const LIKE_UNKNOWN =
  /^([?.*-]*|\\n|-9+|unknown|missing|undefined|(un|not)labell?ed|none|nil|null|blank|empty|tbd|todo|nan|nat|n[./][ad]\.?|k\.a\.?)$/;

/** Whether a class may mean that none is known: `(null)`, `#NULL!` and `[null]` are read without their signs. */
const isLikeUnknown = (name: string): boolean =>
  LIKE_UNKNOWN.test(name.toLowerCase().replace(/[\s()<>[\]#!]/g, ''));

/** Two names of classes in one reading, in words: the first pair. */
const twinsOf = (
  names: readonly string[],
  read: (name: string) => string | number | undefined,
): string | undefined => {
  const seen = new Map<string | number | undefined, string>();
  for (const name of names) {
    const meant = read(name);
    const former = seen.get(meant);
    if (former !== undefined) return `${describe(former)} and ${describe(name)}`;
    if (meant !== undefined) seen.set(meant, name);
  }
  return undefined;
};

/** What the names of classes that nobody has declared make doubtful. */
function doubtsOf(names: readonly string[]): readonly string[] {
  const inCase = twinsOf(names, (name) => name.toLowerCase());
  const inNumber = twinsOf(names, numberIn);
  return [
    ...names
      .filter(isLikeUnknown)
      .map(
        (one) =>
          `a class is called ${describe(one)}: where it means that the class is not known, write nothing in its place`,
      ),
    ...(inCase ? [`classes ${inCase} differ only in their case`] : []),
    ...(inNumber ? [`classes ${inNumber} are one number: write it in one way where they are one class`] : []),
  ];
}

/** A data set of raw inputs and the labels beside them. */
export function ownDataset(parts: OwnDataParts): OwnDataset {
  const { where, argument, raw, input, notes, labels, labelsName = 'labels', missing, classNames } = parts;
  const { x, count } = readInputs(where, argument, input, raw);
  if (labels !== undefined && Number.isInteger(labels?.length) && labels.length !== count)
    throw new RangeError(
      `${where}: ${labelsName} has ${labels.length} entries, needed ${count}, one for each of ${argument}`,
    );
  const likelihood = likelihoodOfInput(input, x);
  const read =
    labels === undefined
      ? { classes: Math.max(1, classNames?.length ?? 1), ...(classNames && { classNames }) }
      : readClasses(where, labelsName, labels, { classNames, ...(missing && { missing }) });
  const unsure =
    labels === undefined ? [] : textsOfMissing(labels, missing ?? MISSING_TEXTS, classNames ?? []);
  const told = [
    ...notes,
    ...unsure.map(
      (one) => `a label ${describe(one)} is read as unknown: where it is a class, classNames names it`,
    ),
    ...(classNames === undefined ? doubtsOf(read.classNames ?? []) : []),
  ];
  const dataset = checkDataset(
    where,
    'options',
    {
      ...read,
      name: parts.name,
      x,
      shape: shapeOfInput(input),
      input,
      notes: told,
      likelihood,
      ...(parts.weight !== undefined && { weight: parts.weight }),
    },
    labelsName,
  );
  return { ...dataset, input, notes: told, likelihood };
}
