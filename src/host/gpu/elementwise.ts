/** Kernels of our own on WebGPU and WebGL: each value of the result is an expression of those at its place. */
import { env, type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core';

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

/** Runs a program on a backend: inputs and numbers in the order of their names. */
export type RunElementwise = (
  program: Elementwise,
  inputs: readonly TensorInfo[],
  numbers: readonly number[],
) => TensorInfo;

/** The parts of the backends that are used here. */
interface WebGpuBackend {
  runWebGPUProgram(
    program: object,
    inputs: readonly TensorInfo[],
    dtype: 'float32',
    uniforms: readonly { readonly type: 'float32'; readonly data: readonly number[] }[],
  ): TensorInfo;
}
interface WebGlBackend {
  runWebGLProgram(
    program: object,
    inputs: readonly TensorInfo[],
    dtype: 'float32',
    uniforms: readonly (readonly number[])[],
  ): TensorInfo;
}

/** What the languages write differently. */
const CHOSEN = {
  wgsl: 'fn chosen(condition : bool, a : f32, b : f32) -> f32 { return select(b, a, condition); }',
  glsl: 'float chosen(bool condition, float a, float b) { return condition ? a : b; }',
} as const;

const capital = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}`;

/** Invocations of a workgroup. */
const WORKGROUP = 64;

/** The shape of the result: that of the first input. */
const shapeOf = ([first]: readonly TensorInfo[]): number[] => [...(first as TensorInfo).shape];

const onWebGpu =
  (backend: WebGpuBackend): RunElementwise =>
  ({ name, inputs: names, numbers, value }, inputs, given) => {
    const outputShape = shapeOf(inputs);
    const read = names.map((input) => `let ${input} = get${capital(input)}ByOutputIndex(index);`);
    const set = numbers.map((number) => `let ${number} = uniforms.${number};`);
    const program = {
      outputShape,
      variableNames: [...names],
      uniforms: numbers.map((number) => `${number} : f32,`).join(' '),
      dispatchLayout: { x: outputShape.map((_, axis) => axis) },
      dispatch: [Math.ceil(util.sizeFromShape(outputShape) / WORKGROUP), 1, 1],
      workgroupSize: [WORKGROUP, 1, 1],
      size: true,
      shaderKey: `ssvae_${name}`,
      getUserCode: () =>
        `${CHOSEN.wgsl} fn main(index : i32) { if (index < uniforms.size) { ${[...read, ...set].join(' ')} setOutputAtIndex(index, ${value}); } }`,
    };
    return backend.runWebGPUProgram(
      program,
      inputs,
      'float32',
      given.map((number) => ({ type: 'float32', data: [number] })),
    );
  };

const onWebGl =
  (backend: WebGlBackend): RunElementwise =>
  ({ inputs: names, numbers, value }, inputs, given) => {
    const outputShape = shapeOf(inputs);
    const read = names.map((input) => `float ${input} = get${capital(input)}AtOutCoords();`);
    const program = {
      outputShape,
      variableNames: [...names],
      customUniforms: numbers.map((number) => ({ name: number, type: 'float' })),
      // The host compiles a program for each shape otherwise, and cannot do without from five axes on.
      enableShapeUniforms: env().getBool('WEBGL_USE_SHAPES_UNIFORMS') && outputShape.length <= 4,
      userCode: `${CHOSEN.glsl} void main() { ${read.join(' ')} setOutput(${value}); }`,
    };
    return backend.runWebGLProgram(
      program,
      inputs,
      'float32',
      given.map((number) => [number]),
    );
  };

/** How each backend runs such a program. */
const RUNNERS = {
  webgpu: (backend: unknown) => onWebGpu(backend as WebGpuBackend),
  webgl: (backend: unknown) => onWebGl(backend as WebGlBackend),
} as const;

/** Backends that can. */
export type GpuName = keyof typeof RUNNERS;

/**
 * A kernel made of such programs.
 *
 * @param backendName that it is for
 * @param kernelName as the registry has it
 * @param compute its results, by the inputs and attributes of the call
 */
export const gpuKernel = (
  backendName: GpuName,
  kernelName: string,
  compute: (
    run: RunElementwise,
    inputs: Readonly<Record<string, TensorInfo>>,
    attributes: Readonly<Record<string, number>>,
  ) => TensorInfo[],
): KernelConfig => ({
  kernelName,
  backendName,
  kernelFunc: ({ inputs, backend, attrs }) =>
    compute(
      RUNNERS[backendName](backend),
      inputs as Readonly<Record<string, TensorInfo>>,
      attrs as unknown as Readonly<Record<string, number>>,
    ),
});
