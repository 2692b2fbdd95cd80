/**
 * Times products of matrices: `npx tsx bench/speed/products.ts [--only ssvae,PyTorch] [--of square,mlp,m1] [--threads 1,2]
 * [--rounds 7] [--ms 40] [--out docs/results/products.jsonl]`.
 *
 * Those who multiply are processes, which take turns at each product: A B C, A B C, … A figure is the fastest call of all
 * turns, as other work on the machine can only slow a call down. A call is that of the public function, with an array for
 * its result. One that takes longer than a turn is called in two turns only. The probe measures the machine's limit before and after. jax-js and PyTorch come with `npm run bench:setup`.
 */
import { parseArgs } from 'node:util';
import { readLines, writeLines } from '../lines';
import { bundle } from './bundle';
import { launch, type Process, PYTHON } from './contenderProcess';
import { machineNow } from './machine';
import { higherOf, limitOf } from './probe/limit';
import { MULTIPLIERS, type Multiplier, nameOf, type Product, type ProductLine, rateOf } from './productLine';
import type { Unable } from './protocol';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: MULTIPLIERS.join(',') },
    of: { type: 'string', default: 'square,mlp,m1' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '7' },
    ms: { type: 'string', default: '40' },
    out: { type: 'string', default: 'docs/results/products.jsonl' },
  },
});

const product = (
  of: string,
  m: number,
  k: number,
  n: number,
  transposed: Product['transposed'] = 'none',
): Product => ({ of, m, k, n, transposed });

/** Forward products of layers, and those of their gradients: of the weights with Aᵀ, of the input with Bᵀ. */
const PRODUCTS: readonly Product[] = [
  ...[64, 128, 256, 512, 1024].map((size) => product('square', size, size, size)),
  product('`mlp`, encoder', 100, 784, 500),
  product('`mlp`, code', 1000, 50, 500),
  product('`mlp`, decoder', 1000, 500, 784),
  product('`mlp`, encoder weights', 784, 100, 500, 'a'),
  product('`mlp`, decoder weights', 500, 1000, 784, 'a'),
  product('`mlp`, decoder input', 1000, 784, 500, 'b'),
  product('`m1`, layer', 100, 600, 600),
  product('`m1`, weights', 600, 100, 600, 'a'),
  product('`m1`, input', 100, 600, 600, 'b'),
];

/** Starts one who multiplies; `undefined` where there is none, which is said. */
async function begin(
  who: Multiplier,
  threads: number,
  worker: string,
): Promise<readonly [Process, string] | undefined> {
  const program =
    who === 'PyTorch' ? [PYTHON, 'bench/speed/python/products_worker.py'] : [process.execPath, worker];
  const started = launch([...program, JSON.stringify({ who, threads })], threads);
  const ready = await started.next<{ versions: string } | Unable>();
  if ('versions' in ready) return [started, ready.versions];
  console.log(`${who}, threads ${threads}: ${ready.unable}`);
  started.stop();
  return undefined;
}

/** Lets all take turns at a product. */
async function turns(
  processes: ReadonlyMap<Multiplier, Process>,
  one: Product,
): Promise<Partial<Record<Multiplier, number>>> {
  const best: Partial<Record<Multiplier, number>> = {};
  const budget = Number(flags.ms);
  for (let round = 0; round < Number(flags.rounds); round++)
    for (const [who, contender] of processes) {
      if (round > 1 && (best[who] ?? 0) > budget) continue;
      contender.tell(JSON.stringify({ product: one, budget }));
      const answer = await contender.next<{ ms: number } | Unable>();
      if ('unable' in answer) throw new Error(`products: ${who} cannot do ${nameOf(one)}: ${answer.unable}`);
      best[who] = Math.min(best[who] ?? Number.POSITIVE_INFINITY, answer.ms);
    }
  return best;
}

const machine = machineNow();
const names = (products: readonly Product[]): readonly string[] => products.map(nameOf);

const worker = await bundle('productsWorker');
const wanted = PRODUCTS.filter(({ of }) => flags.of.split(',').some((part) => of.includes(part)));
const run = new Date().toISOString();
for (const threads of flags.threads.split(',').map(Number)) {
  const before = await limitOf(threads);
  const processes = new Map<Multiplier, Process>();
  const versions: Partial<Record<Multiplier, string>> = {};
  for (const who of MULTIPLIERS.filter((name) => flags.only.split(',').includes(name))) {
    // The stock backend has one thread in Node.
    const started = who === 'TensorFlow.js' && threads > 1 ? undefined : await begin(who, threads, worker);
    if (started) [, versions[who]] = [processes.set(who, started[0]), started[1]];
  }
  const measured: (readonly [Product, ProductLine['ms']])[] = [];
  for (const one of wanted) {
    const ms = await turns(processes, one);
    measured.push([one, ms]);
    const rates = Object.entries(ms).map(([who, time]) => `${who} ${rateOf(one, time).toFixed(1)}`);
    console.log(`${nameOf(one)}, threads ${threads}, GFLOP/s: ${rates.join(', ')}`);
  }
  for (const contender of processes.values()) contender.stop();
  const limit = higherOf(before, await limitOf(threads));
  console.log(`threads ${threads}: the probe finds ${limit.wasm} on WebAssembly`);
  const former = await readLines<ProductLine>(flags.out);
  const lines = [
    ...former.filter((line) => line.threads !== threads || !names(wanted).includes(nameOf(line.product))),
    ...measured.map(([one, ms]) => ({ run, machine, limit, threads, product: one, ms, versions })),
  ];
  const place = ({ threads: count, product: one }: ProductLine): number =>
    count * PRODUCTS.length + names(PRODUCTS).indexOf(nameOf(one));
  await writeLines(
    flags.out,
    lines.sort((a, b) => place(a) - place(b)),
  );
}
