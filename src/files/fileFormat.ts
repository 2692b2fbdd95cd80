/** What a file says of its layout. */
import { describe } from '../core/describe';
import { isRecord } from './json';
import { readSafetensors } from './safetensors';

/** What the format of every checkpoint begins with. */
export const CHECKPOINT = 'ssvae checkpoint';

/** What the format of every model begins with. */
export const MODEL = 'ssvae model';

/** The format that a file names, where it can be read. */
export function formatOf(bytes: Uint8Array): string | undefined {
  try {
    const { metadata } = readSafetensors(bytes);
    const { format } = isRecord(metadata) ? metadata : {};
    return typeof format === 'string' ? format : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Refuses a file of another format. Of one whose name is followed by a higher number, it says that a newer version wrote it.
 *
 * @param where name of the reader and of the file, for the message
 * @param found what the file says
 * @param needed name and number, such as `'ssvae model 1'`
 * @param hint what to do about a file of something else
 * @throws RangeError
 */
export function assertFormat(where: string, found: unknown, needed: string, hint = ''): void {
  if (found === needed) return;
  const [, kind = '', number = ''] = /^(.*) (\d+)$/.exec(needed) ?? [];
  const [, other] =
    (typeof found === 'string' && found.startsWith(`${kind} `) && / (\d+)$/.exec(found)) || [];
  const advice =
    Number(other) > Number(number)
      ? ': a newer version of ssvae wrote the file: update the package to read it'
      : hint;
  throw new RangeError(`${where}: the format is ${describe(found)}, needed "${needed}"${advice}`);
}
