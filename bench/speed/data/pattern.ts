/** The examples that training is measured on. */
import type { DataLine } from './line';

/** Values of an example. */
export const WIDTH = 16;

/** What is measured, and the file of the examples where they are on disk. */
export interface DataPoint extends Pick<DataLine, 'source' | 'examples'> {
  readonly path?: string;
}

/** Values of examples from the `from`-th on, which follow a cheap pattern. */
export function fill(values: Float32Array, from: number): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = (((from * WIDTH + i) * 2_654_435_761) % 1009) / 1009;
  return values;
}
