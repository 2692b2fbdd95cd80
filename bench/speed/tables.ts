/** Tables of docs/performance.md. */
import { toTable } from '../toTable';
import { LEVER_NAMES, LEVERS } from './levers';
import { examplesPerSecond, type Measured, msOf, ratioOf, type SpeedLine, yardstickOf } from './line';
import { MLP, WORKLOADS } from './workloads';

export type Found = SpeedLine & { readonly measured: Measured };

const MIB = 2 ** 20;

export const found = (lines: readonly SpeedLine[], kind: SpeedLine['kind']): readonly Found[] =>
  lines.filter((line): line is Found => line.kind === kind && line.measured !== undefined);

export const ofWorkload = <Line extends SpeedLine>(lines: readonly Line[], name: string): readonly Line[] =>
  lines.filter(({ workload }) => workload.name === name);

export const fastest = (lines: readonly Found[]): Found | undefined =>
  [...lines].sort((a, b) => msOf(a.measured) - msOf(b.measured))[0];

export const ms = (line: Found | undefined): string =>
  line ? String(Number(msOf(line.measured).toPrecision(3))) : '';

const ratio = (one: Found | undefined, other: SpeedLine | undefined): string =>
  one && other?.measured ? ratioOf(one.measured, other.measured).toFixed(2) : '';

const threadsOf = ({ threads }: SpeedLine): string => (threads === null ? 'GPU' : String(threads));

/** Rows of the decoder in a step of `mlp`: one for each labelled example, and one for each label of an unlabelled one. */
const decoderRows = (classes: number): number => MLP.labeled + classes * MLP.unlabeled;

/** Workloads with the numbers of threads that they were run on. */
export const cells = (
  lines: readonly Found[],
): readonly (readonly [name: string, threads: number | null])[] =>
  WORKLOADS.flatMap(({ name }) =>
    [1, 2, null].flatMap((threads) =>
      ofWorkload(lines, name).some((line) => line.threads === threads) ? [[name, threads] as const] : [],
    ),
  );

/** Rows of the summary: ours beside the fastest of the others, on as many threads. */
export function summary(lines: readonly SpeedLine[]): string {
  const all = found(lines, 'contender');
  const rows = cells(all).map(([name, threads]) => {
    const own = ofWorkload(all, name).filter((line) => line.threads === threads);
    const of = (group: string, part = ''): Found | undefined =>
      fastest(own.filter((line) => line.group === group && line.contender.startsWith(part)));
    const [wasm, native, torch] = [of('ssvae', 'wasm'), of('ssvae', 'tensorflow'), of('PyTorch')];
    const stock = of('TensorFlow.js', 'tensorflow');
    return [
      name,
      threads === null ? 'GPU' : String(threads),
      ms(wasm),
      ms(native),
      ms(of('TensorFlow.js', 'wasm')),
      ms(stock),
      ms(torch),
      ms(of('Pyro')),
      ratio(wasm, of('TensorFlow.js', 'wasm')),
      ratio(wasm, torch),
      ratio(native, torch),
      ratio(native, stock),
    ];
  });
  return toTable(
    [
      'workload',
      'threads',
      'ssvae, wasm',
      'ssvae, native',
      'TensorFlow.js, wasm',
      'TensorFlow.js, native',
      'PyTorch',
      'Pyro',
      'wasm ÷ TensorFlow.js',
      'wasm ÷ PyTorch',
      'native ÷ PyTorch',
      'native ÷ TensorFlow.js',
    ],
    rows,
  );
}

/** Our steps that take longer than PyTorch's fastest, the furthest behind first. */
function losses(lines: readonly SpeedLine[]): string {
  const all = found(lines, 'contender');
  const rows = all
    .filter(({ group }) => group === 'ssvae')
    .flatMap((line) => {
      const torch = yardstickOf(ofWorkload(all, line.workload.name), line.threads);
      const behind = torch?.measured ? ratioOf(line.measured, torch.measured) : 0;
      return torch && behind > 1 ? [{ line, torch, behind }] : [];
    })
    .sort((a, b) => b.behind - a.behind)
    .map(({ line, torch, behind }) => [
      line.workload.name,
      `\`${line.contender}\``,
      `\`${torch.contender}\``,
      behind.toFixed(2),
      (msOf(line.measured) - msOf(torch.measured as Measured)).toFixed(1),
      String(line.measured.kernels ?? ''),
      String(torch.measured?.kernels ?? ''),
    ]);
  return toTable(
    ['workload', 'ours', 'the fastest PyTorch', 'ratio', 'ms behind', 'our kernels', 'its operators'],
    rows,
  );
}

