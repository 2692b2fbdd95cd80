/** Programs of our own on WebGPU and WebGL: each value of the result is an expression of those at its place. */
import type { TensorInfo } from '@tensorflow/tfjs-core';

/** A program, in what the languages of both backends share. */
export interface Elementwise {
  /** tells programs apart: two of one name have one expression */
  readonly name: string;
  /** names of the inputs; a scalar is read at every place */
  readonly inputs: readonly string[];
  /** names of numbers that may differ from call to call; the host has a `size` of its own */
  readonly numbers: readonly string[];
  /** the value at a place, by these names; `chosen(condition, a, b)` is a where the condition holds, else b */
  readonly value: string;
}

/** Runs a program on a backend: inputs and numbers in the order of their names. The result has the shape of the first input. */
export type RunElementwise = (
  program: Elementwise,
  inputs: readonly TensorInfo[],
  numbers: readonly number[],
) => TensorInfo;
