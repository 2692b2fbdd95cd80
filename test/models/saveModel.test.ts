import { type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { input, layers, model as net, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as bernoulli from '../../src/distributions/bernoulli';
import { categoricalObservation } from '../../src/distributions/categoricalObservation';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { Likelihood } from '../../src/distributions/likelihood';
import { mixed } from '../../src/distributions/mixed';
import { negativeBinomial } from '../../src/distributions/negativeBinomial';
import type { Json } from '../../src/files/json';
import { readSafetensors, writeSafetensors } from '../../src/files/safetensors';
import type { Storage } from '../../src/files/storage';
import { loadModel } from '../../src/models/loadModel';
import type { M2Options } from '../../src/models/m2/model';
import type { Model } from '../../src/models/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { predict } from '../../src/models/predict';
import { READY_MODELS } from '../../src/models/registry';
import { loadVariables, saveModel } from '../../src/models/saveModel';
import { initializeNet } from '../../src/nets/initializer';
import { namedWeights } from '../../src/nets/namedWeights';
import { csvLog } from '../../src/node/csvLog';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, read } from '../support/numbers';
import { pythonAbsence, readByPython } from '../support/python';
import {
  alive,
  CLASSES,
  CONV,
  LATENT,
  memoryStorage,
  tinyBatches,
  tinyDataset,
  tinyM2,
  weightsOf,
} from '../support/tiny';

const { x: bytes } = tinyDataset(5, 8);

const ownNets = () => {
  const dense = (from: SymbolicTensor, units: number): SymbolicTensor =>
    layers.dense({ units }).apply(from) as SymbolicTensor;
  const [a, b, z, y] = [
    input({ shape: [6] }),
    input({ shape: [6] }),
    input({ shape: [LATENT] }),
    input({ shape: [CLASSES] }),
  ];
  const code = layers.concatenate().apply([z, y]) as SymbolicTensor;
  return {
    classifier: net({ inputs: a, outputs: dense(a, CLASSES) }),
    encoder: net({ inputs: b, outputs: [dense(b, LATENT), dense(b, LATENT)] }),
    decoder: net({ inputs: [z, y], outputs: dense(code, 6) }),
  };
};

/** Bernoulli under another name: a user's own, which no file can hold. */
const { spec: _, ...ownLikelihood }: Likelihood = bernoulli;

/** A file with some of its metadata changed, its checksum right. */
const withSpec = (file: Uint8Array, change: (spec: Record<string, Json>) => Json): Uint8Array => {
  const { arrays, metadata } = readSafetensors(file);
  const { format, spec } = metadata as { format: string; spec: Record<string, Json> };
  return writeSafetensors({ arrays, metadata: { format, spec: change({ ...spec }) } });
};

const saved = async (options: Partial<M2Options> = {}) => {
  const storage = memoryStorage();
  const model = tinyM2(options);
  await saveModel(model, storage);
  model.dispose();
  return storage;
};

describe('saveModel and loadModel', () => {
  cleanUpAfterEach();

  it.each<[string, Partial<M2Options>]>([
    ['the mlp preset', {}],
    ['the conv preset with batch norm', { nets: { ...CONV, norm: 'batch' } }],
    [
      'choices of the preset, a prior, an initialiser',
      {
        nets: { preset: 'mlp', widths: [5, 4], activation: 'relu', sharedTrunk: true },
        labelPrior: [0.5, 0.25, 0.25],
        initializer: 'he-normal',
        encoderSeesLabel: false,
      },
    ],
    ['a fixed variance', { likelihood: gaussianObservation({ sigma: 0.3 }) }],
    ['a learned variance', { nets: CONV, likelihood: gaussianObservation({ variance: 'learned' }) }],
  ])('bring back %s, to the bit', async (__, options) => {
    const model = tinyM2({ ...options, seed: createNoise(7) });
    const storage = memoryStorage();
    await saveModel(model, storage);
    const loaded = await loadModel(storage, { kind: 'm2' });
    expect(loaded.spec).toEqual(model.spec);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    expect(await predict(loaded, bytes)).toEqual(await predict(model, bytes));
    const draw = (m: typeof model): Promise<number[]> => read(m.generate([0, 2], createNoise(1)));
    expect(await draw(loaded)).toEqual(await draw(model));
    expect(loaded.likelihood.spec).toEqual(model.likelihood.spec);
    expect(loaded.labelPrior).toEqual(model.labelPrior);
  });

  it('bring back batch-norm statistics, which evaluation depends on', async () => {
    const model = tinyM2({ nets: { preset: 'mlp', widths: [4], norm: 'batch' } });
    const statistics = model.variables['classifier/hiddenNorm/movingMean'];
    statistics?.assign(createNoise(2).normal([4]));
    const storage = memoryStorage();
    await saveModel(model, storage);
    expect(await predict(await loadModel(storage, { kind: 'm2' }), bytes)).toEqual(
      await predict(model, bytes),
    );
  });

  it('take your own nets and likelihood again', async () => {
    const options = { inputShape: [6], nets: ownNets(), likelihood: ownLikelihood };
    const model = tinyM2(options);
    const storage = memoryStorage();
    await saveModel(model, storage);
    const loaded = await loadModel(storage, { nets: ownNets(), likelihood: ownLikelihood });
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    await expect(loadModel(storage, { likelihood: ownLikelihood })).rejects.toThrowError(
      new TypeError(
        'loadModel: memory: the model was made with nets of its own, needed them as options.nets',
      ),
    );
    await expect(loadModel(storage, { nets: ownNets() })).rejects.toThrowError(
      new TypeError(
        'loadModel: memory: the model was made with a likelihood of its own, needed it as options.likelihood',
      ),
    );
  });

  it('name the first variable that differs, and change none', async () => {
    const storage = await saved({ inputShape: [6], nets: ownNets(), likelihood: ownLikelihood });
    const nets = ownNets();
    const wider = net({
      inputs: nets.classifier.inputs,
      outputs: layers
        .dense({ units: CLASSES })
        .apply(layers.dense({ units: 9 }).apply(nets.classifier.inputs) as SymbolicTensor) as SymbolicTensor,
    });
    const [kernel] = nets.encoder.getWeights();
    const before = Array.from(await (kernel as Tensor).data());
    await expect(
      loadModel(storage, { nets: { ...nets, classifier: wider }, likelihood: ownLikelihood }),
    ).rejects.toThrowError(
      new RangeError(
        'loadModel: memory: variable "classifier/layer1/kernel" is [6,3] in the file, needed [6,9]',
      ),
    );
    expect(Array.from(await (kernel as Tensor).data())).toEqual(before);
  });

  it('leave no tensor behind, whether they succeed or not', async () => {
    const storage = await saved();
    const damaged = memoryStorage(storage.bytes?.slice(0, -1));
    const foreign = memoryStorage(withSpec(storage.bytes as Uint8Array, (spec) => ({ ...spec, latent: 4 })));
    const before = alive();
    (await loadModel(storage, { kind: 'm2' })).dispose();
    await expect(loadModel(damaged, { kind: 'm2' })).rejects.toThrow();
    await expect(loadModel(foreign, { kind: 'm2' })).rejects.toThrow('variable');
    const initializer = 'none' as 'he-normal';
    expect(() => tinyM2({ initializer })).toThrow();
    expect(alive()).toEqual(before);
  });

  it('refuse a likelihood of more columns than the model, whatever they claim, without making it', async () => {
    const blocks = [
      { kind: 'flags', width: 2 },
      { kind: 'counts', width: 1 },
    ] as const;
    const likelihood = mixed({ blocks });
    const { bytes: file = new Uint8Array() } = await saved({ inputShape: [3], likelihood });
    likelihood.dispose();
    for (const [inputShape, at] of [
      [[3], 0],
      [[3], 1],
      [[1e9 + 1], 0],
    ] as const) {
      const wider = blocks.map((block, i) => (i === at ? { ...block, width: 1e9 } : block));
      const evil = withSpec(
        file,
        (spec) => ({ ...spec, inputShape, likelihood: { kind: 'mixed', blocks: wider } }) as never,
      );
      await expect(loadModel(memoryStorage(evil))).rejects.toThrow(
        /spec\.likelihood has 10000000\d+ columns, needed at most/,
      );
    }
    expect(() => mixed({ blocks: [{ kind: 'flags', width: 1e9 }] })).toThrow(
      'mixed: the width of all blocks is 1000000000, needed at most 1048576 columns',
    );
  });

  it.each([
    ['gaussian', () => gaussianObservation({ variance: 'shared', columns: 3 }), { columns: 2 ** 31 }],
    ['negativeBinomial', () => negativeBinomial({ columns: 3 }), { columns: 2 ** 31 }],
    ['categorical', () => categoricalObservation({ levels: [3] }), { levels: [4e8] }],
  ] as const)('refuse a likelihood %s of billions of columns at once', async (_, make, wider) => {
    const likelihood = make();
    const { bytes: file = new Uint8Array() } = await saved({ inputShape: [3], likelihood });
    const evil = withSpec(
      file,
      (spec) => ({ ...spec, likelihood: { ...(spec.likelihood as object), ...wider } }) as never,
    );
    await expect(loadModel(memoryStorage(evil))).rejects.toThrow(
      /^loadModel: memory: spec\.likelihood has \d+ columns, needed at most 3, /,
    );
  });

  it('refuse a file that is missing, damaged, or holds something else', async () => {
    const { bytes: file = new Uint8Array() } = await saved();
    const flipped = file.slice();
    flipped[file.length - 3] = (flipped[file.length - 3] as number) ^ 1;
    const json = (metadata: Json) => writeSafetensors({ arrays: {}, metadata });
    const cases: [Uint8Array | undefined, string | RegExp][] = [
      [undefined, 'loadModel: memory does not exist, needed a file that saveModel wrote'],
      [file.slice(0, 5), 'loadModel: memory: the file has 5 bytes, needed a safetensors header'],
      [file.slice(0, 100), /^loadModel: memory: the header claims \d+ bytes, the file has 92; truncated/],
      [flipped, /^loadModel: memory: the checksum is \w{8}, the file says "\w{8}"; the file is damaged$/],
      [
        json({ format: 'ssvae checkpoint 1' }),
        'loadModel: memory: the format is "ssvae checkpoint 1", needed "ssvae model 1", as saveModel writes; a checkpoint is read by train, with resume',
      ],
      [
        json(null),
        'loadModel: memory: the format is undefined, needed "ssvae model 1", as saveModel writes; a checkpoint is read by train, with resume',
      ],
      [
        json({ format: 'ssvae model 1', spec: { model: 'm1' } }),
        `loadModel: memory: the model is "m1", needed ${Object.keys(READY_MODELS)
          .map((kind) => `"${kind}"`)
          .join(' or ')}; loadVariables fills a model of your own`,
      ],
      [
        withSpec(file, (spec) => ({ ...spec, classes: 'three' })),
        'loadModel: memory: classes is "three", needed a count',
      ],
      [
        withSpec(file, (spec) => ({ ...spec, inputShape: [8, -8] })),
        'loadModel: memory: inputShape is an array of 2, needed sizes of axes',
      ],
      [
        withSpec(file, (spec) => ({ ...spec, nets: { preset: 'mlp', depth: 2 } })),
        'loadModel: memory: nets.depth is not a choice of "mlp", needed one of widths, activation, norm, sharedTrunk',
      ],
      [
        withSpec(file, (spec) => ({ ...spec, likelihood: { kind: 'student' } })),
        'loadModel: memory: likelihood is "student", needed one of "bernoulli", "categorical", "continuousBernoulli", "discretizedLogistic", "gaussian", "mixed", "multinomial", "negativeBinomial", "poisson"',
      ],
      [
        withSpec(file, (spec) => ({ ...spec, latent: 20_000_000 })),
        /^loadModel: memory: the spec is of nets of \d+ layers and \d+ values, needed the \d+ values of the file's \d+ variables$/,
      ],
      [
        withSpec(file, (spec) => ({ ...spec, nets: { preset: 'mlp', widths: new Array(100).fill(1) } })),
        /^loadModel: memory: the spec is of nets of 30\d layers and \d+ values, needed/,
      ],
      [
        withSpec(file, (spec) => ({ ...spec, nets: { preset: 'conv', depth: 1e15 } })),
        'loadModel: memory: depth is 1000000000000000, needed an integer from 1 to 100',
      ],
      [
        withSpec(file, (spec) => ({ ...spec, nets: { preset: 'mlp', widths: new Array(1e5).fill(1) } })),
        'loadModel: memory: the number of widths is 100000, needed at most 100 layers',
      ],
      [
        withSpec(file, (spec) => ({ ...spec, latent: 0 })),
        'loadModel: memory: createM2: latent is 0, needed an integer of at least 1',
      ],
      [
        withSpec(file, (spec) => ({ ...spec, latent: 4 })),
        /^loadModel: memory: variable "encoder\/mean\/kernel" is \[8,3\] in the file, needed \[8,4\]$/,
      ],
    ];
    for (const [content, message] of cases)
      await expect(loadModel(memoryStorage(content))).rejects.toThrow(message);
  });

  it.each(['toString', '__proto__', 'constructor', 'hasOwnProperty'])(
    'refuse a variable called %s, and reach no prototype by it',
    async (name) => {
      const { bytes: file } = await saved();
      const { arrays, metadata } = readSafetensors(file as Uint8Array);
      const extra = Object.fromEntries([
        ...Object.entries(arrays),
        [name, { shape: [1], data: new Float32Array(1) }],
      ]);
      const storage = memoryStorage(writeSafetensors({ arrays: extra, metadata }));
      await expect(loadModel(storage, { kind: 'm2' })).rejects.toThrow(
        `loadModel: memory: the file has a variable "${name}" that the model lacks`,
      );
      const model = tinyM2();
      await expect(loadVariables(model, storage)).rejects.toThrow(
        `a variable "${name}" that the model lacks`,
      );
      model.dispose();
    },
  );

  it('refuse floats that are called integers', async () => {
    const { bytes: file } = await saved();
    const { arrays, metadata } = readSafetensors(file as Uint8Array);
    const [name = ''] = Object.keys(arrays);
    const { shape, data } = arrays[name] as (typeof arrays)[string];
    const called = { shape, data: new Int32Array(data.buffer) };
    const storage = memoryStorage(writeSafetensors({ arrays: { ...arrays, [name]: called }, metadata }));
    await expect(loadModel(storage, { kind: 'm2' })).rejects.toThrow(
      `loadModel: memory: variable "${name}" is Int32Array in the file, needed Float32Array`,
    );
  });

  it('keep weights that are NaN, as a run may leave them, and prediction names them', async () => {
    const { bytes: file } = await saved();
    const { arrays, metadata } = readSafetensors(file as Uint8Array);
    const broken = Object.fromEntries(
      Object.entries(arrays).map(([name, { shape, data }]) => [
        name,
        { shape, data: Float32Array.from(data).fill(Number.NaN) },
      ]),
    );
    const model = await loadModel(memoryStorage(writeSafetensors({ arrays: broken, metadata })), {
      kind: 'm2',
    });
    await expect(predict(model, bytes)).rejects.toThrow(
      'predict: example 0 gives NaN, needed a model of finite weights',
    );
    model.dispose();
  });

  it.each<[string, (spec: Record<string, Json>) => Json, string]>([
    [
      'another entry',
      (spec) => ({ ...spec, depth: 3 }),
      'spec has an entry "depth", needed model, inputShape, classes, classNames, input, likelihood, labelPrior, temperature, latent, prior, encoderSeesLabel, nets alone',
    ],
    [
      'a hundred thousand of them',
      (spec) => ({ ...spec, ...Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i])) }),
      'spec has an entry "k0", needed model,',
    ],
    [
      'another entry of the likelihood',
      (spec) => ({ ...spec, likelihood: { kind: 'bernoulli', sigma: 1 } }),
      'spec.likelihood has an entry "sigma", needed kind alone',
    ],
    [
      'an entry that clears the screen',
      (spec) => ({ ...spec, '\u009b2J': 1 }),
      'spec has an entry "\\u009b2J", needed model,',
    ],
    [
      'a name of a class that is none',
      () => JSON.parse('{"model":{"constructor":{"name":{"toString":1}}}}'),
      'the model is Object, needed "m2"',
    ],
    [
      'a model of a hundred thousand axes',
      () => ({ model: { shape: Array(100_000).fill(7) } }),
      'the model is a tensor [7,7,7,7,7,7,7,7,7,7,…], needed "m2"',
    ],
  ])('refuse a spec with %s, in a line', async (_, change, message) => {
    const { bytes: file } = await saved();
    const error: Error = await loadModel(memoryStorage(withSpec(file as Uint8Array, change))).catch((e) => e);
    expect(error.message).toContain(`loadModel: memory: ${message}`);
    expect(error.message.length).toBeLessThan(300);
  });

  it('refuse metadata with another entry', async () => {
    const { bytes: file } = await saved();
    const { arrays, metadata } = readSafetensors(file as Uint8Array);
    const more = writeSafetensors({ arrays, metadata: { ...(metadata as object), more: 1 } });
    await expect(loadModel(memoryStorage(more))).rejects.toThrow(
      'loadModel: memory: the metadata has an entry "more", needed format, spec, structure alone',
    );
  });

  it('allocate nothing for a spec that the file has no weights for', async () => {
    const { bytes: file = new Uint8Array() } = await saved();
    const greedy = memoryStorage(withSpec(file, (spec) => ({ ...spec, latent: 20_000_000 })));
    const before = process.memoryUsage().arrayBuffers;
    await expect(loadModel(greedy, { kind: 'm2' })).rejects.toThrow('the spec is of nets');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  it('write a file that Python’s safetensors package reads as it is', async (context) => {
    const absence = await pythonAbsence();
    if (absence) context.skip(absence);
    const model = tinyM2({ nets: CONV });
    const storage = memoryStorage();
    await saveModel(model, storage);
    const found = await readByPython(storage.bytes as Uint8Array);
    const weights = await weightsOf(model);
    expect(Object.keys(found).sort()).toEqual(Object.keys(weights).sort());
    for (const [name, values] of Object.entries(weights))
      expect(found[name]).toEqual([model.variables[name]?.shape, 'float32', values]);
  });
});

