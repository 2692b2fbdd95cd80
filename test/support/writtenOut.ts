/** Nets written out in plain numbers, to compare layers with. */
import type { Tensor, Variable } from '@tensorflow/tfjs-core';

/** Outputs of a softplus hidden layer and a linear head, b by b, of a model's variables by name. */
export async function writtenOut(
  variables: Readonly<Record<string, Variable>>,
  { hidden, head }: { readonly hidden: string; readonly head: string },
  x: Tensor,
): Promise<number[]> {
  const weights = async (layer: string) => ({
    kernel: await (variables[`${layer}/kernel`] as Variable).data(),
    bias: await (variables[`${layer}/bias`] as Variable).data(),
  });
  type Weights = Awaited<ReturnType<typeof weights>>;
  const linear = (from: ArrayLike<number>, { kernel, bias }: Weights): number[] =>
    Array.from(bias, (start, column) => {
      let sum = start;
      for (let row = 0; row < from.length; row++)
        sum += (from[row] as number) * (kernel[row * bias.length + column] as number);
      return sum;
    });
  const [below, above] = [await weights(hidden), await weights(head)];
  const [values, width] = [await x.data(), x.size / (x.shape[0] as number)];
  return Array.from({ length: x.shape[0] as number }, (_, b) => {
    const before = linear(values.subarray(b * width, (b + 1) * width), below);
    return linear(
      before.map((value) => Math.log1p(Math.exp(value))),
      above,
    );
  }).flat();
}
