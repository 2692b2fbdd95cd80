/** `python/ssvae_torch.py` against the library: every kind of model, preset and likelihood, from its file. */
import '@tensorflow/tfjs-backend-cpu';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInputs } from '../../src/core/inputs/readers';
import * as ssvae from '../../src/index';
import { expectNear } from '../support/numbers';
import {
  constantNoise,
  expectedParts,
  GENERATED,
  GENERATED_AT,
  generatedAt,
  ofOwnNets,
  PORTABLE,
  portable,
  TABLE,
} from '../support/portable';
import { pythonWith } from '../support/python';
import { memoryStorage } from '../support/tiny';

const ROWS = 4;
/** A normal draw, and Φ of it. */
const [DRAW, PHI] = [0.5, 0.6914624612740131] as const;

interface Case {
  readonly name: string;
  /** numbers of tensors by part and name, flat, with their shapes */
  readonly parts: Readonly<Record<string, Readonly<Record<'inputs' | 'outputs', Listed>>>>;
  readonly generated: readonly number[];
  /** x of the raw inputs, where the model reads such */
  readonly read: readonly number[] | undefined;
}
type Listed = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>
>;
type Answer = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

const listed = (tensors: Readonly<Record<string, Tensor>>): Listed =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, one]) => [name, { shape: one.shape, values: [...one.dataSync()] }]),
  );

const PROGRAM = `
import json, os, sys
sys.path.insert(0, sys.argv[1])
import torch, ssvae_torch
torch.set_num_threads(1)

def tensors(given):
    return {name: torch.tensor(one["values"], dtype=torch.float32).reshape(one["shape"]) for name, one in given.items()}

def named(found):
    if isinstance(found, torch.Tensor):
        return {"z": found}
    layers = found if isinstance(found, list) else [found]
    return {f"{name}{'' if i == 0 else f'.{i + 1}'}": one for i, pair in enumerate(layers) for name, one in zip(("mean", "logVar"), pair)}

def answer(case):
    model = ssvae_torch.load(os.path.join(sys.argv[2], case["file"]))
    found = {}
    for part, given in case["parts"].items():
        inputs = tensors(given["inputs"]).values()
        if part == "classifier":
            found[part] = {"logits": model.classify(*inputs), "probabilities": model.probabilities(*inputs)}
        elif part == "encoder":
            found[part] = named(model.encode(*inputs))
        else:
            parameters = model.decode(*inputs)
            found[part] = {"parameters": parameters, "mean": model.mean(parameters)}
    noise = lambda *shape: torch.full(shape, case["draw"])
    known = {"covariates": torch.tensor(case["covariates"], dtype=torch.float32)} if case["covariates"] else {}
    asked = len(case["labels"]) if case["kind"] == "vae" else case["labels"]
    found["generate"] = {"mean": model.generate(asked, noise=noise, **known)}
    if case["raw"]:
        found["read"] = {"x": model.read(case["raw"])}
    return {part: {name: one.flatten().tolist() for name, one in outputs.items()} for part, outputs in found.items()}

with torch.no_grad(), open(os.path.join(sys.argv[2], "cases.json")) as cases:
    print(json.dumps([answer(case) for case in json.load(cases)]))
`;

const { python, absence } = await pythonWith('torch');
if (absence !== undefined) console.warn(`ssvae_torch.py is not tested: ${absence}`);

const readBy = ({ input }: ssvae.Model, raw: ssvae.RawInputs | undefined): number[] | undefined =>
  input && raw && [...readInputs('test', 'raw', input, raw).x];

/** Raw inputs of models that read such. */
const RAW: Readonly<Record<string, ssvae.RawInputs>> = { 'm2 columns': TABLE, 'm2 vectors': [[3, 4, 0.5]] };

