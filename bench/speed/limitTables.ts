/** Tables of docs/performance.md that set a step beside what the machine can do. */
import { linesOf } from '../lines';
import { toTable } from '../toTable';
import { msOf, type SpeedLine } from './line';
import { type ProductLine, productTable } from './productLine';
import { type ProfileLine, profileTable } from './profileLine';
import { cells, type Found, fastest, found, growth, ms, ofWorkload, summary } from './tables';
import { floorOf, workOf } from './work';
import { FAMILY } from './workloads';

/** What a contender could compute at most, 10⁹ operations a second: WebAssembly by its vectors, others by the widest there are. */
const peakOf = ({ contender, limit }: Found): number =>
  contender.startsWith('wasm')
    ? Math.max(limit?.wasm ?? 0, limit?.relaxedWasm ?? 0)
    : Math.max(0, ...Object.values(limit?.native ?? {}));

/** Each workload at each number of threads where the probe ran: its lines, and the fastest PyTorch among them. */
const withLimits = (lines: readonly SpeedLine[]) => {
  const all = found(lines, 'contender').filter(({ limit }) => limit !== undefined);
  return cells(all).map(([name, threads]) => {
    const own = ofWorkload(all, name).filter((line) => line.threads === threads);
    return { name, threads, own, torch: fastest(own.filter(({ group }) => group === 'PyTorch')) };
  });
};

/** Ours and the fastest PyTorch beside what the machine can do. */
function limits(lines: readonly SpeedLine[]): string {
  const rows = withLimits(lines).flatMap(({ name, threads, own, torch }) => {
    const ours = own.filter(({ contender }) => /^(wasm|tensorflow-recorded)-\d$/.test(contender));
    return [...ours, ...(torch ? [torch] : [])].flatMap((line) => {
      const work = workOf(line.workload);
      const [peak, copy] = [peakOf(line), line.limit?.copy ?? 0];
      const time = msOf(line.measured);
      const rate = (1000 * work.gigaflop) / time;
      const cell = (value: number, digits: number): string => (peak && copy ? value.toFixed(digits) : '');
      return [
        [
          name,
          String(threads),
          `\`${line.contender}\``,
          ms(line),
          work.gigaflop.toFixed(2),
          rate.toFixed(0),
          cell(peak, 0),
          cell((100 * rate) / peak, 0),
          cell(floorOf(work, peak, copy), 1),
          cell(time / floorOf(work, peak, copy), 2),
        ],
      ];
    });
  });
  const heads = [
    'ms a step',
    'GFLOP a step',
    'GFLOP/s',
    'peak, GFLOP/s',
    '% of the peak',
    'floor, ms',
    '× floor',
  ];
  return toTable(['workload', 'threads', 'contender', ...heads], rows);
}

/** What of PyTorch's whole step our products take alone, and the floor: no step of ours can be below either. */
function least(lines: readonly SpeedLine[], profiles: readonly ProfileLine[]): string {
  const rows = withLimits(lines).flatMap(({ name, threads, own, torch }) => {
    if (torch === undefined) return [];
    const share = (time: number): string => (time / msOf(torch.measured)).toFixed(2);
    return own.flatMap((line) => {
      const [, backend = ''] = /^(wasm|tensorflow-recorded)-\d$/.exec(line.contender) ?? [];
      const profile = profiles.find(
        (one) => one.workload === name && one.threads === threads && backend.startsWith(one.backend),
      );
      const products = profile?.kinds.products;
      const [peak, copy] = [peakOf(line), line.limit?.copy ?? 0];
      if (products === undefined || !peak || !copy) return [];
      const floor = floorOf(workOf(line.workload), peak, copy);
      return [
        [name, `\`${line.contender}\``, ms(torch), ...[msOf(line.measured), products, floor].map(share)],
      ];
    });
  });
  const heads = ['PyTorch, ms', 'a step ÷ PyTorch', 'products alone ÷ PyTorch', 'floor ÷ PyTorch'];
  return toTable(['workload', 'contender', ...heads], rows);
}

/** What the probe found, the highest of each number. */
function probed(lines: readonly SpeedLine[]): string {
  const all = lines.flatMap(({ limit, machine: { cpu } }) => (limit ? [{ limit, cpu }] : []));
  const rows = [...new Set(all.map(({ limit }) => limit.threads))].sort().map((threads) => {
    const own = all.filter(({ limit }) => limit.threads === threads).map(({ limit }) => limit);
    const of = (value: (limit: (typeof own)[number]) => number | undefined, digits = 0): string => {
      const values = own.flatMap((limit) => value(limit) ?? []);
      return values.length ? Math.max(...values).toFixed(digits) : '';
    };
    return [
      String(threads),
      ...['128', '256', '512'].map((bits) => of(({ native }) => native[bits])),
      of(({ wasm }) => wasm),
      of(({ relaxedWasm }) => relaxedWasm),
      of(({ clock }) => clock, 2),
      of(({ copy }) => copy, 1),
    ];
  });
  const native = ['128', '256', '512'].map((bits) => `native, ${bits} bits`);
  const heads = [...native, 'WebAssembly', 'relaxed SIMD', 'clock, GHz', 'copy, GB/s'];
  return toTable(['threads', ...heads], rows);
}

/** Lines of the processor with AVX2, of the family's models or of the others. */
const avx2 = async (ofFamily: boolean): Promise<readonly SpeedLine[]> =>
  (await linesOf<SpeedLine>('performance-avx2')).filter(
    ({ workload }) => FAMILY.some(({ name }) => name === workload.name) === ofFamily,
  );

/** Tables by the name that the page asks for them by. */
export const limitTables: Readonly<Record<string, () => Promise<string>>> = {
  'performance without AVX-512': async () => summary(await avx2(false)),
  'performance family': async () => summary(await avx2(true)),
  'performance growth without AVX-512': async () =>
    growth(await linesOf<SpeedLine>('performance-avx2'), 'performance-avx2'),
  'performance limits': async () => limits(await avx2(false)),
  'performance least': async () => least(await avx2(false), await linesOf<ProfileLine>('profile')),
  'performance family least': async () => least(await avx2(true), await linesOf<ProfileLine>('profile')),
  'performance probe': async () => probed(await linesOf<SpeedLine>('performance-avx2')),
  'performance products': async () =>
    productTable(
      await linesOf<ProductLine>('products'),
      (await linesOf<SpeedLine>('performance-avx2')).flatMap(({ limit }) => limit ?? []),
    ),
  'performance profile': async () => profileTable(await linesOf<ProfileLine>('profile')),
};