/** Every contender of one workload. */
const contenders = (lines: readonly SpeedLine[], name: string): string => {
  const own = ofWorkload(lines, name).filter(({ kind }) => kind === 'contender');
  const measured = [...found(own, 'contender')].sort((a, b) => msOf(a.measured) - msOf(b.measured));
  const rows = measured.map((line) => [
    line.group,
    `\`${line.contender}\``,
    threadsOf(line),
    ms(line),
    String(Math.round(examplesPerSecond(line.workload, line.measured))),
    ratio(line, yardstickOf(own, line.threads)),
    String(line.measured.kernels ?? ''),
    String(Math.round(line.measured.peak / MIB)),
    String(Math.round(line.measured.base / MIB)),
  ]);
  const absent = own.flatMap(({ group, contender, unable }) =>
    unable === undefined ? [] : [[group, `\`${contender}\``, `cannot: ${unable}`, '', '', '', '', '', '']],
  );
  return toTable(
    [
      '',
      'contender',
      'threads',
      'ms a step',
      'examples a second',
      '÷ PyTorch',
      'kernels',
      'peak MiB',
      'before, MiB',
    ],
    [...rows, ...absent],
  );
};

/** Our step with a lever off, beside all on. */
function levers(lines: readonly SpeedLine[]): string {
  const all = found(lines, 'lever');
  const rows = LEVER_NAMES.flatMap((name) =>
    lines
      .filter(({ kind, off }) => kind === 'lever' && off === name)
      .map((line) => {
        const on = ofWorkload(all, line.workload.name).find(
          (one) => one.off === 'none' && one.contender === line.contender,
        );
        const off = line.measured && { ...line, measured: line.measured };
        return [
          LEVERS[name].title,
          LEVERS[name].instead,
          line.workload.name,
          line.contender,
          ms(on),
          off ? ms(off) : `cannot: ${line.unable}`,
          ratio(off, on),
          // Of a recorded step there is one, the whole.
          on?.measured.kernels && off ? `${on.measured.kernels} / ${off.measured.kernels}` : '',
        ];
      }),
  );
  return toTable(
    ['lever', 'off', 'workload', 'backend', 'on, ms', 'off, ms', 'off ÷ on', 'kernels on / off'],
    rows,
  );
}

/** What grows along a curve, in the order of the page. */
const CURVES = {
  classes: 'classes',
  batch: 'examples of either kind in a batch',
  latent: 'latent dimensions',
  width: 'hidden units',
  image: 'pixels on each side, in three colors, convolutions',
} as const;

/** The figures of the curves that there are, and the same as tables; figures are named by the file of the lines. */
export function growth(lines: readonly SpeedLine[], file = 'performance'): string {
  const all = found(lines, 'growth');
  return Object.entries(CURVES)
    .flatMap(([along, title]) => {
      const curve = all.filter(({ point }) => point?.along === along);
      if (curve.length === 0) return [];
      const values = [...new Set(curve.map(({ point }) => point?.value as number))];
      const names = [...new Set(curve.map((line) => `${line.contender}, ${line.workload.labelHandling}`))];
      const rows = names.map((name) => [
        name,
        ...values.map((value) =>
          ms(
            curve.find(
              (line) =>
                `${line.contender}, ${line.workload.labelHandling}` === name && line.point?.value === value,
            ),
          ),
        ),
      ]);
      return [
        `![Milliseconds of a step by ${title}](figures/${file}-${along}.png)`,
        toTable([`ms by ${title}`, ...values.map(String)], rows),
      ];
    })
    .join('\n\n');
}

/** What a step is to reach against whom, at most, on the MLP and on convolutions. */
interface Aim {
  readonly against: string;
  readonly ours: string;
  /** contenders of whom the fastest is the measure; a star at the end stands for anything */
  readonly theirs: string;
  readonly most: readonly [mlp: number, conv: number | undefined];
}

