/** A contender of Node: takes a {@link NodeTask} as its argument, see `protocol.ts`. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import { selectBackend } from 'ssvae/node';
import { recordedStep } from 'ssvae/recorded';
import { BACKENDS } from '../../src/host/backends';
import { createOurs } from './ours';
import type { NodeTask, Ready, Timed, Unable } from './protocol';
import type { Stepper } from './step';
import { createStock } from './stock';

/** Steps before the first that is timed; the first alone makes the optimizer's state. */
const WARM_UP = 4;

const say = (line: Ready | Timed | Unable): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Bytes that this process has held at most. */
const peak = (): number => {
  try {
    // What resourceUsage tells on Linux counts the parent's memory at the time of the fork as well.
    return 1024 * Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
};

async function useBackend({ backend, threads, on, implementation }: NodeTask): Promise<string> {
  if (backend === 'wasm' && (implementation === 'stock' || !on.includes('wasm-kernels'))) {
    await import('@tensorflow/tfjs-backend-wasm');
    await tf.setBackend('wasm');
    return 'stock WebAssembly';
  }
  const { description } = await selectBackend({ backend, ...(backend === 'wasm' && { threads }) });
  if (/in software/.test(description)) throw new Error(`${description}, which measures the processor`);
  if (backend !== 'tensorflow') return description;
  const { binding } = tf.backend() as object as { readonly binding: { readonly TF_Version: string } };
  return `native TensorFlow ${binding.TF_Version}`;
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

async function build(task: NodeTask): Promise<readonly [Stepper, Ready]> {
  const base = process.memoryUsage().rss;
  const description = await useBackend(task);
  const { workload, implementation, on } = task;
  let eager: string | undefined;
  const onEager = (reason: string): void => {
    eager ??= reason;
  };
  const execute = on.includes('recorded') ? recordedStep({ onEager }) : undefined;
  const stepper = implementation === 'stock' ? createStock(workload) : createOurs(workload, on, execute);
  await stepper.step();
  const loss = await stepper.loss();
  // A recorded step is tried operation by operation at its second run too.
  for (let step = 0; step < WARM_UP; step++) await stepper.step();
  await stepper.loss();
  const { kernels } = await tf.profile(async () => {
    await stepper.step();
    await stepper.loss();
    return [];
  });
  // It would be the contender that records nothing over again.
  if (eager !== undefined) throw new Error(`its steps cannot be recorded: ${eager}`);
  const pace = await timed(async () => {
    await stepper.step();
    await stepper.loss();
  });
  const versions = `${description}; TensorFlow.js ${tf.version_core}, Node ${process.versions.node}`;
  const { parameters } = stepper;
  return [stepper, { parameters, loss, kernels: kernels.length, versions, pace, base }];
}

async function time(stepper: Stepper, steps: number, device: boolean): Promise<Timed> {
  await stepper.step();
  await stepper.loss();
  const ms: number[] = [];
  let loss = Number.NaN;
  if (device) {
    const all = await timed(async () => {
      for (let step = 0; step < steps; step++) await stepper.step();
      loss = await stepper.loss();
    });
    ms.push(all / steps);
  } else {
    for (let step = 0; step < steps; step++) ms.push(await timed(() => stepper.step()));
    loss = await stepper.loss();
  }
  return { ms, loss, peak: peak() };
}

const task = JSON.parse(process.argv.at(-1) as string) as NodeTask;
try {
  const [stepper, ready] = await build(task);
  say(ready);
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, steps] = line.split(' ');
    if (command === 'run')
      say(await time(stepper, Number(steps), !('readsAtOnce' in BACKENDS[task.backend])));
  }
} catch (error) {
  say({ unable: error instanceof Error ? (error.message.split('\n')[0] as string) : String(error) });
}
