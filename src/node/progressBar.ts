/** Progress on the terminal. */
import { readOptions, text, texts, withMethods } from '../core/options';
import { own } from '../files/json';
import type { BatchEnd, Callbacks, TrainingPlan } from '../training/callbacks';
import type { Resumed } from '../training/checkpoint/resumed';
import type { HistoryRow } from '../training/history';
import { writerOf } from './writer';

/** How progress is shown. */
export interface ProgressBarOptions {
  /** what is being trained */
  readonly title?: string;
  /** columns of the history shown at the end of an epoch; default: the loss and the accuracy of the validation */
  readonly columns?: readonly string[];
  /** default: standard error, so that results can be piped */
  readonly stream?: NodeJS.WriteStream;
}

const WIDTH = 24;
const REDRAW_EVERY_MS = 100;

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

/** Characters of a text that are shown: one that comes from a file may be as long as that. */
const LONGEST = 100;

/** A text of a user or a file, without what moves a cursor or hides text. */
const printable = (text: string): string =>
  text.slice(0, LONGEST).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');

/** Where a run goes on, and what is not as it was. */
const goesOn = ({ step, from, sameBackend, writtenBy }: Resumed, steps: number): string => {
  if (step >= steps) return `is finished: step ${step}/${steps} of ${printable(from)}`;
  const other = `, written on ${printable(writtenBy.backend)}: on another backend it goes on alike but for rounding`;
  return `goes on at step ${step + 1}/${steps} from ${printable(from)}${sameBackend ? '' : other}`;
};

const times = (count: number): string =>
  count === 1 ? 'once' : `${count < 10 ? Number(count.toPrecision(2)) : Math.round(count)} times`;

/** What an epoch is. */
const epochInWords = ({ stepsPerEpoch, passes }: TrainingPlan): string | undefined => {
  const shown = [
    passes?.unlabeled !== undefined && `each unlabeled example ${times(passes.unlabeled)}`,
    passes?.labeled !== undefined && `each labeled example ${times(passes.labeled)}`,
  ].filter((part) => typeof part === 'string');
  return shown.length === 0 ? undefined : `an epoch is ${stepsPerEpoch} steps: ${shown.join(', ')}`;
};

/**
 * Callbacks that show a bar, the time left and the loss, and leave one line for each epoch.
 *
 * On a terminal the bar is redrawn in place; elsewhere (a file, a pipe) only the lines of the epochs are written. Where
 * the source of the batches tells its batch size, as that of `createBatches` does, a line at the beginning says what an
 * epoch is: a pass over the unlabeled examples, in which those with a label come many times.
 *
 * Nothing that becomes of the stream ends a run: once its reader is gone, as of a pipe into `head`, nothing is shown.
 *
 * @param options title, columns, stream
 * @returns callbacks for `train`
 * @throws TypeError when the title is not a text, the columns are not an array of texts, or the stream is not one
 * @example await train(model, { objective: semiSupervised(), batches, epochs: 10, seed: 1, callbacks: progressBar({ title: 'M2' }) })
 */
export function progressBar(options: ProgressBarOptions = {}): Callbacks {
  const { columns, stream, ...texted } = readOptions('progressBar', options, {
    title: text('training'),
    columns: texts(['loss', 'validation.accuracy']),
    stream: withMethods<NodeJS.WriteStream>(['write', 'on', 'off'], process.stderr),
  });
  const title = printable(texted.title);
  let steps = 1;
  let first = 0;
  let epochs = 1;
  let stepsPerEpoch = 1;
  let started = 0;
  let drawn = 0;

  const write = writerOf(stream);
  const clear = (): void => {
    if (stream.isTTY) write('\r\x1b[2K');
  };
  const draw = async ({ step, epoch, read }: BatchEnd): Promise<void> => {
    const now = performance.now();
    if (!stream.isTTY || now - drawn < REDRAW_EVERY_MS) return;
    drawn = now;
    const { loss = Number.NaN } = await read();
    const done = (step + 1) / steps;
    const bar = '█'.repeat(Math.round(done * WIDTH)).padEnd(WIDTH, '░');
    const left = ((now - started) / 1000 / (step + 1 - first)) * (steps - step - 1);
    clear();
    write(
      `${title} ${bar} epoch ${epoch + 1}/${epochs} step ${step + 1}/${steps} loss ${loss.toFixed(2)} ${clock(left)} left`,
    );
  };
  const endEpoch = (epoch: number, row: HistoryRow): void => {
    const shown = columns.flatMap((name) => {
      const value = own(row, name);
      return value === undefined ? [] : [`${printable(name)} ${value.toFixed(4)}`];
    });
    clear();
    write(`${title} epoch ${epoch + 1}/${epochs} ${stepsPerEpoch} steps ${shown.join(' ')}\n`);
  };

  return {
    onTrainBegin(plan) {
      ({ epochs, stepsPerEpoch } = plan);
      steps = epochs * stepsPerEpoch;
      first = plan.firstStep;
      started = performance.now();
      if (plan.resumed) write(`${title} ${goesOn(plan.resumed, steps)}\n`);
      const epoch = epochInWords(plan);
      if (epoch !== undefined && first < steps) write(`${title} ${epoch}\n`);
    },
    onBatchEnd: draw,
    onEpochEnd: endEpoch,
    onTrainEnd: clear,
  };
}
