/** Transform on native TensorFlow, which TensorFlow.js leaves out: each image seen through its map. */
import {
  type KernelConfig,
  scalar,
  type TensorInfo,
  type TransformAttrs,
  type TransformInputs,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { floatType, type NativeBackend, type NativeTensor } from './tensorflow';

/** TensorFlow's ImageProjectiveTransformV3, whose maps are in the form of the kernel. */
export const transform: KernelConfig = {
  kernelName: 'Transform',
  backendName: 'tensorflow',
  kernelFunc({ inputs, backend: given, attrs }) {
    const backend = given as unknown as NativeBackend;
    const { image, transforms } = inputs as unknown as Record<keyof TransformInputs, TensorInfo>;
    const { interpolation, fillMode, fillValue, outputShape } = attrs as unknown as TransformAttrs;
    const text = (name: string, value: string) => ({
      name,
      type: backend.binding.TF_ATTR_STRING,
      value: value.toUpperCase(),
    });
    const [, height, width] = image.shape as [number, number, number];
    const attributes = [
      floatType(backend.binding, 'dtype'),
      text('interpolation', interpolation),
      text('fill_mode', fillMode),
    ];
    return tidy(() => {
      const size = tensor1d([...(outputShape ?? [height, width])], 'int32');
      const operands = [image, transforms, size, scalar(fillValue)] as unknown as NativeTensor[];
      return backend.executeSingleOutput('ImageProjectiveTransformV3', attributes, operands) as never;
    });
  },
};
