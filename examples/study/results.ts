// The folder of a study has everything that counts: a result for each run that is done, and the checkpoints of the others.
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model } from 'ssvae';
import { flags } from './commandLine';

export const placeOf = (kind: 'checkpoints' | 'results', name: string): string =>
  join(flags.study, kind, name);

export const readResult = (name: string): Promise<object | undefined> =>
  readFile(placeOf('results', `${name}.json`), 'utf8').then(JSON.parse, () => undefined);

/** Keeps the result of a run whole or not at all; the first one stays. */
export async function keepResult(name: string, result: object): Promise<void> {
  const draft = placeOf('results', `.${name}-${randomUUID()}`);
  await mkdir(placeOf('results', ''), { recursive: true });
  await writeFile(draft, `${JSON.stringify(result)}\n`);
  await link(draft, placeOf('results', `${name}.json`)).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await unlink(draft);
}

/** The checksum of all weights: two runs of the same settings have the same, bit for bit, on cpu and WebAssembly. */
export async function checksumOf({ variables }: Model): Promise<string> {
  const hash = createHash('sha256');
  for (const variable of Object.values(variables))
    hash.update(new Uint8Array((await variable.data()).buffer));
  return hash.digest('hex');
}
