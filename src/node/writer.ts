/** Writing to a stream whose reader may go. */

/** What is known of a stream: all that write to it share one listener. */
interface Reader {
  gone: boolean;
  /** writes whose outcome is not known yet */
  underWay: number;
  readonly note: () => void;
}

const readers = new WeakMap<NodeJS.WriteStream, Reader>();

const readerOf = (stream: NodeJS.WriteStream): Reader => {
  const known = readers.get(stream);
  if (known !== undefined) return known;
  const reader: Reader = {
    gone: false,
    underWay: 0,
    note: () => {
      reader.gone = true;
    },
  };
  readers.set(stream, reader);
  return reader;
};

/**
 * Shows text as long as anybody reads it: what is shown must not end the program, so that after the first error of the
 * stream (a closed pipe, a terminal that is gone) nothing more is written.
 *
 * The stream is listened to only while a write is under way: no listener is left behind, and errors of other writers stay
 * theirs.
 *
 * @param stream where to
 * @returns what writes a text
 */
export function writerOf(stream: NodeJS.WriteStream): (text: string) => void {
  const reader = readerOf(stream);
  const letGo = (): void => {
    if (reader.underWay > 0) return;
    // A stream that is being destroyed tells its error just before it closes.
    if (stream.destroyed && !stream.closed) stream.once('close', () => stream.off('error', reader.note));
    else stream.off('error', reader.note);
  };
  return (text) => {
    if (reader.gone || stream.writable === false) return;
    if (reader.underWay === 0) stream.on('error', reader.note);
    reader.underWay += 1;
    const done = (error?: unknown): void => {
      if (error) reader.gone = true;
      // The event follows the callback.
      setImmediate(() => {
        reader.underWay -= 1;
        letGo();
      });
    };
    try {
      stream.write(text, done);
    } catch (error) {
      done(error);
    }
  };
}
