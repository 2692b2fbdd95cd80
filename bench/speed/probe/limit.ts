/** What the machine can do at most: products and sums a second at each width of vectors, the clock, bytes copied a second. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import asc from 'assemblyscript/asc';

/** Limits of a number of threads that compute at once, all of them together. */
export interface Limit {
  readonly threads: number;
  /** multiplications and additions of float32 a second by bits of a vector, 10⁹; empty where no compiler of C is */
  readonly native: Readonly<Record<string, number>>;
  /** the same of WebAssembly, whose vectors have 128 bits */
  readonly wasm: number;
  /** the same where the engine has relaxed SIMD: one instruction for a product and a sum */
  readonly relaxedWasm?: number;
  /** GHz of one thread */
  readonly clock?: number;
  /** bytes read and written a second by a copy of 64 MiB, 10⁹ */
  readonly copy?: number;
}

const COMPILERS = [process.env.CC, 'cc', 'gcc', 'clang'].filter((name) => name !== undefined);

/** Compiles chains.c for this processor and runs it; an empty object where no compiler is. */
function nativeLimit(threads: number): Readonly<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'ssvae-probe-'));
  const program = join(folder, 'chains');
  const flags = ['-O3', '-march=native', '-ffp-contract=fast', '-pthread', 'bench/speed/probe/chains.c'];
  try {
    const compiled = COMPILERS.some((cc) => spawnSync(cc, [...flags, '-o', program]).status === 0);
    return compiled ? JSON.parse(spawnSync(program, [String(threads)], { encoding: 'utf8' }).stdout) : {};
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const RELAXED = ['--enable', 'relaxed-simd'] as const;

/** The module of assembly/probe.ts. */
async function compileChains(flags: readonly string[]): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const words = ['assembly/probe.ts', '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', ...flags];
  const { error, stderr } = await asc.main([...words, '--outFile', 'probe.wasm'], {
    writeFile(_name: string, contents: Uint8Array | string) {
      if (typeof contents !== 'string') binary = contents;
    },
  });
  if (error || binary === undefined) throw new Error(stderr.toString(), { cause: error });
  return binary;
}

// Twelve chains of four floats, a product and a sum each.
const IN_A_WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const { chains } = new WebAssembly.Instance(new WebAssembly.Module(workerData)).exports;
const n = 5_000_000;
chains(n);
let most = 0;
for (let round = 0; round < 7; round++) {
  const start = performance.now();
  chains(n);
  most = Math.max(most, (2 * 4 * 12 * n) / (performance.now() - start) / 1e6);
}
parentPort.postMessage(most);
`;

/** The sum of what threads do at once; `undefined` where the engine refuses the module. */
async function wasmLimit(threads: number, flags: readonly string[]): Promise<number | undefined> {
  const binary = await compileChains(flags);
  if (!WebAssembly.validate(binary as BufferSource)) return undefined;
  const rates = await Promise.all(
    Array.from(
      { length: threads },
      () =>
        new Promise<number>((resolve, reject) => {
          const worker = new Worker(IN_A_WORKER, { eval: true, workerData: binary });
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  return Number(rates.reduce((sum, rate) => sum + rate, 0).toFixed(1));
}

/** Measures the limits of a number of threads. It takes about four seconds. */
export async function limitOf(threads: number): Promise<Limit> {
  const { clock, copy, ...native } = nativeLimit(threads);
  const relaxedWasm = await wasmLimit(threads, RELAXED);
  return {
    threads,
    native,
    wasm: (await wasmLimit(threads, [])) as number,
    ...(relaxedWasm !== undefined && { relaxedWasm }),
    ...(clock !== undefined && { clock }),
    ...(copy !== undefined && { copy }),
  };
}

/** The higher of each number. */
const highest = (a: object, b: object): Record<string, number> =>
  Object.fromEntries(
    Object.entries(a).map(([name, value]) => [name, Math.max(value, b[name as keyof typeof b] ?? 0)]),
  );

/** The higher of two measurements, number by number: other work on the machine can only lower one. */
export const higherOf = ({ native, ...rest }: Limit, { native: other, ...others }: Limit): Limit => ({
  ...(highest(rest, others) as unknown as typeof rest),
  native: highest(native, other),
});
