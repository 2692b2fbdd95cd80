/** Lines of docs/results/products.jsonl, and their table. */
import { toTable } from '../toTable';
import type { Machine } from './line';
import type { Limit } from './probe/limit';

/** A product of an m × k and a k × n matrix; one that is transposed lies in memory the other way around. */
export interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposed: 'none' | 'a' | 'b';
  /** where it comes from */
  readonly of: string;
}

/** Who multiplies, in the order of the table. */
export const MULTIPLIERS = ['ssvae', 'TensorFlow.js', 'ONNX Runtime', 'jax-js', 'PyTorch'] as const;

/** One of them. */
export type Multiplier = (typeof MULTIPLIERS)[number];

/** What a product takes each of them, on as many threads, in one run. */
export interface ProductLine {
  readonly run: string;
  readonly machine: Machine;
  readonly limit: Limit;
  readonly threads: number;
  readonly product: Product;
  /** milliseconds of the fastest call of each */
  readonly ms: Partial<Readonly<Record<Multiplier, number>>>;
  readonly versions: Partial<Readonly<Record<Multiplier, string>>>;
}

/** The product in symbols: a `ᵀ` marks the operand that is transposed. */
export const nameOf = ({ m, k, n, transposed }: Product): string =>
  `${m} × ${k}${transposed === 'a' ? 'ᵀ' : ''} × ${n}${transposed === 'b' ? 'ᵀ' : ''}`;

/** Multiplications and additions a second, 10⁹. */
export const rateOf = ({ m, k, n }: Product, ms: number): number => (2 * m * k * n) / ms / 1e6;

const peakOf = ({ wasm, relaxedWasm = 0 }: Limit): number => Math.max(wasm, relaxedWasm);

/**
 * A row for each product and number of threads.
 *
 * @param limits what the probe found on the same machine at other times; the peak is the highest of all for as many threads
 */
export function productTable(lines: readonly ProductLine[], limits: readonly Limit[] = []): string {
  const found = [...limits, ...lines.map(({ limit }) => limit)];
  const rows = lines.map(({ product, threads, ms }) => {
    const peak = Math.max(...found.filter((limit) => limit.threads === threads).map(peakOf));
    const rate = (who: Multiplier): string => {
      const time = ms[who];
      return time === undefined ? '' : rateOf(product, time).toFixed(1);
    };
    return [
      nameOf(product),
      product.of,
      String(threads),
      ...MULTIPLIERS.map(rate),
      ms.ssvae === undefined ? '' : ((100 * rateOf(product, ms.ssvae)) / peak).toFixed(0),
    ];
  });
  return toTable(['m × k × n', 'of', 'threads', ...MULTIPLIERS, 'ssvae, % of the peak'], rows);
}
