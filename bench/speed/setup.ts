/** Makes what the benchmark compares with: PyTorch and Pyro, and jax-js beside them, in bench/.venv. */
import { spawnSync } from 'node:child_process';

const run = (command: string, ...args: readonly string[]): void => {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`bench:setup: ${command} ${args.join(' ')}: ${error?.message ?? status}`);
};

run(process.env.PYTHON ?? 'python3', '-m', 'venv', 'bench/.venv');
run('bench/.venv/bin/python', '-m', 'pip', 'install', '-r', 'bench/speed/python/requirements.txt');
run('npm', 'install', '--no-save', '--prefix', 'bench/.venv/js', '@jax-js/jax@0.1.25');
