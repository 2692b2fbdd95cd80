/** The history of a run as a table of comma-separated values. */
import { brief } from '../files/json';
import {
  assertStorage,
  type Claim,
  claimWithinProcess,
  contentOf,
  Held,
  type Storage,
} from '../files/storage';
import type { Callbacks } from '../training/callbacks';
import type { HistoryRow } from '../training/history';
import { file } from './file';

/** What every row has. */
const FIRST = ['epoch', 'step', 'seconds'];

const quoted = (name: string): string => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);

const unquoted = (cell: string): string =>
  cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;

/** Rows under a header of every column that any of them has; a cell without a number is empty. */
const encode = (rows: readonly HistoryRow[]): string => {
  const columns = [...new Set([...FIRST, ...rows.flatMap(Object.keys)])];
  const cellOf = (row: HistoryRow, name: string) => (Object.hasOwn(row, name) ? row[name] : '');
  const lines = [columns.map(quoted), ...rows.map((row) => columns.map((name) => cellOf(row, name)))];
  return `${lines.map((cells) => cells.join(',')).join('\n')}\n`;
};

/** Rows of a table that {@link encode} wrote; nothing where it is another. */
const decode = (text: string): readonly HistoryRow[] | undefined => {
  const lines: string[][] = [[]];
  for (const [, cell = '', end] of text.matchAll(/("(?:[^"]|"")*"|[^,\n]*)(,|\n)/g)) {
    lines.at(-1)?.push(unquoted(cell));
    if (end === '\n') lines.push([]);
  }
  const [columns = [], ...rows] = lines.slice(0, -1);
  const decoded = rows.map((cells) =>
    Object.fromEntries(columns.flatMap((name, i) => (cells[i] ? [[name, Number(cells[i])]] : []))),
  ) as unknown as HistoryRow[];
  return FIRST.every((name, i) => columns[i] === name) && decoded.every(({ step }) => Number.isInteger(step))
    ? decoded
    : undefined;
};

/**
 * Callbacks that keep the history of a run as a table: a row for each epoch, a column for each number.
 *
 * The table is written whole at the beginning and behind every epoch, so what a killed run leaves are whole lines. A column that
 * comes later, of a validation at every fifth epoch say, joins the header, and earlier rows have an empty cell in it. A
 * resumed run keeps the rows up to its checkpoint and goes on. A new run replaces the table at
 * its first epoch. Two runs at a time need two
 * tables.
 *
 * @param place path of the file, or a storage
 * @returns callbacks for `train`
 * @throws TypeError when the place is none
 * @example await train(model, { objective: semiSupervised(), batches, epochs: 10, seed: 1, callbacks: csvLog('runs/m2.csv') })
 */
export function csvLog(place: string | Storage): Callbacks {
  if (typeof place !== 'string') assertStorage('csvLog', 'place', place, ['read', 'write']);
  const storage = typeof place === 'string' ? file(place) : place;
  let rows: readonly HistoryRow[] = [];
  let claim: Claim | undefined;

  const take = async (): Promise<Claim> => {
    try {
      if (storage.claimTable) return await storage.claimTable();
      await storage.assertFree?.();
      return claimWithinProcess(storage, storage.name);
    } catch (cause) {
      if (!(cause instanceof Held)) throw cause;
      const hint = "; where it is this run's own checkpoint or other table, each needs a file of its own";
      throw new Error(`csvLog: ${cause.message}${hint}`, { cause });
    }
  };
  const release = async (): Promise<void> => {
    await claim?.release();
    claim = undefined;
  };
  const write = (): Promise<void> => storage.write(new TextEncoder().encode(encode(rows)));
  const former = async (): Promise<readonly HistoryRow[]> => {
    const bytes = await contentOf(`csvLog: ${storage.name}`, storage);
    if (bytes === undefined) return [];
    const text = new TextDecoder().decode(bytes);
    const found = decode(text);
    if (found === undefined)
      throw new RangeError(
        `csvLog: ${storage.name} begins with ${brief(text)}, needed the table of a run, which a new run replaces and a resumed one goes on with; other files need another place`,
      );
    return found;
  };

  return {
    async onTrainBegin({ firstStep, resumed }) {
      claim = await take();
      try {
        // A new run replaces the table of a former one, and nothing else. It is written here too, to find out that it can be.
        const before = await former();
        rows = before.filter(({ step }) => !resumed || step <= firstStep);
        await write();
        if (!resumed) rows = [];
      } catch (error) {
        await release();
        throw error;
      }
    },
    async onEpochEnd(epoch, row) {
      rows = [...rows.filter((other) => other.epoch !== epoch), row];
      await write();
    },
    async onTrainEnd({ history }) {
      try {
        // A run without an epoch keeps the former table. The fault of another callback may have kept an epoch from this one.
        rows = history;
        if (rows.length > 0) await write();
      } finally {
        await release();
      }
    },
    onTrainFault: release,
  };
}
