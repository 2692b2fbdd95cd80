/** The pace of the worker's runs: one at a time, with pauses, and how many steps a second they take. */

/** Counts steps and holds them up. */
export interface Pace {
  /** Begins a run and ends the one before; the result says whether the run still counts. */
  begin(): () => boolean;
  end(): void;
  pause(paused: boolean): void;
  step(): void;
  /** Waits while the run is paused, and lets messages arrive. */
  turn(): Promise<void>;
  /** steps a second since the run began, pauses left out */
  rate(): number;
}

/** A message to oneself: messages that came before it are read first. */
const messages = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });

export function createPace(): Pace {
  let current = 0;
  let resume: (() => void) | undefined;
  let held: Promise<void> | undefined;
  let began = 0;
  let steps = 0;
  const release = (): void => {
    resume?.();
    resume = undefined;
    held = undefined;
  };
  return {
    begin() {
      release();
      const run = ++current;
      steps = 0;
      began = performance.now();
      return () => run === current;
    },
    end() {
      current++;
      release();
    },
    pause(paused) {
      if (!paused) release();
      else
        held ??= new Promise((resolve) => {
          resume = resolve;
        });
    },
    step() {
      steps++;
    },
    async turn() {
      await messages();
      if (!held) return;
      const from = performance.now();
      await held;
      began += performance.now() - from;
    },
    rate: () => (1000 * steps) / Math.max(1, performance.now() - began),
  };
}
