/** Adam on native TensorFlow: its own operation, which goes over memory once. */
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { movesFromFormer } from '../../core/movingMean';
import type { FusedKernel } from '../fusedKernel';
import {
  floatType,
  type NativeAttribute,
  type NativeBackend,
  type NativeBinding,
  type NativeOutput,
  type NativeTensor,
} from './tensorflow';

type AdamInputs = Readonly<Record<'value' | 'first' | 'second' | 'gradient', NativeTensor>>;
type AdamRates = Readonly<Record<'firstRate' | 'secondRate' | 'kept' | 'size' | 'epsilon', number>>;

/** Runs an operation of one output. */
const outputOf = (
  binding: NativeBinding,
  name: string,
  attributes: readonly NativeAttribute[],
  inputs: readonly number[],
): NativeOutput => binding.executeOp(name, attributes, inputs, 1)[0] as NativeOutput;

/**
 * Places in TensorFlow for variables of one shape, their values and moments: its operation wants such. They are used again
 * and again, and hold the last values that were in them.
 */
type Places = readonly [value: number, first: number, second: number];

const placesByShape = new Map<string, Places>();

const placesOf = (binding: NativeBinding, shape: readonly number[]): Places => {
  const key = shape.join();
  const known = placesByShape.get(key);
  if (known) return known;
  const place = (name: string): number => {
    const attributes = [
      floatType(binding, 'dtype'),
      { name: 'shape', type: binding.TF_ATTR_SHAPE, value: [...shape] },
      { name: 'shared_name', type: binding.TF_ATTR_STRING, value: `ssvae/adam/${key}/${name}` },
      { name: 'container', type: binding.TF_ATTR_STRING, value: '' },
    ];
    return outputOf(binding, 'VarHandleOp', attributes, []).id;
  };
  const places = [place('value'), place('first'), place('second')] as const;
  placesByShape.set(key, places);
  return places;
};

/**
 * Whether TensorFlow's operation has the digits for a mean that keeps the share β: it takes 1 − β of β in float32, which at
 * 0.999999 is 1.3 % too much. Where it has them, the step is right to 10⁻⁵.
 */
export const isExactInAdam = (beta: number): boolean =>
  movesFromFormer(beta) && Math.abs((1 - Math.fround(beta)) / (1 - beta) - 1) < 2e-5;

/**
 * One update of Adam: the new values of a variable, of its first and of its second moment.
 *
 *   m' = m + firstRate·(g − m)   v' = v + secondRate·(g² − v)   θ' = kept·θ − size·m' / (√v' + epsilon)
 *
 * It gives nothing where TensorFlow's operation lacks digits: the update is then made of others.
 */
export const adam: KernelConfig = {
  kernelName: 'SsvaeAdam' satisfies FusedKernel,
  backendName: 'tensorflow',
  kernelFunc({ inputs, backend: given, attrs }) {
    const backend = given as unknown as NativeBackend;
    const { binding } = backend;
    const { value, first, second, gradient } = inputs as unknown as AdamInputs;
    const { firstRate, secondRate, kept, size, epsilon } = attrs as unknown as AdamRates;
    if (![firstRate, secondRate].every((rate) => isExactInAdam(1 - rate))) return [];
    const [dtype, type] = [floatType(binding, 'dtype'), floatType(binding, 'T')];
    const flag = (name: string): NativeAttribute => ({ name, type: binding.TF_ATTR_BOOL, value: false });
    const owned: number[] = [];
    const own = (id: number): number => {
      owned.push(id);
      return id;
    };
    const scalar = (number: number): number =>
      own(binding.createTensor([], binding.TF_FLOAT, Float32Array.of(number)));
    try {
      const ids = backend.getInputTensorIds([value, first, second, gradient]);
      const [valueId, firstId, secondId, gradientId] = ids as [number, number, number, number];
      const shrunk = kept === 1 ? valueId : own(outputOf(binding, 'Mul', [type], [valueId, scalar(kept)]).id);
      const places = placesOf(binding, value.shape);
      const [p, m, v] = places;
      for (const pair of [[p, shrunk], [m, firstId], [v, secondId]]) // biome-ignore format: three pairs
        binding.executeOp('AssignVariableOp', [dtype], pair, 0);
      const scalars = [0, 0, size, 1 - firstRate, 1 - secondRate, epsilon].map(scalar);
      binding.executeOp(
        'ResourceApplyAdam',
        [type, flag('use_locking'), flag('use_nesterov')],
        [p, m, v, ...scalars, gradientId],
        0,
      );
      return places.map(
        (place) =>
          backend.createOutputTensor(outputOf(binding, 'ReadVariableOp', [dtype], [place])) as TensorInfo,
      );
    } finally {
      for (const id of owned) binding.deleteTensor(id);
    }
  },
};
