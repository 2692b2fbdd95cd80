/** A worker of the page, which computes on WebAssembly as a training loop would. */
import '@tensorflow/tfjs-layers';
import { type SelectBackendOptions, selectBackend } from 'ssvae/browser';
import { digestOfDividedWork } from '../../support/dividedWork';
import { type Measurements, measure } from './measurements';

/** What the worker answers. */
export type WorkerAnswer =
  | { readonly description: string; readonly digest: string; readonly measurements: Measurements }
  | { readonly message: string };

self.onmessage = async ({ data }: MessageEvent<SelectBackendOptions>) => {
  const answer = async (): Promise<WorkerAnswer> => {
    const { description } = await selectBackend(data);
    return { description, digest: await digestOfDividedWork(), measurements: await measure() };
  };
  self.postMessage(await answer().catch(({ message }: Error) => ({ message })));
};
