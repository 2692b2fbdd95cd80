/** Exported parts of every kind of model, preset and likelihood in ONNX Runtime, on WebAssembly. */
import '@tensorflow/tfjs-backend-cpu';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { engine, memory, oneHot, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { input, layers, model as net, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as ort from 'onnxruntime-web';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as ssvae from '../../src/index';
import { exportOnnx } from '../../src/onnx';
import type { PartName } from '../../src/portable/part';
import { expectNear } from '../support/numbers';
import {
  constantNoise,
  type ExpectedPart,
  expectedParts,
  ofOwnNets,
  PORTABLE,
  portable,
  TABLE,
} from '../support/portable';
import { pythonWith } from '../support/python';
import { LATENT, tinyAae, tinyM1, tinyM2, withoutSpec } from '../support/tiny';

beforeAll(() => {
  ort.env.wasm.numThreads = 1;
});
beforeEach(() => engine().startScope('test'));
afterEach(() => engine().endScope());

type Numbers = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>
>;

/** What a file gives of inputs. */
const runFile = async (bytes: Uint8Array, given: Numbers): Promise<Numbers> => {
  const session = await ort.InferenceSession.create(bytes);
  const feeds = Object.fromEntries(
    Object.entries(given).map(([name, { shape, values }]) => [
      name,
      new ort.Tensor('float32', Float32Array.from(values), shape),
    ]),
  );
  expect([...session.inputNames].sort()).toEqual(Object.keys(given).sort());
  const found = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(found).map(([name, { dims, data }]) => [
      name,
      { shape: dims, values: [...(data as Float32Array)] },
    ]),
  );
};

const listed = (tensors: Readonly<Record<string, Tensor>>): Numbers =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, one]) => [name, { shape: one.shape, values: [...one.dataSync()] }]),
  );

const expectSame = (found: Numbers, expected: Numbers): void => {
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { shape, values }] of Object.entries(expected)) {
    expect(found[name]?.shape, name).toEqual(shape);
    expectNear(found[name]?.values ?? [], values, name);
  }
};

/** Models whose x the file makes of raw inputs unless asked not to. */
const exported = (model: Parameters<typeof exportOnnx>[0], part: PartName): Promise<Uint8Array> =>
  exportOnnx(model, { part, raw: false });

