/** Interpreters of Python, and files as its safetensors package reads them. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const python = process.env.SSVAE_PYTHON ?? 'python3';

/** Interpreters that may have a package: the one named, those of the committed set-ups, the one of the system. */
const interpreters = (): readonly string[] =>
  process.env.SSVAE_PYTHON
    ? [process.env.SSVAE_PYTHON]
    : ['runs/python/bin/python', 'bench/.venv/bin/python', 'python3'];

/** The first interpreter that has a package, or why there is none. */
export async function pythonWith(
  name: string,
): Promise<{ readonly python: string; readonly absence?: string }> {
  for (const one of interpreters()) {
    const found = await run(one, ['-c', `import ${name}`]).then(
      () => true,
      () => false,
    );
    if (found) return { python: one };
  }
  return {
    python: '',
    absence: `Python’s package ${name} is absent (npx tsx scripts/setup-python.ts installs it, or name an interpreter in SSVAE_PYTHON)`,
  };
}

/** Why nothing can be read by Python; nothing where it can. */
export const pythonAbsence = (): Promise<string | undefined> =>
  run(python, ['-c', 'import safetensors.numpy']).then(
    () => undefined,
    () =>
      'Python’s safetensors package is absent (pip install safetensors numpy, or name an interpreter in SSVAE_PYTHON)',
  );

/** An array of a file: its shape, its type, its values. */
export type PythonArray = readonly [shape: number[], dtype: string, values: number[]];

const PROGRAM = `
import json, sys
from safetensors.numpy import load_file
arrays = load_file(sys.argv[1])
print(json.dumps({name: [list(a.shape), str(a.dtype), a.astype(float).flatten().tolist()] for name, a in arrays.items()}))
`;

/** Arrays of a safetensors file, by name. */
export async function readByPython(bytes: Uint8Array): Promise<Readonly<Record<string, PythonArray>>> {
  const folder = await mkdtemp(join(tmpdir(), 'ssvae-python-'));
  try {
    const path = join(folder, 'file.safetensors');
    await writeFile(path, bytes);
    const { stdout } = await run(python, ['-c', PROGRAM, path], { maxBuffer: 2 ** 28 });
    return JSON.parse(stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
