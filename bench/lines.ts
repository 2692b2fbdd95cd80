/** Files of JSON lines: one object a line. */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseLines } from './start/statistics';

const textOf = (lines: readonly object[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** Lines of a file of docs/results, which must be there. */
export const linesOf = async <Line>(name: string): Promise<readonly Line[]> =>
  parseLines(await readFile(`docs/results/${name}.jsonl`, 'utf8'));

/** Lines of a file; none where there is no file. */
export async function readLines<Line>(path: string): Promise<readonly Line[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return parseLines(text);
}

/** Appends a line; makes the folder where there is none. */
export async function appendLine(path: string, line: object): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await appendFile(path, textOf([line]));
}

/** Writes a file anew; makes the folder where there is none. */
export async function writeLines(path: string, lines: readonly object[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, textOf(lines));
}

/** Whether a run of these settings has its line. */
export const holdsLine = <Line extends object>(lines: readonly Line[], settings: Partial<Line>): boolean =>
  lines.some((line) => Object.entries(settings).every(([name, value]) => line[name as keyof Line] === value));
