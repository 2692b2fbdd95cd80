/**
 * What a training step spends its time on: `npx tsx bench/speed/profile.ts [--only mlp,conv-128,m1] [--backend wasm] [--threads 1]
 * [--steps 15] [--kernels] [--shapes] [--out docs/results/profile.jsonl]`.
 *
 * A clock runs around each kernel, and what a kernel calls counts with it. The mean time of a step, and what of it each kind of work
 * takes, go to a line for each workload. `--kernels` prints each kernel too, `--shapes` by its shapes. On native TensorFlow a step runs
 * operation by operation: a recorded step is one call.
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { type SelectBackendOptions, selectBackend } from 'ssvae/node';
import { readLines, writeLines } from '../lines';
import { DEFAULTS } from './levers';
import { createOurs } from './ours';
import type { ProfileLine } from './profileLine';
import { WORKLOADS } from './workloads';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: 'mlp,conv-128,m1' },
    backend: { type: 'string', default: 'wasm' },
    threads: { type: 'string', default: '1' },
    steps: { type: 'string', default: '15' },
    kernels: { type: 'boolean', default: false },
    shapes: { type: 'boolean', default: false },
    out: { type: 'string', default: 'docs/results/profile.jsonl' },
  },
});

/** Kinds of work by the names of kernels, the first that fits. */
const KINDS: readonly (readonly [kind: string, kernels: RegExp])[] = [
  ['products', /MatMul|Conv2D/],
  ['Adam', /Adam|Momentum/],
  ['sums and means', /^(Sum|Mean|Max|ArgMax|LogSoftmax|Softmax|Moments|Prod|All|Any)/],
  [
    'shapes and copies',
    /^(Reshape|Identity|Transpose|Slice|Concat|Pack|Unpack|Tile|Pad|Cast|Gather|StridedSlice|Fill|ZerosLike|OnesLike|ExpandDims|Split)/,
  ],
  ['elementwise', /./],
];

/** What calls of a kernel come to. */
interface Cost {
  readonly calls: number;
  readonly milliseconds: number;
}

const describe = ({ inputs, attrs }: Parameters<tf.KernelFunc>[0]): string => {
  const { transposeA, transposeB } = attrs ?? {};
  const shapes = Object.values(inputs as Record<string, tf.TensorInfo | undefined>).flatMap((one) =>
    one ? `[${one.shape}]` : [],
  );
  return `${shapes.join(' ')}${transposeA ? ' Aᵀ' : ''}${transposeB ? ' Bᵀ' : ''}`;
};

/** Puts a clock around every kernel of a backend; `costs()` are those of the workload that runs. */
function clockKernels(backend: string, costs: () => Map<string, Cost> | undefined): void {
  let depth = 0;
  for (const kernel of tf.getKernelsForBackend(backend)) {
    const { kernelName, kernelFunc } = kernel;
    tf.unregisterKernel(kernelName, backend);
    tf.registerKernel({
      ...kernel,
      kernelFunc(call) {
        const sums = costs();
        if (sums === undefined || depth > 0) return kernelFunc(call);
        depth += 1;
        const start = performance.now();
        try {
          return kernelFunc(call);
        } finally {
          const name = flags.shapes ? `${kernelName} ${describe(call)}` : kernelName;
          const { calls, milliseconds } = sums.get(name) ?? { calls: 0, milliseconds: 0 };
          sums.set(name, { calls: calls + 1, milliseconds: milliseconds + performance.now() - start });
          depth -= 1;
        }
      },
    });
  }
}

/** Steps before the first that is clocked: kernels are compiled in them. */
const WARM_UP = 8;

const steps = Number(flags.steps);
const { name: backend } = await selectBackend({
  backend: flags.backend as SelectBackendOptions['backend'],
  ...(flags.backend === 'wasm' && { threads: Number(flags.threads) }),
} as SelectBackendOptions);
const runs = WORKLOADS.filter(({ name }) => flags.only.split(',').includes(name)).map((workload) => ({
  workload,
  stepper: createOurs(workload, DEFAULTS),
  costs: new Map<string, Cost>(),
  times: [] as number[],
}));

let current: Map<string, Cost> | undefined;
clockKernels(backend, () => current);
for (const { stepper, costs, times } of runs)
  for (let step = -WARM_UP; step < steps; step++) {
    if (step >= 0) current = costs;
    const start = performance.now();
    await stepper.step();
    await stepper.loss();
    if (step >= 0) times.push(performance.now() - start);
    current = undefined;
  }

const lines = runs.map(({ workload, costs, times }): ProfileLine => {
  const kinds: Record<string, number> = {};
  for (const [kernel, { milliseconds }] of costs) {
    const kind = KINDS.find(([, kernels]) => kernels.test(kernel))?.[0] as string;
    kinds[kind] = (kinds[kind] ?? 0) + milliseconds / steps;
  }
  return {
    workload: workload.name,
    backend,
    threads: Number(flags.threads),
    ms: times.reduce((sum, time) => sum + time, 0) / steps,
    kinds,
  };
});
for (const [i, { workload, ms, kinds }] of lines.entries()) {
  console.log(`${workload}: ${ms.toFixed(1)} ms a step`);
  for (const [kind, time] of Object.entries(kinds)) console.log(`${time.toFixed(2).padStart(9)} ms ${kind}`);
  const costs = [...(runs[i]?.costs ?? [])].sort(([, a], [, b]) => b.milliseconds - a.milliseconds);
  for (const [kernel, { calls, milliseconds }] of flags.kernels || flags.shapes ? costs.slice(0, 40) : [])
    console.log(
      `${(milliseconds / steps).toFixed(2).padStart(9)} ms ${(calls / steps).toFixed(0).padStart(5)} × ${kernel}`,
    );
}
const keyOf = (line: ProfileLine): string => `${line.workload} ${line.backend} ${line.threads}`;
const renewed = new Set(lines.map(keyOf));
const former = await readLines<ProfileLine>(flags.out);
await writeLines(flags.out, [...former.filter((line) => !renewed.has(keyOf(line))), ...lines]);
