/** How an example meets whoever runs it: flags, signals, mistakes. */
import { readSettings, type Settings, UsageError, usage } from './settings';

/** The run was ended by a signal; what was done is in a checkpoint. */
export class Interrupted extends Error {}

/** Signals that end a run, with the code that shells give them: Ctrl-C, and what schedulers and containers send. */
const ENDING = { SIGINT: 130, SIGTERM: 143 } as const;

/** What the library refuses begins with the name of the function that refuses it; a stack adds nothing to that. */
const isRefusal = (error: unknown): error is Error => error instanceof Error && /^\w+: /.test(error.message);

/**
 * Runs a program with its flags. A mistake of the user's is one line; Ctrl-C and SIGTERM end the run behind the step under
 * way, and a second one at once.
 *
 * @param command what is typed to run it
 * @param program what to run
 */
export async function withSettings(
  command: string,
  program: (settings: Settings, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const interrupt = new AbortController();
  let code: number = ENDING.SIGINT;
  for (const [signal, itsCode] of Object.entries(ENDING))
    process.once(signal, () => {
      code = itsCode;
      interrupt.abort();
    });
  const args = process.argv.slice(2);
  try {
    const settings = readSettings(args);
    if (settings === undefined) console.log(usage(command));
    else await program(settings, interrupt.signal);
  } catch (error) {
    const flags = args.filter((arg) => arg !== '--resume');
    if (error instanceof Interrupted) {
      console.error(
        `\nStopped; a checkpoint is written. To go on: ${command} -- ${[...flags, '--resume'].join(' ')}`,
      );
      process.exitCode = code;
    } else if (interrupt.signal.aborted) {
      console.error('\nStopped.');
      process.exitCode = code;
    } else if (error instanceof UsageError || isRefusal(error)) {
      console.error(error.message);
      process.exitCode = 2;
    } else {
      throw error;
    }
  }
}
