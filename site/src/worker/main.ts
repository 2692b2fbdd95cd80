/** The worker of the page: everything that computes. */
import { memory } from '@tensorflow/tfjs-core';
import { selectBackend } from 'ssvae/browser';
import { digitsRun } from '../digits/run';
import { useFixedSimd } from '../fixedSimd';
import { planeRun } from '../plane/run';
import type { Answer, Request } from '../protocol';
import { keepBackend } from '../snippets/node';
import { decode, keepDigits, keepPlane, openFile, read, rememberPlane, save } from './models';
import { createPace } from './pace';

const answer = (message: Answer): void => postMessage(message);
const pace = createPace();

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Settles when the run before has let go of its models. */
let before: Promise<void> = Promise.resolve();

/** Reads the items of a run until it ends or another begins. */
function follow<Event extends { readonly type: string }>(
  run: number,
  events: AsyncGenerator<Event, void, void>,
  tell: (event: Event) => void,
): Promise<void> {
  const isCurrent = pace.begin();
  const reading = before.then(() => readRun(run, events, tell, isCurrent));
  before = reading.catch(() => undefined);
  return reading;
}

async function readRun<Event extends { readonly type: string }>(
  run: number,
  events: AsyncGenerator<Event, void, void>,
  tell: (event: Event) => void,
  isCurrent: () => boolean,
): Promise<void> {
  let step = 0;
  if (!isCurrent()) return;
  for await (const event of events) {
    if (!isCurrent()) return;
    if (event.type === 'step') {
      step++;
      pace.step();
    } else tell(event);
    await pace.turn();
    if (!isCurrent()) return;
  }
  answer({ type: 'done', run, step, rate: pace.rate(), tensors: memory().numTensors });
}

async function trainPlane({ run, settings }: Extract<Request, { type: 'plane' }>): Promise<void> {
  await follow(run, planeRun(settings, keepPlane), (event) => {
    if (event.type === 'points') {
      rememberPlane(settings);
      answer({ type: 'points', run, ...event.points });
    } else if (event.type === 'frame') answer({ type: 'planeFrame', run, rate: pace.rate(), ...event.frame });
  });
}

async function trainDigits({ run, settings }: Extract<Request, { type: 'digits' }>): Promise<void> {
  await follow(run, digitsRun(settings, keepDigits), (event) => {
    if (event.type === 'examples') answer({ ...event, run });
    else if (event.type === 'frame') answer({ type: 'digitsFrame', run, rate: pace.rate(), ...event.frame });
  });
}

async function start({ backend, wasmPaths }: Extract<Request, { type: 'start' }>): Promise<void> {
  if (typeof WebAssembly !== 'object') throw new Error('This browser has no WebAssembly.');
  useFixedSimd();
  const choice = await selectBackend({ backend, wasmPaths });
  keepBackend(choice);
  answer({ type: 'ready', backend, description: choice.description });
}

async function trySnippet({ name }: Extract<Request, { type: 'snippet' }>): Promise<void> {
  const began = performance.now();
  const { runSnippet } = await import('../snippets/run');
  await runSnippet(name, (text) => answer({ type: 'printed', text }));
  answer({ type: 'ran', seconds: (performance.now() - began) / 1000 });
}

async function handle(request: Exclude<Request, { type: 'start' }>): Promise<void> {
  switch (request.type) {
    case 'snippet':
      return trySnippet(request);
    case 'plane':
      return trainPlane(request);
    case 'digits':
      return trainDigits(request);
    case 'pause':
      return pace.pause(request.paused);
    case 'stop':
      return pace.end();
    case 'read':
      return answer({ type: 'reading', ...(await read(request.pixels)) });
    case 'decode':
      return answer({ type: 'decoded', images: await decode(request.code) });
    case 'save':
      return answer({ type: 'saved', scene: request.scene, bytes: await save(request.scene) });
    case 'open':
      pace.end();
      await before;
      return answer(await openFile(request));
  }
}

let started: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<Request>): void => {
  const report = (error: unknown): void =>
    answer({ type: 'failed', during: data.type, message: messageOf(error) });
  if (data.type === 'start') {
    started = start(data);
    started.catch(report);
    return;
  }
  // Where nothing started, that was said.
  started.then(
    () => handle(data).catch(report),
    () => {},
  );
};