/** A model that `createM2` did not make: one net, described in the user's own words. */
const ownModel = ({
  seed = 0,
  units = 3,
  name = 'hidden',
  spec = { about: 'bars', width: 3 } as Json,
} = {}): Model => {
  const classifier = sequential({
    layers: [
      layers.dense({ units, inputShape: [4], name }),
      layers.batchNormalization(),
      layers.dense({ units: 2 }),
    ],
  });
  initializeNet(classifier, createNoise(seed), 'he-normal');
  return {
    inputShape: [4],
    classes: 2,
    variables: namedWeights({ classifier }),
    spec,
    dispose: () => void classifier.dispose(),
  };
};

describe('a storage that is none', () => {
  const right = memoryStorage();
  const odd: readonly (readonly [string, object, RegExp])[] = [
    [
      'a read that is a number',
      { read: 1 },
      /(storage|place)(\.read)? is .*, needed (a function|an object with read\(\))/,
    ],
    [
      'a write that is a number',
      { write: 1 },
      /(storage|place)(\.write)? is (1|Object), needed (a function|a Storage|an object with write\(\))/,
    ],
    [
      'an assertFree that is a number',
      { assertFree: 1 },
      /(storage|place)\.assertFree is 1, needed a function/,
    ],
    [
      'a name that is a symbol',
      { name: Symbol('n') },
      /(storage|place)\.name is Symbol\(n\), needed a text, for messages/,
    ],
    [
      'a content that is a text',
      { read: async () => 'text' },
      /memory: its content is "text", needed a Uint8Array/,
    ],
    ['a content that is null', { read: () => null }, /memory: its content is null, needed a Uint8Array/],
  ];

  it.each(odd)('is refused: %s', async (_, change, message) => {
    const model = tinyM2();
    const storage = { ...right, ...change } as typeof right;
    const own = tinyM2();
    for (const attempt of [
      () => saveModel(model, storage),
      () => loadModel(storage),
      () => loadVariables(model, storage),
    ])
      await expect(attempt()).rejects.toThrow(message);
    for (const more of [() => ({ checkpoint: { storage } }), () => ({ callbacks: csvLog(storage) })])
      await expect(
        (async () =>
          train(own, {
            objective: semiSupervised(),
            batches: tinyBatches({ stepsPerEpoch: 1 }),
            epochs: 1,
            seed: 1,
            ...more(),
          }))(),
      ).rejects.toThrow(message);
    own.dispose();
    model.dispose();
  });

  it('works where its functions return no promises', async () => {
    const model = tinyM2();
    let held: Uint8Array | undefined;
    const storage = {
      name: 'at once',
      read: () => held,
      write: (bytes: Uint8Array) => {
        held = bytes.slice();
      },
    } as unknown as Storage;
    await saveModel(model, storage);
    const loaded = await loadModel(storage);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    loaded.dispose();
    model.dispose();
  });

  it('is named where its file is empty', async () => {
    await expect(loadModel(memoryStorage(new Uint8Array(0)))).rejects.toThrow(
      new RangeError('loadModel: memory: the file is empty (0 bytes), needed a file that saveModel wrote'),
    );
  });
});

