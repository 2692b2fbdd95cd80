/** Adam on native TensorFlow: its own operation, which goes over memory once. */
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedKernel } from '../../core/fusedKernel';
import type { NativeAttribute, NativeBackend, NativeTensor } from './tensorflow';

/**
 * Places in TensorFlow for variables of one shape: its operation wants such. They are used again and again, and hold the
 * last values that were in them.
 */
interface Places {
  readonly value: number;
  readonly first: number;
  readonly second: number;
}

const placesByShape = new Map<string, Places>();

const placesOf = ({ binding }: NativeBackend, shape: readonly number[]): Places => {
  const key = shape.join();
  const known = placesByShape.get(key);
  if (known) return known;
  const place = (name: string): number => {
    const attributes: NativeAttribute[] = [
      { name: 'dtype', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
      { name: 'shape', type: binding.TF_ATTR_SHAPE, value: [...shape] },
      { name: 'shared_name', type: binding.TF_ATTR_STRING, value: `ssvae/adam/${key}/${name}` },
      { name: 'container', type: binding.TF_ATTR_STRING, value: '' },
    ];
    return (binding.executeOp('VarHandleOp', attributes, [], 1)[0] as { id: number }).id;
  };
  const places = { value: place('value'), first: place('first'), second: place('second') };
  placesByShape.set(key, places);
  return places;
};

/**
 * One update of Adam: the new values of a variable, of its first and of its second moment.
 *
 *   m' = m + firstRate·(g − m)   v' = v + secondRate·(g² − v)   θ' = kept·θ − size·m' / (√v' + epsilon)
 */
export const adam: KernelConfig = {
  kernelName: 'SsvaeAdam' satisfies FusedKernel,
  backendName: 'tensorflow',
  kernelFunc({ inputs, backend: given, attrs }) {
    const backend = given as unknown as NativeBackend;
    const { binding } = backend;
    const { value, first, second, gradient } = inputs as unknown as Record<string, NativeTensor>;
    const { firstRate, secondRate, kept, size, epsilon } = attrs as unknown as Record<string, number>;
    const type = { name: 'dtype', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
    const places = placesOf(backend, (value as NativeTensor).shape);
    const scalars = [0, 0, size, 1 - (firstRate as number), 1 - (secondRate as number), epsilon].map(
      (number) => binding.createTensor([], binding.TF_FLOAT, Float32Array.of(number as number)),
    );
    const owned = [...scalars];
    try {
      let [valueId = 0, firstId = 0, secondId = 0, gradientId = 0] = backend.getInputTensorIds([
        value,
        first,
        second,
        gradient,
      ] as NativeTensor[]);
      if (kept !== 1) {
        const factor = binding.createTensor([], binding.TF_FLOAT, Float32Array.of(kept as number));
        const [shrunk] = binding.executeOp('Mul', [{ ...type, name: 'T' }], [valueId, factor], 1);
        valueId = (shrunk as { id: number }).id;
        owned.push(factor, valueId);
      }
      const { value: p, first: m, second: v } = places;
      for (const [place, id] of [
        [p, valueId],
        [m, firstId],
        [v, secondId],
      ] as const)
        binding.executeOp('AssignVariableOp', [type], [place, id], 0);
      const flag = (name: string): NativeAttribute => ({ name, type: binding.TF_ATTR_BOOL, value: false });
      binding.executeOp(
        'ResourceApplyAdam',
        [{ ...type, name: 'T' }, flag('use_locking'), flag('use_nesterov')],
        [p, m, v, ...scalars, gradientId],
        0,
      );
      return [p, m, v].map((place) => {
        const [output] = binding.executeOp('ReadVariableOp', [type], [place], 1);
        return backend.createOutputTensor(output as never) as unknown as TensorInfo;
      });
    } finally {
      for (const id of owned) binding.deleteTensor(id);
    }
  },
};
