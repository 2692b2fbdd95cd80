/** What `ssvae/node` means in a snippet that runs in the page: the backend that the worker has started. */
import type { BackendChoice } from 'ssvae/browser';

let choice: BackendChoice | undefined;

/** Keeps what the worker has selected. */
export function keepBackend(selected: BackendChoice): void {
  choice = selected;
}

/** The started backend, for each call of the snippet. */
export async function selectBackend(): Promise<BackendChoice> {
  if (!choice) throw new Error('selectBackend: the worker has started no backend');
  return choice;
}
