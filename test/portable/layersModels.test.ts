/** Models as stock layers: loaded by a process that has TensorFlow.js alone. */
import '@tensorflow/tfjs-backend-cpu';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { engine, type io, memory, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as ssvae from '../../src/index';
import { likelihoodOf } from '../../src/models/likelihoods';
import { expectNear } from '../support/numbers';
import { expectedParts, ofOwnNets, PORTABLE, portable } from '../support/portable';
import { tinyM2, withoutSpec } from '../support/tiny';

/** Models whose nets see logarithms, which no stock layer gives. */
const REFUSED = ['vae multinomial', 'vae negativeBinomial shared', 'm2 columns'];
const NAMES = Object.keys(PORTABLE).filter((name) => !REFUSED.includes(name));
/** Outputs that are the likelihood's, and not the nets'. */
const OF_LIKELIHOOD = (part: string, name: string): boolean =>
  name === 'probabilities' || (part === 'decoder' && name === 'mean');

interface Listed {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
interface Case {
  readonly name: string;
  readonly inputs: readonly Listed[];
  readonly outputs: readonly Listed[];
}

const listed = (tensors: readonly Tensor[]): Listed[] =>
  tensors.map((one) => ({ shape: one.shape, values: [...one.dataSync()] }));

/** A net as plain JSON, as TensorFlow.js saves it. */
const artifactsOf = async (net: LayersModel): Promise<object> => {
  let kept: io.ModelArtifacts = {};
  await net.save({
    async save(artifacts) {
      kept = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  const { modelTopology, weightSpecs, weightData } = kept;
  return { modelTopology, weightSpecs, weights: Buffer.from(weightData as ArrayBuffer).toString('base64') };
};

const PROGRAM = `
import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
const answers = [];
for (const { artifacts, inputs } of JSON.parse(readFileSync(process.argv[1], 'utf8'))) {
  const { weights, ...rest } = artifacts;
  const weightData = new Uint8Array(Buffer.from(weights, 'base64')).buffer;
  const net = await loadLayersModel({ load: async () => ({ ...rest, weightData }) });
  const found = net.predict(inputs.map(({ shape, values }) => tf.tensor(values, shape, 'float32')));
  answers.push([found].flat().map((one) => ({ shape: one.shape, values: [...one.dataSync()] })));
}
console.log(JSON.stringify(answers));
`;

describe('toLayersModels', () => {
  let folder = '';
  const cases: Case[] = [];
  let answers: readonly (readonly Listed[])[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ssvae-layers-'));
    const given: object[] = [];
    const models = [
      ...NAMES.map((name) => [name, () => portable(name)] as const),
      ['own nets', ofOwnNets] as const,
    ];
    for (const [name, make] of models) {
      const model = make();
      const nets = await ssvae.toLayersModels(model);
      engine().startScope(name);
      const parts = Object.entries(expectedParts(model, 3)).map(
        ([part, { inputs, outputs }]) =>
          [
            part,
            listed(Object.values(inputs)),
            listed(Object.entries(outputs).flatMap(([key, one]) => (OF_LIKELIHOOD(part, key) ? [] : [one]))),
          ] as const,
      );
      engine().endScope();
      for (const [part, inputs, outputs] of parts) {
        const net = nets[part as keyof typeof nets];
        if (net === undefined) continue;
        cases.push({ name: `${name}: ${part}`, inputs, outputs });
        given.push({ artifacts: await artifactsOf(net), inputs });
      }
      for (const net of Object.values(nets)) net?.dispose();
      model.dispose();
    }
    const path = join(folder, 'cases.json');
    await writeFile(path, JSON.stringify(given));
    const args = ['--input-type=module', '-e', PROGRAM, path];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 28 });
    answers = JSON.parse(stdout.slice(stdout.indexOf('[[')));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('gives the numbers of the library in a process without it', () => {
    expect(answers).toHaveLength(cases.length);
    expect(cases.length).toBeGreaterThan(2 * NAMES.length - 3);
    for (const [i, { name, outputs }] of cases.entries()) {
      expect(
        answers[i]?.map(({ shape }) => shape),
        name,
      ).toEqual(outputs.map(({ shape }) => shape));
      for (const [j, { values }] of outputs.entries())
        expectNear(answers[i]?.[j]?.values ?? [], values, name, 1e-6);
    }
  });

  it('gives copies, which leave the model alone', async () => {
    const model = tinyM2();
    const before = memory().numTensors;
    const nets = await ssvae.toLayersModels(model);
    expect(Object.keys(nets)).toEqual(['classifier', 'encoder', 'decoder']);
    expect(nets.encoder?.inputNames).toEqual(['x', 'y']);
    expect(nets.decoder?.inputNames).toEqual(['z', 'y']);
    for (const net of Object.values(nets)) net.dispose();
    expect(memory().numTensors).toBe(before);
    expect(model.variables['classifier/logits/bias']?.isDisposed).toBe(false);
    model.dispose();
  });

  it.each(NAMES)('leaves no tensor once its nets are disposed: %s', async (name) => {
    const model = portable(name);
    const before = memory().numTensors;
    for (const net of Object.values(await ssvae.toLayersModels(model))) net?.dispose();
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });

  it.each(REFUSED)('refuses what no stock layer computes, and leaves nothing: %s', async (name) => {
    const model = portable(name);
    const before = memory().numTensors;
    await expect(ssvae.toLayersModels(model)).rejects.toThrow(
      new RangeError(
        'toLayersModels: the likelihood of the model has netInput "log1p", needed "raw": no stock layer has a logarithm',
      ),
    );
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });

  it('refuses anything but a ready model', async () => {
    const model = tinyM2();
    const own = { ...model, spec: { mine: 1 } };
    await expect(ssvae.toLayersModels(own)).rejects.toThrow(
      /^toLayersModels: model is .*, needed a ready model/,
    );
    const likelihood = { ...withoutSpec(likelihoodOf({ kind: 'bernoulli' })), netInput: (x: Tensor) => x };
    const seen = tinyM2({ likelihood });
    await expect(ssvae.toLayersModels(seen)).rejects.toThrow(
      new RangeError('toLayersModels: likelihood.netInput is your own, needed a likelihood of the library'),
    );
    for (const one of [model, seen]) one.dispose();
  });
});