describe.runIf(absence === undefined)('ssvae_torch.py', () => {
  let folder = '';
  const cases: Case[] = [];
  let answers: readonly Answer[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ssvae-torch-'));
    const given: unknown[] = [];
    for (const [i, name] of Object.keys(PORTABLE).entries()) {
      const model = portable(name);
      const storage = memoryStorage();
      await ssvae.saveModel(model, storage);
      await writeFile(join(folder, `${i}.safetensors`), storage.bytes as Uint8Array);
      engine().startScope(name);
      const parts = Object.fromEntries(
        Object.entries(expectedParts(model, ROWS)).map(([part, { inputs, outputs }]) => [
          part,
          { inputs: listed(inputs), outputs: listed(outputs) },
        ]),
      );
      const generated = [...generatedAt(model, constantNoise(DRAW, PHI)).dataSync()];
      engine().endScope();
      cases.push({ name, parts, generated, read: readBy(model, RAW[name]) });
      given.push({
        file: `${i}.safetensors`,
        kind: name.split(' ')[0],
        parts,
        draw: DRAW,
        labels: GENERATED,
        covariates: model.covariates === undefined ? null : GENERATED_AT,
        raw: RAW[name] ?? null,
      });
      model.dispose();
    }
    await writeFile(join(folder, 'cases.json'), JSON.stringify(given));
    const library = fileURLToPath(new URL('../../python', import.meta.url));
    const { stdout } = await promisify(execFile)(python, ['-c', PROGRAM, library, folder], {
      maxBuffer: 2 ** 28,
    });
    answers = JSON.parse(stdout);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(Object.keys(PORTABLE).map((name, i) => [name, i] as const))(
    'gives the numbers of the library: %s',
    (_, i) => {
      const { parts, generated, read } = cases[i] as Case;
      const answer = answers[i] as Answer;
      for (const [part, { outputs }] of Object.entries(parts))
        for (const [name, { values }] of Object.entries(outputs))
          expectNear(answer[part]?.[name] ?? [], values, `${part}.${name}`);
      expectNear(answer.generate?.mean ?? [], generated, 'generate');
      expect(Object.keys(answer).includes('read')).toBe(read !== undefined);
      if (read) expectNear(answer.read?.x ?? [], read, 'read');
    },
  );

  it('names what a file does not hold', async () => {
    const model = ofOwnNets();
    const storage = memoryStorage();
    await ssvae.saveModel(model, storage);
    model.dispose();
    const path = join(folder, 'own.safetensors');
    await writeFile(path, storage.bytes as Uint8Array);
    const library = fileURLToPath(new URL('../../python', import.meta.url));
    const program =
      'import sys; sys.path.insert(0, sys.argv[1]); import ssvae_torch; ssvae_torch.load(sys.argv[2])';
    await expect(promisify(execFile)(python, ['-c', program, library, path])).rejects.toThrow(
      'ValueError: load: the model was made with nets of its own, needed a preset of the library',
    );
  });

  it('reads the files of version 0.1.0 of M1 and M2, which give what they gave then', async () => {
    const kept = fileURLToPath(new URL('../keptFiles/0.1.0', import.meta.url));
    const { models } = JSON.parse(await readFile(join(kept, 'expected.json'), 'utf8'));
    const names = Object.keys(models).filter((name) => /^(vae|m2)-/.test(name));
    const library = fileURLToPath(new URL('../../python', import.meta.url));
    const { stdout } = await promisify(execFile)(python, ['-c', OF_KEPT, library, kept, ...names]);
    const found: Answer = JSON.parse(stdout);
    expect(names.length).toBeGreaterThan(7);
    for (const name of names)
      for (const [output, values] of Object.entries<readonly number[]>(models[name]))
        expectNear(found[name]?.[output] ?? [], values, `${name}.${output}`);
  });
});

/** What `outputsOf` of the kept files asks. */
const OF_KEPT = `
import json, sys
sys.path.insert(0, sys.argv[1])
import torch, ssvae_torch

x = torch.tensor([(i * 0.61803) % 1 for i in range(32)]).reshape(2, 4, 4, 1)
y = torch.tensor([[0.0, 1, 0], [0, 0, 1]])
z = torch.tensor([[0.5, -1], [2, 0.25]])

def answer(name):
    model = ssvae_torch.load(f"{sys.argv[2]}/{name}.safetensors")
    is_m2 = model.kind == "m2"
    mean, log_var = model.encode(x, y) if model.spec.get("encoderSeesLabel") else model.encode(x)
    found = {"mean": mean, "logVar": log_var, "decode": model.decode(z, y) if is_m2 else model.decode(z)}
    return {**found, "classify": model.classify(x)} if is_m2 else found

with torch.no_grad():
    answers = {name: answer(name) for name in sys.argv[3:]}
print(json.dumps({name: {key: one.flatten().tolist() for key, one in found.items()} for name, found in answers.items()}))
`;
