/** The journal of a search: its finished runs, kept in a storage, so that a second call does not repeat them. */
import { oneLine } from '../../core/describe';
import { crc32 } from '../../files/crc32';
import { firstDifference, shown } from '../../files/difference';
import {
  brief,
  canonical,
  type Is,
  isBoolean,
  isFiniteNumber,
  isListOf,
  isRecord,
  isRecordOf,
  isString,
  type Json,
  own,
  parse,
  parseRecord,
  parseStoredJson,
} from '../../files/json';
import { claimFor, contentOf, type Storage } from '../../files/storage';
import type { SearchOutcome } from './runs';
import type { Judged } from './score';

/** What runs must share to be compared. */
export type Identity = Readonly<Record<string, Json>>;

/** Finished runs by what they did. */
export interface Journal {
  /** The outcome of a run, done now or before. */
  outcomeOf(run: Json, work: () => Promise<SearchOutcome>): Promise<SearchOutcome>;
  /** Gives the storage back. */
  close(): Promise<void>;
}

/** Rounding may lift the logarithm of a probability of 1. */
const isLogProb: Is<number> = (value): value is number => isFiniteNumber(value) && value <= 1e-5;

const isJudged: Is<Judged> = (value): value is Judged =>
  isRecord(value) && isListOf(isLogProb)(value.logProbs) && isBoolean(value.right);

/** Checksum of a value: of the runs, of an identity. */
export const checksumOf = (value: unknown): string =>
  crc32(new TextEncoder().encode(canonical(value)))
    .toString(16)
    .padStart(8, '0');

/** What a run gives, done here or elsewhere. */
export const isOutcome: Is<SearchOutcome> = (value): value is SearchOutcome =>
  isRecord(value) &&
  ((isListOf(isJudged)(value.judged) && value.judged.length > 0) || isString(value.failed));

/** What else may have changed where a part differs. */
const HINTS: Readonly<Record<string, string>> = {
  data: ' (or the split differs)',
  'model.initialWeights':
    ' (initializeNet draws the weights of your own nets from the seed that createModel gets)',
};

/** Refuses the runs of another search. */
const assertSame = (where: string, found: Readonly<Record<string, unknown>>, identity: Identity): void => {
  for (const [name, ours] of Object.entries(identity)) {
    const different = firstDifference(name, ours, own(found, name));
    if (different === undefined) continue;
    const { path } = different;
    const hint = own(HINTS, path) ?? '';
    throw new RangeError(
      `${where}: ${oneLine(path)} is ${shown(different.ours)} in this search and ${shown(different.theirs)} in the stored one, needed the same to go on${hint}; another search needs another place`,
    );
  }
};

/** The runs that a storage holds. */
const read = async (
  where: string,
  storage: Storage,
  identity: Identity,
): Promise<Readonly<Record<string, SearchOutcome>>> => {
  const bytes = await contentOf(where, storage);
  if (bytes === undefined) return {};
  const text = new TextDecoder().decode(bytes);
  const value = parseStoredJson(where, 'its content', text);
  if (!isRecord(value))
    throw new RangeError(
      `${where} begins with ${brief(text)}, needed the file of a search: remove it, or search with another storage`,
    );
  const file = parseRecord(where, 'its content', value, ['search', 'runs', 'crc32']);
  const found = checksumOf(file.runs);
  if (found !== file.crc32)
    throw new RangeError(
      `${where}: the checksum is ${found}, the file says ${shown(file.crc32)}; the file is damaged: remove it, or search with another storage`,
    );
  assertSame(where, parse(where, 'search', file.search, 'a record', isRecord), identity);
  return parse(where, 'runs', file.runs, 'the outcomes of runs by name', isRecordOf(isOutcome));
};

/**
 * Opens a journal.
 *
 * @param storage that holds it; without one, it lives as long as the search
 * @param identity of the search
 * @throws RangeError naming what differs, where the storage holds another search
 */
export async function openJournal(storage: Storage | undefined, identity: Identity): Promise<Journal> {
  if (storage === undefined) return { outcomeOf: (_, work) => work(), close: async () => undefined };
  const claim = await claimFor('search', 'storage', storage);
  const where = `search: ${oneLine(storage.name, 300)}`;
  try {
    let runs = await read(where, storage, identity);
    let written = Promise.resolve();
    // Runs may end at once, and are written one after the other.
    const write = async (): Promise<void> => {
      if (!(await claim.confirm()))
        throw new Error(`${where} was taken from this search, needed a place of its own`);
      await storage.write(
        new TextEncoder().encode(JSON.stringify({ search: identity, runs, crc32: checksumOf(runs) })),
      );
    };
    return {
      async outcomeOf(run, work) {
        const name = canonical(run);
        const former = own(runs, name);
        if (former !== undefined) return former;
        const outcome = await work();
        runs = { ...runs, [name]: outcome };
        written = written.then(write);
        await written;
        return outcome;
      },
      close: () => claim.release(),
    };
  } catch (error) {
    await claim.release();
    throw error;
  }
}
