/**
 * Makes a virtual environment in runs/python with what tests read other formats and run Optuna by: PyTorch, ONNX's checker,
 * safetensors, Optuna. `npx tsx scripts/setup-python.ts`. Without it these tests are skipped, and say so.
 */
import { spawnSync } from 'node:child_process';

const run = (command: string, ...args: readonly string[]): void => {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0)
    throw new Error(`setup-python: ${command} ${args.join(' ')}: ${error?.message ?? status}`);
};

run(process.env.PYTHON ?? 'python3', '-m', 'venv', 'runs/python');
run('runs/python/bin/python', '-m', 'pip', 'install', '-r', 'test/portable/requirements.txt');
