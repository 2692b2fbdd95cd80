/** Where the lines of a text file lie. */
import { naming } from '../systemError';
import { openToRead } from './fileRange';

/** Blocks of whole lines. */
export interface LineBlocksPlan {
  /** byte ranges: block b begins at entry b and ends before entry b + 1 */
  readonly starts: readonly number[];
  /** lines of each block that are not empty */
  readonly sizes: readonly number[];
  /** bytes of the first line, where it is a header; else 0 */
  readonly header: number;
}

const [LINE_FEED, RETURN] = [10, 13];
const CHUNK = 2 ** 20;

/** A row is not longer: a file without line breaks would be held as a whole. */
const LONGEST_LINE = 2 ** 26;

/**
 * Cuts a file at line breaks.
 *
 * @param place function and file, for messages
 * @param hasHeader whether the first line belongs to no block
 * @param bytes of a block, about: it ends with the line that reaches them
 * @throws RangeError when the file is not UTF-8, or a line is longer than 64 MiB
 */
export async function scanLines(
  place: string,
  path: string,
  hasHeader: boolean,
  bytes: number,
): Promise<LineBlocksPlan> {
  const starts: number[] = [0];
  const sizes: number[] = [];
  let [header, lines, lineStart, first, position] = [0, 0, 0, -1, 0];

  /** A line ends before `end`, and the next begins at `next`. */
  const endLine = (end: number, next: number): void => {
    const isEmpty = end === lineStart || (end === lineStart + 1 && first === RETURN);
    if (hasHeader && header === 0) {
      header = next;
      starts[0] = next;
    } else if (!isEmpty) lines++;
    lineStart = next;
    if (lines > 0 && next - (starts.at(-1) as number) >= bytes) endBlock(next);
  };
  const endBlock = (next: number): void => {
    sizes.push(lines);
    starts.push(next);
    lines = 0;
  };

  const handle = await openToRead(place, path);
  try {
    const chunk = Buffer.alloc(CHUNK);
    const decoder = new TextDecoder('utf-8', { fatal: true });
    /** Refuses bytes of another encoding, which would all be read as one and the same character. */
    const assertText = (bytes: Uint8Array | undefined): void => {
      try {
        decoder.decode(bytes, { stream: bytes !== undefined });
      } catch (cause) {
        const row = sizes.reduce((sum, size) => sum + size, 0) + lines;
        throw new RangeError(
          `${place} is not UTF-8 from about row ${row} on, needed a file in UTF-8: save it as such, or convert it`,
          { cause },
        );
      }
    };
    for (;;) {
      const { bytesRead } = await naming(place, 'cannot be read', () =>
        handle.read(chunk, 0, CHUNK, position),
      );
      if (bytesRead === 0) break;
      const read = chunk.subarray(0, bytesRead);
      assertText(read);
      if (position === lineStart) first = read[0] as number;
      for (let at = read.indexOf(LINE_FEED); at >= 0; at = read.indexOf(LINE_FEED, at + 1)) {
        endLine(position + at, position + at + 1);
        first = read[at + 1] ?? -1;
      }
      position += bytesRead;
      if (position - lineStart > LONGEST_LINE)
        throw new RangeError(
          `${place} has no line break in ${position - lineStart} bytes from byte ${lineStart} on, needed a row on each line: write JSON lines in place of one array`,
        );
    }
    assertText(undefined);
  } finally {
    await handle.close();
  }
  if (position > lineStart) endLine(position, position);
  if (lines > 0) endBlock(position);
  return { starts, sizes, header };
}
