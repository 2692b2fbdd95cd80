/** Where the tensors come from that a step takes from outside. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { DataId } from '../host/native/tensorflow';
import { scheduleOf } from '../models/objectives/objective';

/** Where a tensor comes from that no operation of the step made. */
export type Origin =
  | { readonly from: 'variable'; readonly name: string }
  | { readonly from: 'batch'; readonly name: string }
  | { readonly from: 'noise'; readonly index: number }
  | { readonly from: 'schedule'; readonly name: string };

/** Where tensors come from: variables and batch, which are known, draws as they come, and schedules. */
export const createOrigins = (
  variables: Readonly<Record<string, Tensor>>,
  batch: Readonly<Record<string, Tensor>>,
  drawn: readonly Tensor[],
): ((dataId: DataId) => Origin | undefined) => {
  const known = new Map<DataId, Origin>([
    ...Object.entries(variables).map(([name, { dataId }]) => [dataId, { from: 'variable', name }] as const),
    ...Object.entries(batch).map(([name, { dataId }]) => [dataId, { from: 'batch', name }] as const),
  ]);
  return (dataId) => {
    const origin = known.get(dataId);
    if (origin) return origin;
    const index = drawn.findIndex((tensor) => tensor.dataId === dataId);
    if (index >= 0) return { from: 'noise', index };
    const read = scheduleOf(dataId);
    return read && { from: 'schedule', name: read.name };
  };
};
