/** Runs a snippet in the worker, with what it prints. */
import { snippets } from 'virtual:snippets';
import { textOf } from './text';

/** Hands each line that the snippet prints to `print`; settles when it has ended. */
export async function runSnippet(name: string, print: (text: string) => void): Promise<void> {
  const load = snippets[name];
  if (!load) throw new Error(`This page names the snippet ${name}, which was not built with it.`);
  const line = (...values: unknown[]): void => print(textOf(values));
  const table = (rows: readonly unknown[]): void => {
    for (const row of rows) line(row);
  };
  Object.assign(console, { log: line, info: line, warn: line, error: line, table });
  await load();
}
