/** Elementwise programs on WebGL. */
import { env, type TensorInfo } from '@tensorflow/tfjs-core';
import type { RunElementwise } from './elementwise';

/** The part of the backend that is used here. */
interface WebGlBackend {
  runWebGLProgram(
    program: object,
    inputs: readonly TensorInfo[],
    dtype: 'float32',
    uniforms: readonly (readonly number[])[],
  ): TensorInfo;
}

const CHOSEN = 'float chosen(bool condition, float a, float b) { return condition ? a : b; }';

const capital = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}`;

/** Runs programs on a backend, each at once. */
export const runOnWebGl =
  (backend: unknown): RunElementwise =>
  ({ inputs: names, numbers, value }, inputs, given) => {
    const outputShape = [...(inputs[0] as TensorInfo).shape];
    const read = names.map((input) => `float ${input} = get${capital(input)}AtOutCoords();`);
    const program = {
      outputShape,
      variableNames: [...names],
      customUniforms: numbers.map((number) => ({ name: number, type: 'float' })),
      // The host compiles a program for each shape otherwise, and cannot do without from five axes on.
      enableShapeUniforms: env().getBool('WEBGL_USE_SHAPES_UNIFORMS') && outputShape.length <= 4,
      userCode: `${CHOSEN} void main() { ${read.join(' ')} setOutput(${value}); }`,
    };
    return (backend as WebGlBackend).runWebGLProgram(
      program,
      inputs,
      'float32',
      given.map((number) => [number]),
    );
  };
