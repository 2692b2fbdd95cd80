import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const TOYS = 'test/laws/toys/';
const PROGRAM = `${TOYS}program.ts`;

/** The line of each kind: its registry, where the registry's list begins, and the line. The rest of a toy is its own file. */
const LINES: Readonly<
  Record<string, readonly (readonly [file: string, list: string, line: string, toy: string])[]>
> = {
  'a likelihood': [['distributions/likelihoods.ts', 'LIKELIHOODS = {', 'toy: TOY_LIKELIHOOD', 'likelihood']],
  'an input kind': [
    ['core/inputs/registry.ts', 'INPUTS = {', 'toy: TOY_INPUT', 'input'],
    [
      'core/inputs/readers.ts',
      'InputReader<Extract<InputSpec, { readonly kind: K }>> } = {',
      'toy: TOY_READER',
      'input',
    ],
  ],
  'a model': [['models/registry.ts', 'READY_MODELS = {', 'toy: TOY_MODEL', 'model']],
  'a preset of nets': [['nets/presets.ts', 'const M2_PRESETS = {', 'toy: TOY_PRESET', 'preset']],
  'a data set': [['node/datasets/registry.ts', 'DATASETS = {', 'toy: TOY_DATASET', 'dataset']],
  'a backend': [
    ['node/backends/registry.ts', 'CANDIDATES = [', 'TOY_BACKEND', 'backend'],
    ['host/backends.ts', 'BACKENDS = {', 'toy: TOY_TRAITS', 'backend'],
  ],
};

/** What the compiler says of each kind without its line; a likelihood is a record that models take as it is. */
const MISSING: Readonly<Record<string, RegExp>> = {
  'an input kind': /'"toy"' is not assignable to type '[^']*"images"/,
  'a model': /'"toy"' is not assignable to type '[^']*"m2"/,
  'a preset of nets': /'"toy"' is not assignable to type '[^']*"kingma"/,
  'a data set': /'"toy"' is not assignable to type '[^']*"mnist"/,
  'a backend': /'"toy"' is not assignable to type '[^']*"tensorflow"/,
};

/** A copy of the library with the toys beside it. */
const copyLibrary = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'ssvae-adding-'));
  for (const part of ['src', 'test/laws/toys', 'package.json', 'tsconfig.json'])
    await cp(join(root, part), join(folder, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
};

const addLine = async (
  folder: string,
  [file, list, line, toy]: (typeof LINES)[string][number],
): Promise<void> => {
  const path = join(folder, 'src', file);
  const source = await readFile(path, 'utf8');
  expect(source.split(list), `${file} has the list ${list}`).toHaveLength(2);
  const up = '../'.repeat(file.split('/').length);
  const name = /TOY_\w+/.exec(line)?.[0];
  const added = source.replace(list, `${list}\n  ${line},`);
  await writeFile(path, `import { ${name} } from '${up}test/laws/toys/${toy}';\n${added}`);
};

/** Messages of the compiler about the copy, or about the files of a part of it: the rest is as it was. */
const compile = (folder: string, part?: string): readonly string[] => {
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const entries = ['index', 'node/index', 'browser/index', 'testing/index', 'recorded/index'];
  const roots = [PROGRAM, ...entries.map((entry) => `src/${entry}.ts`)].map((file) => join(folder, file));
  const program = ts.createProgram(roots, options);
  const sources = part
    ? program.getSourceFiles().filter(({ fileName }) => fileName.includes(part))
    : [undefined];
  return sources
    .flatMap((source) => ts.getPreEmitDiagnostics(program, source))
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
};

const run = async (folder: string): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', PROGRAM], {
    cwd: folder,
  });
  return stdout;
};

describe('a likelihood, an input kind, a model, a preset of nets, a data set and a backend', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await copyLibrary();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are unknown before their lines are there', () => {
    const messages = compile(folder, TOYS);
    for (const [kind, missing] of Object.entries(MISSING))
      expect(messages, kind).toContainEqual(expect.stringMatching(missing));
    expect(messages.filter((message) => !message.includes(PROGRAM))).toEqual([]);
  });

  it('are added by a file and a line in a registry, for the compiler and for callers', async () => {
    const { 'a likelihood': ofLikelihood = [], ...others } = LINES;
    for (const line of Object.values(others).flat()) await addLine(folder, line);
    await expect(run(folder)).rejects.toThrow(
      'likelihood is "toy", needed one of "bernoulli", "categorical"',
    );
    for (const line of ofLikelihood) await addLine(folder, line);
    expect(compile(folder)).toEqual([]);
    expect(await run(folder)).toContain('every toy works');
  });
});