describe('exportOnnx', () => {
  it.each(Object.keys(PORTABLE))(
    'gives the numbers of the library at two sizes of batches: %s',
    async (name) => {
      const model = portable(name);
      const bytes = new Map<string, Uint8Array>();
      for (const rows of [4, 1])
        for (const [part, { inputs, outputs }] of Object.entries(expectedParts(model, rows))) {
          if (part === 'classifier' && 'classPrior' in model && model.classPrior) continue;
          const file = bytes.get(part) ?? (await exported(model, part as PartName));
          bytes.set(part, file);
          expectSame(await runFile(file, listed(inputs)), listed(outputs));
        }
      model.dispose();
    },
  );

  it.each(['adgm', 'sdgm'])('gives encoder and decoder that reconstruct as %s does', async (name) => {
    const model = portable(name) as ssvae.AuxiliaryVae;
    const { classifier } = expectedParts(model, 4) as Readonly<Record<'classifier', ExpectedPart>>;
    const { x } = classifier.inputs as { readonly x: Tensor };
    const y = oneHot(tensor1d([0, 2, 1, 0], 'int32'), model.classes, 1, 0, 'float32');
    const encoded = await runFile(await exported(model, 'encoder'), listed({ x, y }));
    const { mean, logVar } = encoded as Readonly<Record<'mean' | 'logVar', Numbers[string]>>;
    const decoded = await runFile(await exported(model, 'decoder'), { z: mean, ...listed({ y }) });
    expectNear(decoded.mean?.values ?? [], [...model.reconstruct(x, y).dataSync()], 'mean');
    const zero = constantNoise(0, 0.5);
    const { latentKl } = model.infer(x, { noise: zero }).bound(y);
    const q = {
      mean: tensor2d(mean.values.slice(), [4, LATENT]),
      logVar: tensor2d(logVar.values.slice(), [4, LATENT]),
    };
    expectNear([...ssvae.gaussianKl(q).dataSync()], [...latentKl.dataSync()], 'latentKl');
    model.dispose();
  });

  it('standardizes vectors, and reads rows with missing values as the model does', async () => {
    const vectors = portable('m2 vectors') as ssvae.M2;
    const raw = [
      [3, 4, 0.5],
      [-1, 9, 0],
    ];
    const found = await runFile(await exportOnnx(vectors, { part: 'classifier' }), {
      vectors: { shape: [2, 3], values: raw.flat() },
    });
    expectNear(
      found.probabilities?.values ?? [],
      [...(await ssvae.predict(vectors, raw)).probabilities],
      'vectors',
    );
    vectors.dispose();

    const rows = portable('m2 columns') as ssvae.M2;
    const { columns } = rows.input as ssvae.ColumnsInput;
    const cells = TABLE.flatMap((row) =>
      columns.map((column) => {
        const cell = row[column.name as 'mass'] as unknown;
        if (cell === null) return Number.NaN;
        return column.type === 'levels' ? column.levels.indexOf(String(cell)) : Number(cell);
      }),
    );
    const file = await exportOnnx(rows, { part: 'classifier' });
    const given = { columns: { shape: [TABLE.length, columns.length], values: cells } };
    const { probabilities } = await ssvae.predict(rows, TABLE);
    expectNear((await runFile(file, given)).probabilities?.values ?? [], [...probabilities], 'columns');
    const text = new TextDecoder().decode(file);
    expect(text).toContain(JSON.stringify(rows.classNames));
    expect(text).toContain(JSON.stringify({ name: 'island', type: 'levels', levels: ['Biscoe', 'Dream'] }));
    rows.dispose();
  });

  it('takes nets of your own that consist of stock layers', async () => {
    const model = ofOwnNets();
    for (const [part, { inputs, outputs }] of Object.entries(expectedParts(model, 3)))
      expectSame(await runFile(await exported(model, part as PartName), listed(inputs)), listed(outputs));
    model.dispose();
  });

  it('names what it cannot write', async () => {
    const m1 = tinyM1();
    await expect(exportOnnx(m1, { part: 'classifier' })).rejects.toThrow(
      new RangeError(
        'exportOnnx: part is "classifier", which this model ("vae") does not have; needed "encoder" or "decoder"',
      ),
    );
    const aae = tinyAae({ latent: 2, classPrior: ssvae.swissRoll({ classes: 3 }) });
    await expect(exportOnnx(aae, { part: 'classifier' })).rejects.toThrow(
      /"aae", whose labels come of its class prior/,
    );
    const [x, z] = [input({ shape: [4] }), input({ shape: [LATENT] })];
    const dense = (units: number, from: SymbolicTensor, activation?: 'gelu') =>
      layers
        .dense({ name: `of${units}${activation ?? ''}${from.id}`, units, ...(activation && { activation }) })
        .apply(from) as SymbolicTensor;
    const decoder = net({
      inputs: z,
      outputs: layers.repeatVector({ n: 1, name: 'rows' }).apply(dense(4, z)) as SymbolicTensor,
    });
    const hidden = layers.dense({ name: 'hidden', units: 2, activation: 'gelu' }).apply(x) as SymbolicTensor;
    const heads = [0, 1].map(() => layers.dense({ units: LATENT }).apply(hidden) as SymbolicTensor);
    const own = tinyM1({
      inputShape: [4],
      nets: { encoder: net({ inputs: x, outputs: heads }), decoder },
      likelihood: { ...withoutSpec(ssvae.bernoulli), parameterShape: () => [1, 4] },
    });
    await expect(exportOnnx(own, { part: 'decoder' })).rejects.toThrow(
      /^exportOnnx: layer "rows" of net "decoder" is of class RepeatVector, needed Dense, /,
    );
    await expect(exportOnnx(own, { part: 'encoder' })).rejects.toThrow(
      /^exportOnnx: activation "gelu" of encoder_hidden_activation has no operator, needed linear, elu, /,
    );
    await expect(exportOnnx({ ...m1, spec: {} }, { part: 'encoder' })).rejects.toThrow(
      /^exportOnnx: model is .*, needed a ready model, as createM2 makes, or loadModel$/,
    );
    await expect(exportOnnx(m1, { part: 'encoders' as 'encoder' })).rejects.toThrow(
      /^exportOnnx: part is "encoders"/,
    );
    m1.dispose();
    await expect(exportOnnx(m1, { part: 'encoder' })).rejects.toThrow('exportOnnx: the model is disposed');
    for (const one of [aae, own]) one.dispose();
  });

  it('leaves no tensor behind', async () => {
    const model = tinyM2();
    const before = memory().numTensors;
    for (const part of ['classifier', 'encoder', 'decoder'] as const) await exportOnnx(model, { part });
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });
});

const { python, absence } = await pythonWith('onnx');
if (absence !== undefined) console.warn(`files are not checked by onnx.checker: ${absence}`);

const CHECK = `
import glob, sys, onnx
for path in glob.glob(sys.argv[1] + '/*.onnx'):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [set.version for set in model.opset_import] == [17], path
    assert all(node.op_type[:6] != 'Random' for node in model.graph.node), path
    print(path)
`;

describe.runIf(absence === undefined)('onnx.checker', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ssvae-onnx-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('accepts every file, with its shapes', async () => {
    let count = 0;
    for (const name of Object.keys(PORTABLE)) {
      const model = portable(name);
      for (const part of Object.keys(expectedParts(model, 1))) {
        if (part === 'classifier' && 'classPrior' in model && model.classPrior) continue;
        await writeFile(join(folder, `${count++}.onnx`), await exportOnnx(model, { part: part as PartName }));
      }
      model.dispose();
    }
    const { stdout } = await promisify(execFile)(python, ['-c', CHECK, folder], { maxBuffer: 2 ** 26 });
    expect(stdout.trim().split('\n')).toHaveLength(count);
  });
});
