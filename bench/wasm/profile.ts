/**
 * Where a training step on WebAssembly spends its time:
 *
 *   tsx bench/wasm/profile.ts [--steps 15] [--only mlp] [--shapes] [--threads 1] [--stock]
 *
 * Two workloads on random data of 28×28: the fully connected M2 with the exact sum over 10 labels at 100 + 100
 * examples, and the convolutional M2 with Gumbel-Softmax labels at 64 + 64. Their steps are run in turn; for each the
 * median time of a step and of the processor in it, which other programs disturb less, then time and calls by kernel,
 * those that a kernel calls counted with it, and the speed of products of matrices.
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { createAdam, createM2, createNoise, semiSupervised, trainingSteps } from 'ssvae';
import { selectBackend } from 'ssvae/node';

const { values: flags } = parseArgs({
  options: {
    steps: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    shapes: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
    stock: { type: 'boolean', default: false },
  },
});

interface Workload {
  readonly nets: 'mlp' | 'conv';
  readonly labelHandling: 'exact' | 'gumbel';
  readonly size: number;
}

const workloads: Readonly<Record<string, Workload>> = {
  'mlp, exact, 100 + 100': { nets: 'mlp', labelHandling: 'exact', size: 100 },
  'conv, gumbel, 64 + 64': { nets: 'conv', labelHandling: 'gumbel', size: 64 },
};

/** What calls of a kernel come to. */
interface KernelCost {
  readonly calls: number;
  readonly milliseconds: number;
  /** multiplications and additions of products of matrices */
  readonly operations: number;
}

interface Costs {
  readonly times: number[];
  readonly busy: number[];
  readonly byKernel: Map<string, KernelCost>;
}

/** Puts a clock around every kernel of the backend; `costs()` are those of the workload that runs. */
function measureKernels(costs: () => Costs | undefined): void {
  let depth = 0;
  for (const kernel of tf.getKernelsForBackend('wasm')) {
    const { kernelName, kernelFunc } = kernel;
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({
      ...kernel,
      kernelFunc(call) {
        const sums = costs();
        if (sums === undefined || depth > 0) return kernelFunc(call);
        depth += 1;
        const start = performance.now();
        try {
          const result = kernelFunc(call);
          const time = performance.now() - start;
          const name = flags.shapes ? `${kernelName} ${describe(call)}` : kernelName;
          const cost = sums.byKernel.get(name) ?? { calls: 0, milliseconds: 0, operations: 0 };
          sums.byKernel.set(name, {
            calls: cost.calls + 1,
            milliseconds: cost.milliseconds + time,
            operations: cost.operations + operationsOf(kernelName, call, result),
          });
          return result;
        } finally {
          depth -= 1;
        }
      },
    });
  }
}

/** Multiplications and additions of a product of matrices; 0 of any other kernel. */
function operationsOf(
  kernelName: string,
  { inputs, attrs }: Parameters<tf.KernelFunc>[0],
  result: ReturnType<tf.KernelFunc>,
): number {
  if (kernelName !== 'BatchMatMul' && kernelName !== '_FusedMatMul') return 0;
  const inner = (inputs.a as tf.TensorInfo).shape.at(attrs?.transposeA ? -2 : -1) as number;
  return 2 * inner * tf.util.sizeFromShape((result as tf.TensorInfo).shape);
}

function describe({ inputs, attrs }: Parameters<tf.KernelFunc>[0]): string {
  const { transposeA, transposeB } = attrs ?? {};
  const operands = Object.values(inputs as Record<string, tf.TensorInfo | undefined>);
  const shapes = operands.flatMap((operand) => (operand ? `[${operand.shape}]` : []));
  return `${shapes.join(' ')}${transposeA ? ' Aᵀ' : ''}${transposeB ? ' Bᵀ' : ''}`;
}

function stepsOf({ nets, labelHandling, size }: Workload) {
  const noise = createNoise(1);
  const inputShape = [28, 28, 1];
  const model = createM2({ inputShape, classes: 10, nets: nets === 'mlp' ? 'kingma' : 'report', seed: 1 });
  const classes = Int32Array.from({ length: size }, (_, i) => i % 10);
  const images = (name: string) => tf.sigmoid(noise.split(name).normal([size, ...inputShape]));
  const batches = {
    counts: { labeled: size, unlabeled: 500 * size },
    stepsPerEpoch: 500,
    at: () =>
      tf.tidy(() => ({
        labeled: {
          x: images('labeled'),
          y: tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), 10), 'float32') as tf.Tensor2D,
        },
        unlabeled: { x: images('unlabeled') },
      })),
  };
  return trainingSteps(model, {
    objective: semiSupervised({ labelHandling: labelHandling === 'exact' ? 'enumerate' : labelHandling }),
    batches,
    seed: 1,
    optimizer: createAdam(),
  });
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] as number;

if (flags.stock) {
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
} else await selectBackend({ backend: 'wasm', threads: Number(flags.threads) });
let current: Costs | undefined;
const runs = Object.entries(workloads)
  .filter(([name]) => name.startsWith(flags.only))
  .map(([name, workload]) => ({
    name,
    steps: stepsOf(workload),
    costs: { times: [], busy: [], byKernel: new Map() } as Costs,
  }));
// Two passes: clocks cost time.
const passes = [Number(flags.steps), Number(flags.steps)];
for (const [pass, count] of passes.entries()) {
  if (pass === 1) measureKernels(() => current);
  for (let step = -3; step < count; step++) {
    for (const { steps, costs } of runs) {
      current = step >= 0 && pass === 1 ? costs : undefined;
      const [start, usage] = [performance.now(), process.cpuUsage()];
      const { value } = await steps.next();
      await value?.loss.data();
      if (step < 0 || pass === 1) continue;
      const { user, system } = process.cpuUsage(usage);
      costs.times.push(performance.now() - start);
      costs.busy.push((user + system) / 1000);
    }
  }
}
for (const { name, costs } of runs) {
  const sorted = [...costs.byKernel].sort(([, a], [, b]) => b.milliseconds - a.milliseconds);
  const count = passes[1] as number;
  const inKernels = sorted.reduce((sum, [, { milliseconds }]) => sum + milliseconds, 0) / count;
  console.log(
    `${name}: ${median(costs.times).toFixed(1)} ms a step (least ${Math.min(...costs.times).toFixed(1)}), ${median(costs.busy).toFixed(1)} of the processor, ${inKernels.toFixed(1)} in kernels`,
  );
  for (const [kernel, { calls, milliseconds, operations }] of sorted.slice(0, 40)) {
    const speed = operations === 0 ? '' : `, ${(operations / milliseconds / 1e6).toFixed(0)} GFLOP/s`;
    console.log(
      `${(milliseconds / count).toFixed(2).padStart(9)} ms ${(calls / count).toFixed(0).padStart(5)} × ${kernel}${speed}`,
    );
  }
}