describe('loadVariables', () => {
  cleanUpAfterEach();

  it('brings back your own model, to the bit, in a process where its layers have other names', async () => {
    const [trained, fresh] = [ownModel({ seed: 1 }), ownModel({ seed: 2 })];
    trained.variables['classifier/layer1/moving_mean']?.assign(tensor1d([1, 2, 3]));
    const storage = memoryStorage();
    await saveModel(trained, storage);
    expect(await weightsOf(fresh)).not.toEqual(await weightsOf(trained));
    await loadVariables(fresh, storage);
    expect(await weightsOf(fresh)).toEqual(await weightsOf(trained));
  });

  it('fills an M2 as well', async () => {
    const [trained, fresh] = [tinyM2({ seed: createNoise(1) }), tinyM2({ seed: createNoise(2) })];
    const storage = memoryStorage();
    await saveModel(trained, storage);
    await loadVariables(fresh, storage);
    expect(await weightsOf(fresh)).toEqual(await weightsOf(trained));
  });

  it.each<[string, Parameters<typeof ownModel>[0], string]>([
    ['name', { name: 'other' }, 'the file has no variable "classifier/other/kernel", needed [4,3]'],
    ['shape', { units: 5 }, 'variable "classifier/hidden/kernel" is [4,3] in the file, needed [4,5]'],
    ['spec', { spec: { width: 4, about: 'bars' } }, 'spec.width is 3 in the file, needed 4 as in the model'],
    ['spec', { spec: { about: 'bars' } }, 'spec.width is 3 in the file, needed none as in the model'],
    [
      'kind of spec',
      { spec: 'bars' },
      'spec is {"about":"bars","width":3} in the file, needed "bars" as in the model',
    ],
    [
      'long spec',
      { spec: { width: 3, about: 'x'.repeat(9999) } },
      `spec.about is "bars" in the file, needed "${'x'.repeat(299)}… as in the model`,
    ],
  ])('refuses another %s, and changes nothing', async (_, options, message) => {
    const storage = memoryStorage();
    await saveModel(ownModel(), storage);
    const model = ownModel({ seed: 2, ...options });
    const before = await weightsOf(model);
    const living = alive();
    await expect(loadVariables(model, storage)).rejects.toThrowError(
      new RangeError(`loadVariables: memory: ${message}`),
    );
    expect(await weightsOf(model)).toEqual(before);
    expect(alive()).toEqual(living);
  });

  it('takes a spec whatever the order of its keys, and leaves no tensor behind', async () => {
    const storage = memoryStorage();
    await saveModel(ownModel(), storage);
    const model = ownModel({ spec: { width: 3, about: 'bars' } });
    const before = alive();
    await loadVariables(model, storage);
    expect(alive()).toEqual(before);
  });

  it('refuses a file that is missing or no model', async () => {
    const cases: [Uint8Array | undefined, string][] = [
      [undefined, 'loadVariables: memory does not exist, needed a file that saveModel wrote'],
      [
        writeSafetensors({ arrays: {}, metadata: { format: 'ssvae checkpoint 1' } }),
        'loadVariables: memory: the format is "ssvae checkpoint 1", needed "ssvae model 1", as saveModel writes; a checkpoint is read by train, with resume',
      ],
    ];
    for (const [content, message] of cases)
      await expect(loadVariables(ownModel(), memoryStorage(content))).rejects.toThrowError(
        new RangeError(message),
      );
  });
});
