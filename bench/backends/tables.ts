/** Tables of backends. */
import { linesOf } from '../lines';
import type { BackendLine, DifferenceLine } from './line';

/** What a backend is called, and how it is installed. */
const NAMES: Readonly<Record<string, readonly [name: string, install: string]>> = {
  tensorflow: ['native TensorFlow', '@tensorflow/tfjs-node'],
  webgpu: ['WebGPU in Node', 'webgpu @tensorflow/tfjs-backend-webgpu'],
  wasm: ['WebAssembly', '@tensorflow/tfjs-backend-wasm'],
  cpu: ['plain JavaScript', '@tensorflow/tfjs-backend-cpu'],
};

const nameOf = (backend: string): readonly [string, string] => NAMES[backend] ?? [backend, backend];

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The suite on each backend. */
async function outcomes(): Promise<string> {
  const lines = await linesOf<BackendLine>('backends');
  const differences = await linesOf<DifferenceLine>('backend-differences');
  const rows = lines.map(({ backend, description, node, tests, passed, failed, skipped }) => {
    const [name, install] = nameOf(backend);
    const apart = Object.values(differences.find((line) => line.backend === backend)?.apart ?? {});
    return [
      name,
      `\`${install}\``,
      `${description}; Node ${node}`,
      tests === 'all'
        ? 'all'
        : tests
            .split(' ')
            .map((path) => `\`${path}\``)
            .join(', '),
      `${passed}`,
      `${failed}`,
      `${skipped}`,
      apart.length === 0 ? '' : Math.max(...apart).toExponential(1),
    ];
  });
  const head = ['backend', 'install', 'measured on', 'tests', 'passed', 'failed', 'skipped'];
  return tableOf([...head, 'largest difference'], rows);
}

/** Each output of each model, read on each backend. */
async function differences(): Promise<string> {
  const lines = await linesOf<DifferenceLine>('backend-differences');
  const outputs = Object.keys(lines[0]?.apart ?? {});
  const rows = outputs.map((output) => [
    output,
    ...lines.map(({ apart }) => apart[output]?.toExponential(1) ?? ''),
  ]);
  return tableOf(['written on wasm', ...lines.map(({ backend }) => `read on ${nameOf(backend)[0]}`)], rows);
}

export const backendTables = { backends: outcomes, 'backend-differences': differences };
