/** Interpreters of Python, and files as its safetensors package reads them. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const SAFETENSORS = 'safetensors.numpy';

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
    // Python takes a folder of that name where it runs, such as `onnx/`, for a package.
    const found = await run(one, ['-c', `import sys; del sys.path[0]; import ${name}`]).then(
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
export const pythonAbsence = async (): Promise<string | undefined> => (await pythonWith(SAFETENSORS)).absence;

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
    const { python } = await pythonWith(SAFETENSORS);
    const { stdout } = await run(python, ['-c', PROGRAM, path], { maxBuffer: 2 ** 28 });
    return JSON.parse(stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
