import { describe, expect, it } from 'vitest';
import { createOurs } from '../../bench/speed/ours';
import { limitOf } from '../../bench/speed/probe/limit';
import { floorOf, workOf } from '../../bench/speed/work';
import { MLP, WORKLOADS } from '../../bench/speed/workloads';
import '@tensorflow/tfjs-backend-cpu';

describe('the work of a step', () => {
  it.each(WORKLOADS)('$name has as many weights as its model', (workload) => {
    expect(workOf(workload).parameters).toBe(
      createOurs(workload, ['labels-apart', 'shared-trunk']).parameters,
    );
  });

  it('counts the products of M2 by hand', () => {
    const [x, hidden, z, classes] = [784, 500, 50, 10];
    const onX = 200 * x * hidden;
    const forward = 2 * onX + 200 * hidden * classes + 1100 * (hidden * 2 * z + z * hidden + hidden * x);
    // Back there are two products for each one, but for the gradient of x.
    expect(workOf(MLP).gigaflop).toBeCloseTo((2 * (3 * forward - 2 * onX)) / 1e9, 12);
  });

  it('takes no less than products at the peak and bytes at the speed of a copy', () => {
    expect(floorOf({ gigaflop: 2, gigabytes: 0.1, parameters: 1 }, 100, 10)).toBeCloseTo(20 + 10, 12);
  });
});

it('the probe gives the limits of as many threads as asked', async () => {
  const { threads, wasm, native, clock, copy } = await limitOf(2);
  expect(threads).toBe(2);
  for (const rate of [wasm, ...Object.values(native), clock ?? 1, copy ?? 1]) expect(rate).toBeGreaterThan(0);
});
