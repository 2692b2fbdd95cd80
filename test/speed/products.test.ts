import { expect, it } from 'vitest';
import { type ProductLine, productTable } from '../../bench/speed/productLine';

const line = (threads: number, wasm: number, ms: ProductLine['ms']): ProductLine => ({
  run: '',
  machine: { cpu: '', cores: 2, load: 0 },
  limit: { threads, native: {}, wasm, relaxedWasm: wasm / 2 },
  threads,
  product: { m: 1000, k: 50, n: 200, transposed: 'b', of: 'layer' },
  ms,
  versions: {},
});

it('the table of products has operations a second, and ours of the highest peak for as many threads', () => {
  // 2 · 1000 · 50 · 200 operations in a millisecond.
  const lines = [line(1, 40, { ssvae: 1, PyTorch: 0.25 }), line(1, 30, { ssvae: 2 }), line(2, 80, {})];
  const [, , ...rows] = productTable(lines, [{ threads: 1, native: {}, wasm: 50 }]).split('\n');
  expect(rows).toEqual([
    '| 1000 × 50 × 200ᵀ | layer | 1 | 20.0 |  |  |  | 80.0 | 40 |',
    '| 1000 × 50 × 200ᵀ | layer | 1 | 10.0 |  |  |  |  | 20 |',
    '| 1000 × 50 × 200ᵀ | layer | 2 |  |  |  |  |  |  |',
  ]);
});
