/** Updates on WebGPU and WebGL: one to four programs for a variable, where the host's operations are seventeen. */
import { getKernel, registerKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedKernel } from '../fusedKernel';
import type { Elementwise, RunElementwise } from './elementwise';
import { type Compute, type GpuName, gpuKernel } from './kernel';
import { deferOperations } from './webgpu/kernels';

/** m' = m + a·firstRate·(g − m),  a 0 where the step is left out */
const first: Elementwise = {
  name: 'adamFirst',
  inputs: ['mean', 'gradient', 'applied'],
  numbers: ['rate'],
  value: 'mean + applied * rate * (gradient - mean)',
};

/** v' = v + a·secondRate·(g² − v) */
const second: Elementwise = {
  name: 'adamSecond',
  inputs: ['mean', 'gradient', 'applied'],
  numbers: ['rate'],
  value: 'mean + applied * rate * (gradient * gradient - mean)',
};

/** θ' = (1 − a·(1 − kept))·θ − a·size·m' / (√v' + epsilon) */
const moved: Elementwise = {
  name: 'adamMoved',
  inputs: ['theta', 'first', 'second', 'applied'],
  numbers: ['lost', 'rate', 'epsilon'],
  value: '(1.0 - applied * lost) * theta - applied * rate * first / (sqrt(second) + epsilon)',
};

/** g where the step applies, else 0 */
const zeroed: Elementwise = {
  name: 'zeroUnless',
  inputs: ['value', 'applied'],
  numbers: [],
  value: 'chosen(applied > 0.5, value, 0.0)',
};

type AdamInputs = Readonly<Record<'value' | 'first' | 'second' | 'gradient' | 'applied', TensorInfo>>;
type AdamRates = Readonly<Record<'firstRate' | 'secondRate' | 'kept' | 'size' | 'epsilon', number>>;

/** One update: the new values of a variable, of its first and of its second moment. */
function adam(run: RunElementwise, inputs: AdamInputs, rates: AdamRates): TensorInfo[] {
  const { value, gradient, applied } = inputs;
  const m = run(first, [inputs.first, gradient, applied], [rates.firstRate]);
  const v = run(second, [inputs.second, gradient, applied], [rates.secondRate]);
  return [run(moved, [value, m, v, applied], [1 - rates.kept, rates.size, rates.epsilon]), m, v];
}

/** The kernels by their names. */
const KERNELS: Readonly<Partial<Record<FusedKernel, Compute>>> = {
  SsvaeGuardedAdam: (run, inputs, rates) => adam(run, inputs as AdamInputs, rates as AdamRates),
  SsvaeZeroUnless: (run, { value, applied }) => [run(zeroed, [value, applied] as TensorInfo[], [])],
};

/** Gives a GPU's backend the kernels of this folder. */
export function useGpuKernels(backend: GpuName): void {
  // Registering over a kernel prints a warning.
  if ((getKernel('SsvaeZeroUnless', backend) as unknown) !== undefined) return;
  if (backend === 'webgpu') deferOperations();
  for (const [name, compute] of Object.entries(KERNELS)) registerKernel(gpuKernel(backend, name, compute));
}
