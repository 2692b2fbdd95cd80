/** Who takes part: each a name, the threads it may use, and the process that it is. */
import { BACKENDS as TRAITS } from '../../src/host/backends';
import type { LeverName } from './levers';
import { DEFAULTS } from './levers';
import type { NodeTask, PythonTask } from './protocol';
import type { Workload } from './workloads';

/** What a process is told, and what runs it. */
export type Task =
  | { readonly runtime: 'node'; readonly task: NodeTask }
  | {
      readonly runtime: 'python';
      readonly script: 'torch_worker' | 'pyro_worker';
      readonly task: PythonTask;
    };

/** One that takes the step of a workload. */
export interface Contender {
  readonly name: string;
  /** threads it computes with; `null` on a GPU */
  readonly threads: number | null;
  /** whose step it is */
  readonly group: 'ssvae' | 'TensorFlow.js' | 'PyTorch' | 'Pyro';
  /** whether it has a step of this kind */
  runs(workload: Workload): boolean;
  task(workload: Workload): Task;
}

const always = (): boolean => true;
const isPlain = ({ model }: Workload): boolean => model === 'm1' || model === 'm2';

const node = (
  name: string,
  threads: number | null,
  backend: NodeTask['backend'],
  implementation: NodeTask['implementation'],
  on: readonly LeverName[] = implementation === 'ours' ? DEFAULTS : [],
): Contender => ({
  name,
  threads,
  group: implementation === 'ours' ? 'ssvae' : 'TensorFlow.js',
  // What one writes without the library is written for M2 and a VAE.
  runs: implementation === 'ours' ? always : isPlain,
  task: (workload) => ({
    runtime: 'node',
    task: { workload, implementation, backend, threads: threads ?? 1, on },
  }),
});

const exact = ({ labelHandling, model }: Workload): boolean => labelHandling === 'exact' && model === 'm2';
const convolves = ({ nets }: Workload): boolean => nets === 'conv';

/** What can be switched on in PyTorch, and where it makes sense. */
const TORCH_VARIANTS: readonly (readonly [variant: readonly string[], runs: Contender['runs']])[] = [
  [[], always],
  [['fused'], always],
  [['compiled'], always],
  [['fused', 'compiled'], always],
  [['channels-last'], convolves],
  [['fused', 'compiled', 'channels-last'], convolves],
  [['apart'], exact],
  [['fused', 'compiled', 'apart'], exact],
];

const python = (
  script: 'torch_worker' | 'pyro_worker',
  threads: number | null,
  variant: readonly string[],
  runs: Contender['runs'],
): Contender => {
  const family = script === 'torch_worker' ? 'torch' : 'pyro';
  return {
    name: [`${family}-${threads ?? 'cuda'}`, ...variant].join('+'),
    threads,
    group: script === 'torch_worker' ? 'PyTorch' : 'Pyro',
    runs,
    task: (workload) => ({
      runtime: 'python',
      script,
      task: { workload, threads: threads ?? 1, device: threads === null ? 'cuda' : 'cpu', variant },
    }),
  };
};

// Its example has dense nets, and enumerates the label.
const enumerates = (workload: Workload): boolean => exact(workload) || workload.model === 'm1';

const onThreads = (threads: number): readonly Contender[] => [
  node(`tensorflow-${threads}`, threads, 'tensorflow', 'ours'),
  node(`tensorflow-recorded-${threads}`, threads, 'tensorflow', 'ours', [...DEFAULTS, 'recorded']),
  node(`tensorflow-stock-${threads}`, threads, 'tensorflow', 'stock'),
  ...TORCH_VARIANTS.map(([variant, runs]) => python('torch_worker', threads, variant, runs)),
  python('pyro_worker', threads, [], enumerates),
  python('pyro_worker', threads, ['svi'], enumerates),
];

/** All of them; what a machine cannot have says so itself. Stock WebAssembly has one thread in Node. */
export const CONTENDERS: readonly Contender[] = [
  node('wasm-1', 1, 'wasm', 'ours'),
  node('wasm-2', 2, 'wasm', 'ours'),
  node('wasm-stock', 1, 'wasm', 'stock'),
  ...onThreads(1),
  ...onThreads(2),
  node('webgpu', null, 'webgpu', 'ours'),
  node('webgpu-stock', null, 'webgpu', 'stock'),
  python('torch_worker', null, [], always),
  python('torch_worker', null, ['fused', 'compiled'], always),
];

/** Where our step runs. */
export const BACKENDS = ['wasm', 'tensorflow', 'webgpu'] as const;

/** Our step on one thread (or a GPU) with exactly these levers on. */
export const ours = (backend: (typeof BACKENDS)[number], on: readonly LeverName[]): Contender =>
  node(backend, 'readsAtOnce' in TRAITS[backend] ? 1 : null, backend, 'ours', on);
