/** The folder of a study: a result for each run that is done, and the checkpoints of the others. */
import { access, constants, link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, oneLine } from '../../core/describe';
import { messageOf } from '../../core/messageOf';
import { isRecord, parseJson } from '../../files/json';
import { codeOf, isMissing, naming } from '../systemError';
import { besideIn, makeFolder } from '../writeWhole';

/** What a run leaves: its name, its settings, and what it measured. */
export type RunResult = { readonly name: string; readonly settings: object } & Readonly<
  Record<string, unknown>
>;

const absent = <T>(error: unknown, value: T): T => {
  if (isMissing(error)) return value;
  throw error;
};

/** Where the checkpoint of a run is. */
export const checkpointOf = (study: string, name: string): string =>
  join(study, 'checkpoints', `${name}.safetensors`);

const placeOf = (study: string, name: string): string => join(study, 'results', `${name}.json`);

/**
 * The result of a run; `undefined` where it is not done.
 *
 * @throws Error where the file is not the result of that run
 */
export async function readResult(study: string, name: string): Promise<RunResult | undefined> {
  const path = placeOf(study, name);
  const text = await readFile(path, 'utf8').catch((error) => absent(error, undefined));
  if (text === undefined) return undefined;
  const result = parseJson(text);
  if (isRecord(result) && result.name === name) return result as RunResult;
  throw new Error(
    `runProgram: ${oneLine(path, 300)} begins with ${describe(text)}, needed the result of run ${name}: remove it to do the run again`,
  );
}

/** The result of a run where it is done; where its file is damaged, what is wrong with it. */
export const lookAt = async (
  study: string,
  name: string,
): Promise<{ readonly result?: RunResult | undefined; readonly damage?: string }> => {
  try {
    return { result: await readResult(study, name) };
  } catch (error) {
    return { damage: messageOf(error) };
  }
};

/**
 * Makes the folder of a study, before a run is done that it could not keep.
 *
 * @throws Error naming it, where nothing can be written there
 */
export async function openStudy(study: string): Promise<void> {
  if (study === '') throw new Error('--study is empty, needed a folder');
  const folder = join(study, 'results');
  await naming(`--study ${study}`, 'cannot keep results', async () => {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
  });
}

/**
 * Keeps a result whole or not at all, and removes the checkpoint. Of two processes that did the same run the first result stays.
 *
 * @returns the result that stays
 */
export async function keepResult(study: string, result: RunResult): Promise<RunResult> {
  const { name } = result;
  const folder = join(study, 'results');
  await makeFolder(folder);
  const draft = besideIn(folder);
  await writeFile(draft, `${JSON.stringify(result)}\n`, { flush: true });
  try {
    await link(draft, placeOf(study, name)).catch((error) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  await rm(checkpointOf(study, name), { force: true });
  return (await readResult(study, name)) ?? result;
}

/** Takes away what a run left: its result and its checkpoint. */
export async function forgetRun(study: string, name: string): Promise<void> {
  await rm(placeOf(study, name), { force: true });
  await rm(checkpointOf(study, name), { force: true });
}