const AIMS: readonly Aim[] = [
  {
    against: 'recorded, 2 threads ÷ the fastest PyTorch, 2 threads',
    ours: 'tensorflow-recorded-2',
    theirs: 'torch-2*',
    most: [1, 0.8],
  },
  {
    against: 'recorded, 2 threads ÷ the fastest Pyro, 2 threads',
    ours: 'tensorflow-recorded-2',
    theirs: 'pyro-2*',
    most: [0.5, undefined],
  },
  {
    against: 'operation by operation, 2 threads ÷ PyTorch as it is, 2 threads',
    ours: 'tensorflow-2',
    theirs: 'torch-2',
    most: [1.1, 1.1],
  },
  {
    against: 'WebAssembly, 1 thread ÷ PyTorch with its fused Adam, 1 thread',
    ours: 'wasm-1',
    theirs: 'torch-1+fused',
    most: [2.8, 3.5],
  },
  {
    against: 'WebAssembly, 2 threads ÷ the fastest PyTorch, 2 threads',
    ours: 'wasm-2',
    theirs: 'torch-2*',
    most: [3, 4],
  },
  {
    against: 'WebAssembly ÷ TensorFlow.js on WebAssembly, 1 thread',
    ours: 'wasm-1',
    theirs: 'wasm-stock',
    most: [0.11, undefined],
  },
];

/** Factor by which a step grows from 10 classes to 100, for a contender. */
function growthOf(lines: readonly Found[], contender: string, labelHandling: string): string {
  const at = (classes: number): Found | undefined =>
    lines.find(
      (line) =>
        line.contender === contender &&
        line.workload.labelHandling === labelHandling &&
        line.point?.along === 'classes' &&
        line.point.value === classes,
    );
  return ratio(at(100), at(10));
}

/** Aims and what was reached. */
function aims(lines: readonly SpeedLine[]): string {
  const all = found(lines, 'contender');
  const reached = ({ ours, theirs }: Aim, workload: string): string => {
    const own = ofWorkload(all, workload);
    const is = ({ contender }: Found): boolean =>
      theirs.endsWith('*') ? contender.startsWith(theirs.slice(0, -1)) : contender === theirs;
    return ratio(
      own.find(({ contender }) => contender === ours),
      fastest(own.filter(is)),
    );
  };
  const rows = AIMS.map((aim) => {
    const [mlp, conv] = aim.most;
    const ofConv = conv === undefined ? ['', '', ''] : [`≤ ${conv}`, ...['conv-128', 'conv-64'].map((name) => reached(aim, name))]; // biome-ignore format: a row
    return [aim.against, `≤ ${mlp}`, reached(aim, 'mlp'), ...ofConv];
  });
  const curve = found(lines, 'growth');
  const grown = ['wasm-1', 'tensorflow-1', 'tensorflow-recorded-1'].map((contender) => [
    `100 classes ÷ 10 classes, \`${contender}\``,
    `exact: ≤ ${(decoderRows(100) / decoderRows(10)).toFixed(1)}, as decoder rows grow`,
    growthOf(curve, contender, 'exact'),
    'one relaxed label: flat',
    growthOf(curve, contender, 'gumbel'),
    '',
  ]);
  return toTable(
    ['', 'asked, `mlp`', '`mlp`', 'asked, convolutions', '`conv-128`', '`conv-64`'],
    [...rows, ...grown],
  );
}

const KINDS = { contender: 'comparison', growth: 'curves', lever: 'levers' } as const;

/** The runs, and with which versions: the same program may stand in many lines. */
function machine(lines: readonly SpeedLine[]): string {
  const runs = new Map(lines.map((line) => [`${line.run} ${line.kind}`, line]));
  const rows = [...runs.values()].map(({ run, kind, machine: { cpu, cores, load } }) => [
    run.slice(0, 10),
    KINDS[kind],
    [
      ...new Set(
        lines
          .filter((line) => line.run === run && line.kind === kind)
          .map(({ workload, point }) => point?.along ?? workload.name),
      ),
    ].join(', '),
    `${cores} × ${cpu}`,
    String(load),
  ]);
  const versions = lines.flatMap(({ measured }) => measured?.versions.split('; ') ?? []);
  return [
    toTable(['day', 'what', 'of', 'processors', 'load before'], rows),
    `Versions: ${[...new Set(versions.map((version) => version.replace(/: as asked$/, '')))].join('; ')}.`,
  ].join('\n\n');
}

/** Tables by the name that the page asks for them by. */
export const speedTables = (
  linesOf: () => Promise<readonly SpeedLine[]>,
): Readonly<Record<string, () => Promise<string>>> => ({
  'performance machine': async () => machine(await linesOf()),
  'performance aims': async () => aims(await linesOf()),
  'performance summary': async () => summary(await linesOf()),
  'performance losses': async () => losses(await linesOf()),
  'performance growth': async () => growth(await linesOf()),
  'performance levers': async () => levers(await linesOf()),
  ...Object.fromEntries(
    WORKLOADS.map(({ name }) => [`performance ${name}`, async () => contenders(await linesOf(), name)]),
  ),
});
