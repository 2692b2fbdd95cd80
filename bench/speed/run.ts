/**
 * Measures training steps: `npm run bench [-- --only mlp,conv-128 --contenders wasm-*,torch-2* --rounds 9 --steps 5]`.
 *
 *   --only         workloads by name
 *   --contenders   by name; a star at the end stands for anything
 *   --growth       how our own step grows, in place of the comparison; `--only classes,batch,latent,width,image`,
 *                  `--contenders` default wasm-1,tensorflow-1,tensorflow-recorded-1
 *   --levers       our own step with one thing left out at a time, in place of the comparison; `--only mlp,conv-128`,
 *                  `--contenders` are backends, wasm and tensorflow unless said otherwise
 *   --rounds, --steps, --seconds   turns of each contender, and the steps (default: what fits the seconds) of a turn
 *   --quick        few and short turns
 *   --out          file of lines; default docs/results/performance.jsonl for a whole run, else runs/performance.jsonl
 *
 * A race's lines replace those that the file has of the same kind and workload, so that what is compared was measured
 * in one run. Before and after a comparison a probe measures what the machine can do at most. Absent frameworks and devices are told of in a line each.
 */
import { parseArgs } from 'node:util';
import { readLines, writeLines } from '../lines';
import { bundle } from './bundle';
import { BACKENDS, CONTENDERS, ours } from './contenders';
import { LEVER_NAMES, LEVERS } from './levers';
import type { SpeedLine } from './line';
import { machineNow } from './machine';
import { print } from './printed';
import { higherOf, type Limit, limitOf } from './probe/limit';
import { assertSameWork, type Entrant, type RaceOptions, race } from './race';
import { CONV, GROWTH, MLP, WORKLOADS } from './workloads';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    contenders: { type: 'string' },
    growth: { type: 'boolean', default: false },
    levers: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    steps: { type: 'string' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});

const partial = flags.quick || (flags.contenders !== undefined && !flags.growth && !flags.levers);
const out = flags.out ?? (partial ? 'runs/performance.jsonl' : 'docs/results/performance.jsonl');

const matches = (patterns: string | undefined, name: string): boolean =>
  patterns === undefined ||
  patterns
    .split(',')
    .some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));

/** A race: its title, and who takes part. */
interface Race {
  readonly title: string;
  readonly entrants: readonly Entrant[];
}

const comparisons = (): readonly Race[] =>
  WORKLOADS.filter(({ name }) => matches(flags.only, name)).map((workload) => ({
    title: `${workload.name}: ${workload.labeled} + ${workload.unlabeled} examples of ${workload.inputShape.join('×')}`,
    entrants: CONTENDERS.filter(
      (contender) => contender.runs(workload) && matches(flags.contenders, contender.name),
    ).map((contender) => ({ contender, workload, about: { kind: 'contender' } })),
  }));

const growth = (): readonly Race[] =>
  CONTENDERS.filter(({ name }) =>
    matches(flags.contenders ?? 'wasm-1,tensorflow-1,tensorflow-recorded-1', name),
  ).flatMap((contender) =>
    [...new Set(GROWTH.map(({ along }) => along))]
      .filter((along) => matches(flags.only, along))
      .map((along) => ({
        title: `${along}, ${contender.name}`,
        entrants: GROWTH.filter((point) => point.along === along).map(({ value, workload }) => ({
          contender,
          workload,
          about: { kind: 'growth', point: { along, value } },
        })),
      })),
  );

const levers = (): readonly Race[] =>
  BACKENDS.filter((backend) => matches(flags.contenders ?? 'wasm,tensorflow', backend)).flatMap((backend) => {
    const had = LEVER_NAMES.filter((name) => name !== 'recorded' || backend === 'tensorflow');
    return [MLP, CONV]
      .filter(({ name }) => matches(flags.only, name))
      .map((workload) => ({
        title: `levers of ${workload.name}, ${backend}`,
        entrants: (['none', ...had.filter((name) => LEVERS[name].applies(workload, backend))] as const).map(
          (off) => ({
            contender: ours(
              backend,
              had.filter((name) => name !== off),
            ),
            workload,
            about: { kind: 'lever', off },
          }),
        ),
      }));
  });

const keyOf = ({ kind, workload, contender }: SpeedLine): string =>
  JSON.stringify([kind, workload.name, kind === 'contender' ? '' : contender]);

async function keep(lines: readonly SpeedLine[]): Promise<void> {
  const renewed = new Set(lines.map(keyOf));
  const former = await readLines<SpeedLine>(out);
  await writeLines(out, [...former.filter((line) => !renewed.has(keyOf(line))), ...lines]);
}

const machine = machineNow();
const options: RaceOptions = {
  rounds: Number(flags.rounds ?? (flags.quick ? 3 : 9)),
  seconds: Number(flags.seconds ?? (flags.quick ? 0.5 : 2)),
  ...(flags.steps !== undefined && { steps: Number(flags.steps) }),
  worker: await bundle('nodeWorker'),
  run: new Date().toISOString(),
  machine,
};
const races = flags.growth ? growth() : flags.levers ? levers() : comparisons();
if (races.every(({ entrants }) => entrants.length === 0))
  throw new Error(
    `bench: nobody takes part; workloads are ${WORKLOADS.map(({ name }) => name).join(', ')}, contenders ${CONTENDERS.map(({ name }) => name).join(', ')}`,
  );
console.log(`${machine.cores} × ${machine.cpu}, load ${machine.load}; lines go to ${out}\n`);
/** The limits for the numbers of threads that take part. */
const limitsFor = async (entrants: readonly Entrant[]): Promise<readonly Limit[]> => {
  const threads = new Set(entrants.flatMap(({ contender }) => contender.threads ?? []));
  const limits: Limit[] = [];
  for (const count of threads) limits.push(await limitOf(count));
  return limits;
};

for (const { title, entrants } of races) {
  const compared = entrants.filter(({ about }) => about.kind === 'contender');
  const before = await limitsFor(compared);
  const raced = await race(entrants, options);
  const after = await limitsFor(compared);
  const limits = before.map((limit, i) => higherOf(limit, after[i] as Limit));
  const lines = raced.map((line) => {
    const limit = limits.find(({ threads }) => threads === line.threads);
    return limit ? { ...line, limit } : line;
  });
  if (!flags.growth) assertSameWork(lines);
  print(title, lines);
  await keep(lines);
}
