import { type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Batch, BatchSource } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import { createDataset } from '../../src/data/dataset';
import * as bernoulli from '../../src/distributions/bernoulli';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { evaluateImportanceBound } from '../../src/evaluation/importanceBound';
import { readSafetensors, writeSafetensors } from '../../src/files/safetensors';
import type { M2 } from '../../src/models/m2/model';
import type { Model } from '../../src/models/model';
import type { Objective } from '../../src/models/objectives/objective';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { unsupervised } from '../../src/models/objectives/unsupervised';
import { createAdam } from '../../src/training/optimizer/adam';
import type { TrainOptions } from '../../src/training/options';
import { executeEagerly } from '../../src/training/step';
import { train } from '../../src/training/train';
import { trainingSteps } from '../../src/training/trainingSteps';
import { cleanUpAfterEach } from '../support/numbers';
import {
  alive,
  memoryStorage,
  SHAPE,
  tinyBatches,
  tinyDataset,
  tinyM1,
  tinyM2,
  withoutEpochs,
} from '../support/tiny';

const options = <M extends Model>(more: object = {}): TrainOptions<M> =>
  ({
    objective: semiSupervised(),
    batches: tinyBatches(),
    seed: createNoise(4),
    epochs: 1,
    ...more,
  }) as never;

/** Refused with a message by train, and by trainingSteps up to the function's name, and nothing stays alive. */
const expectRefused = async (model: Model, wrong: object, message: string): Promise<void> => {
  const before = alive();
  await expect(train(model, options(wrong))).rejects.toThrow(message);
  await expect(trainingSteps(model, withoutEpochs(options(wrong))).next()).rejects.toThrow(
    message.replace(/^train(?=: )/, ''),
  );
  expect(alive()).toEqual(before);
};

const untold = ({ stepsPerEpoch, counts, at }: BatchSource): BatchSource => ({ stepsPerEpoch, counts, at });

describe('what a source says of its examples', () => {
  cleanUpAfterEach();

  it.each<[object, string]>([
    [{ inputShape: 2 }, 'inputShape is 2, needed the shape of one example, such as [2]'],
    [{ inputShape: [8, 8.5, 1] }, 'inputShape[1] is 8.5, needed an integer of at least 1'],
    [{ classes: '3' }, 'classes is "3", needed an integer of at least 1'],
    [{ classNames: 'abc' }, 'classNames is "abc", needed an array of texts'],
    [{ batchSize: 4 }, 'batchSize.labeled is undefined, needed an integer of at least 0'],
    [{ identity: 3 }, 'identity is 3, needed a text'],
    [
      { batchsize: undefined, inputShapes: [8, 8, 1], inputShape: undefined },
      'inputShapes is not a part of a BatchSource, needed another name: did you mean inputShape?',
    ],
  ])('is refused where it is wrong: %j', async (wrong, reason) => {
    const model = tinyM2();
    await expectRefused(model, { batches: { ...tinyBatches(), ...wrong } }, `train: batches.${reason}`);
    model.dispose();
  });
});

it('what names the data is not computed for a run that writes nothing: it would look at every value', async () => {
  const model = tinyM2();
  let asked = 0;
  const batches = {
    ...tinyBatches(),
    get identity() {
      asked += 1;
      return 'data';
    },
  };
  const options = { objective: semiSupervised(), batches, seed: createNoise(1) };
  for await (const _ of trainingSteps(model, { ...options, to: 2 }));
  await train(model, { ...options, epochs: 1 });
  expect(asked).toBe(0);
  model.dispose();
});

describe('missing values that a likelihood cannot leave out', () => {
  cleanUpAfterEach();

  const dataset = { ...tinyDataset(), observed: new Uint8Array(30 * 64).fill(1) };
  const needed = 'the data has missing values, needed a likelihood that leaves them out (takesObserved)';
  const likelihood = { ...bernoulli, takesObserved: false };

  it('are refused before the first step, in the name of the function that was called', async () => {
    const model = tinyM2({ likelihood });
    let begun = 0;
    const callbacks = { onTrainBegin: () => void begun++ };
    const batches = tinyBatches({ dataset });
    await expect(train(model, options({ batches, callbacks }))).rejects.toThrow(`train: ${needed}`);
    expect(begun).toBe(0);
    // A source that does not tell.
    await expect(train(model, options({ batches: untold(batches) }))).rejects.toThrow(`train: ${needed}`);
    const vae = tinyM1({ likelihood });
    await expect(train(vae, options({ objective: unsupervised(), batches }))).rejects.toThrow(
      `train: ${needed}`,
    );
    for (const one of [model, vae]) {
      await expect(evaluateElbo(one, dataset, { seed: 1 })).rejects.toThrow(`evaluateElbo: ${needed}`);
      await expect(evaluateImportanceBound(one, dataset, { samples: 2, seed: 1 })).rejects.toThrow(
        `evaluateImportanceBound: ${needed}`,
      );
    }
    model.dispose();
    vae.dispose();
  });

  it('do not matter to an objective without a bound', async () => {
    const model = tinyM2({ likelihood });
    await train(
      model,
      options({ objective: supervised(), batches: tinyBatches({ dataset, stepsPerEpoch: 1 }) }),
    );
    model.dispose();
  });
});

describe('a model that does not fit', () => {
  cleanUpAfterEach();

  it.each<[string, () => Model, object, string]>([
    [
      'the classes of the data',
      () => tinyM2({ classes: 10 }),
      {},
      'train: the data has 3 classes, the model 10; needed the same number',
    ],
    [
      'its inputs',
      () => tinyM2({ inputShape: [28, 28, 1] }),
      {},
      'train: the data has inputs [8,8,1], the model [28,28,1]; needed the same shape',
    ],
    [
      'its inputs, which a source does not tell',
      () => tinyM2({ inputShape: [64] }),
      { batches: untold(tinyBatches()) },
      'train: batch 0.labeled.x has shape [3,8,8,1], needed [B,64]',
    ],
    [
      'its classes, which a source does not tell',
      () => tinyM2({ classes: 10 }),
      { batches: untold(tinyBatches()) },
      'train: batch 0.labeled.y has shape [3,3], needed [B,10] = [3,10]',
    ],
    [
      'semiSupervised()',
      () => tinyM1(),
      {},
      'train: the model has no infer(), needed by semiSupervised(), an objective of a model with q(y|x); unsupervised() is that of a VAE without labels',
    ],
    [
      'supervised()',
      () => tinyM1(),
      { objective: supervised() },
      'train: the model has no infer(), needed by supervised()',
    ],
    [
      'unsupervised()',
      () => tinyM2(),
      { objective: unsupervised() },
      'train: the model has labels, needed one without: unsupervised() is the objective of a VAE, and semiSupervised() of a model with q(y|x)',
    ],
    [
      'the objective of a phase',
      () => tinyM1(),
      { objective: [{ name: 'a', variables: ['encoder/mean/bias'], objective: semiSupervised() }] },
      'train: the model has no infer(), needed by semiSupervised()',
    ],
  ])('%s is refused before the first step, in the words of both', async (_, make, wrong, message) => {
    const model = make();
    await expectRefused(model, wrong, message);
    model.dispose();
  });

  it('is one where classes are clusters: without labels there may be any number', async () => {
    const model = tinyM2({ classes: 10 });
    const batches = tinyBatches({ batchSize: { labeled: 0, unlabeled: 6 } });
    expect((await train(model, options({ batches }))).stopped).toBe('finished');
    model.dispose();
  });
});

describe('tensors that are gone', () => {
  cleanUpAfterEach();

  it.each([0, 3])('name the model that a callback frees behind step %i', async (last) => {
    const model = tinyM2();
    const callbacks = { onBatchEnd: ({ step }: { step: number }) => void (step === last && model.dispose()) };
    await expect(train(model, options({ callbacks }))).rejects.toThrow(
      /^train: the model is disposed, needed one that is not$/,
    );
  });

  it('name the model in the checkpoint that could not be written', async () => {
    const model = tinyM2();
    const callbacks = { onBatchEnd: ({ step }: { step: number }) => void (step === 1 && model.dispose()) };
    const error: Error = await train(
      model,
      options({ callbacks, checkpoint: { storage: memoryStorage() } }),
    ).catch((e) => e);
    expect(error.message).toMatch(/train: the model is disposed.*; and no checkpoint .* is disposed, needed/);
    expect(error.message).not.toContain('\n');
  });

  it.each<[string, object, string]>([
    [
      'what augment gives',
      {
        augment(x: Tensor) {
          x.dispose();
          return x;
        },
      },
      'train: augment gives a disposed tensor for labeled inputs, needed a living one',
    ],
    [
      'what execute gives',
      {
        execute: async (work: Parameters<typeof executeEagerly>[0]) => {
          const done = executeEagerly(work);
          done.loss.dispose();
          for (const part of Object.values(done.terms))
            for (const term of Object.values<Tensor>(part ?? {})) term.dispose();
          done.applied?.dispose();
          return done;
        },
      },
      'train: execute gives a disposed loss, needed { loss, terms }, as executeEagerly gives them',
    ],
    [
      'nothing of execute',
      { execute: async () => undefined },
      'train: execute gives undefined, needed { loss, terms }, as executeEagerly gives them',
    ],
    [
      'inputs of a batch',
      {
        batches: {
          ...untold(tinyBatches()),
          at: async () => {
            const x = zeros([2, ...SHAPE]);
            x.dispose();
            return { unlabeled: { x } };
          },
        },
      },
      'train: batch 0.unlabeled.x is disposed, needed a living tensor',
    ],
    [
      'a batch that is none',
      { batches: { ...untold(tinyBatches()), at: async () => undefined as unknown as Batch } },
      'train: batch 0 is undefined, needed { labeled: { x, y }, unlabeled: { x } } or either part',
    ],
    ...['unlabelled', 'Unlabeled', 'un labelled\u001b[2J', 'unlabeledBatch', 'more'].map(
      (part): [string, object, string] => [
        `a part of another name: ${part}`,
        {
          batches: {
            ...untold(tinyBatches()),
            at: async (step: number) => {
              const { unlabeled, ...batch } = await tinyBatches().at(step);
              return { ...batch, [part]: unlabeled };
            },
          },
        },
        `train: batch 0.${part.replace('\u001b', '\\u001b')} is not a part, needed labeled or unlabeled`,
      ],
    ),
    [
      'inputs beside a part',
      {
        batches: {
          ...untold(tinyBatches()),
          at: async (step: number) => {
            const { unlabeled, ...batch } = await tinyBatches().at(step);
            return { ...batch, x: unlabeled?.x };
          },
        },
      },
      'train: batch 0.x is not a part, needed labeled or unlabeled',
    ],
    [
      'inputs that are an array',
      { batches: { ...untold(tinyBatches()), at: async () => ({ labeled: { x: [1], y: [1] } }) } },
      'train: batch 0.labeled.x is an array of 1, needed a tensor [B 8 8 1]',
    ],
  ])('are named in one line: %s', async (_, wrong, message) => {
    const model = tinyM2();
    await expectRefused(model, wrong, message);
    model.dispose();
  });

  it('are named where an objective gives them', async () => {
    const model = tinyM2();
    const objective: Objective<M2> = (...args) => {
      const terms = semiSupervised()(...args);
      terms.labeled?.elbo?.dispose();
      return terms;
    };
    await expect(train(model, options({ objective }))).rejects.toThrow(
      "train: the objective's labeled.elbo is disposed, needed a living tensor",
    );
    model.dispose();
  });
});

describe('a checkpoint', () => {
  cleanUpAfterEach();

  it('names no backend that would move the cursor of a terminal', async () => {
    const storage = memoryStorage();
    const model = tinyM2();
    await train(model, options({ checkpoint: { storage } }));
    const { arrays, metadata } = readSafetensors(storage.bytes as Uint8Array);
    const { writtenBy, ...rest } = metadata as { writtenBy: object };
    const crafted = { ...rest, writtenBy: { ...writtenBy, backend: '\u001b[2J\u009b2J' } };
    const checkpoint = { storage: memoryStorage(writeSafetensors({ arrays, metadata: crafted })) };
    await expect(train(model, options({ checkpoint, resume: true, epochs: 2 }))).rejects.toThrow(
      'writtenBy.backend is "\\u001b[2J\\u009b2J", needed a name or a version of one line',
    );
    model.dispose();
  });
});

describe('callbacks that nothing of is ever called', () => {
  const log = () => ({ onEpochEnd: () => undefined });

  it.each<[string, () => unknown, string]>([
    [
      'a list within a list',
      () => [[log()]],
      'train: callbacks hold an array of 1, needed objects with functions',
    ],
    ['a promise', async () => log(), 'needed objects with functions such as onEpochEnd: await it'],
    ['a record of callbacks', () => ({ log: log() }), 'without any of onTrainBegin, onEpochBegin'],
    ['a set', () => new Set([log()]), 'train: callbacks hold Set, needed objects with functions'],
  ])('are refused before the first step: %s', async (_, make, message) => {
    const model = tinyM2();
    await expect(train(model, options({ callbacks: make() as never }))).rejects.toThrow(message);
    model.dispose();
  });
});

describe('callbacks of a class', () => {
  cleanUpAfterEach();

  class Log {
    readonly rows: number[] = [];
    once(): void {}
    on(): void {}
    onEpochEnd(epoch: number): void {
      this.rows.push(epoch);
    }
  }
  class Misspelt extends Log {
    onEpochEnded(): void {}
  }

  it('are called, whatever they emit', async () => {
    const model = tinyM2();
    const log = new Log();
    await train(model, options({ callbacks: log, epochs: 2 }));
    expect(log.rows).toEqual([0, 1]);
    model.dispose();
  });

  it('are refused where a method is misspelt, in a class above too', async () => {
    const model = tinyM2();
    class Below extends Misspelt {}
    for (const callbacks of [new Misspelt(), new Below()])
      await expect(train(model, options({ callbacks }))).rejects.toThrow(
        'train: a name in callbacks is "onEpochEnded", needed one of "onTrainBegin", "onEpochBegin"',
      );
    model.dispose();
  });

  it('need no restore of an optimizer, but where the run is kept', async () => {
    const model = tinyM2();
    const adam = createAdam();
    const { apply, spec } = adam;
    const optimizer = { apply, spec, state: adam.state };
    await train(model, options({ optimizer }));
    await expect(
      train(model, options({ optimizer, checkpoint: { storage: memoryStorage() } })),
    ).rejects.toThrow('train: optimizer is Object, needed an object with restore()');
    adam.dispose();
    model.dispose();
  });
});

describe('phases', () => {
  cleanUpAfterEach();

  const variables = ['classifier/logits/bias'];
  it.each<[string, object[], string]>([
    [
      'a name that terms could have',
      [{ name: 'a.b', variables, objective: semiSupervised() }],
      'train: the name of phase 0 is "a.b", needed one without . and /',
    ],
    [
      'a variable twice',
      [{ name: 'a', variables: [...variables, ...variables], objective: semiSupervised() }],
      'train: phase "a" moves "classifier/logits/bias" twice, needed each variable once',
    ],
    [
      'a variable that every record has',
      [{ name: 'a', variables: ['toString'], objective: semiSupervised() }],
      'train: phase "a" moves "toString", needed trainable variables of the model',
    ],
  ])('are refused with %s', async (_, objective, message) => {
    const model = tinyM2();
    await expectRefused(model, { objective }, message);
    model.dispose();
  });

  it('refuse α that nothing would read, and a list of objectives', async () => {
    const model = tinyM2();
    const split = { labeled: new Int32Array(0), unlabeled: Int32Array.of(0, 1, 2, 3) };
    const batches = tinyBatches({ split, batchSize: { labeled: 0, unlabeled: 4 } });
    await expect(train(model, options({ batches, alpha: 5 }))).rejects.toThrow(
      'train: alpha is 5, needed batches with labeled examples',
    );
    await expect(train(model, options({ objective: [supervised()] as never }))).rejects.toThrow(
      /^train: phase 0 is .*, needed \{ name, variables, objective: … \}, or one objective without a list$/,
    );
    model.dispose();
  });

  it('refuse early stopping on a name that every record has', async () => {
    const model = tinyM2();
    const earlyStopping = { monitor: 'constructor', mode: 'max', patience: 1 };
    await expect(train(model, options({ earlyStopping }))).rejects.toThrow(
      'train: earlyStopping.monitor is "constructor", needed a column of the history: epoch',
    );
    model.dispose();
  });
});

describe('a rate or weight that a schedule takes out of its range', () => {
  cleanUpAfterEach();
  const falling = (step: number): number => 1e-3 * (1 - step);

  it.each<[string, () => object, string]>([
    [
      'learningRate',
      () => ({ optimizer: createAdam({ learningRate: falling }) }),
      'createAdam: learningRate at step 2 is -0.001, needed a finite float32 number of at least 0',
    ],
    [
      'weightDecay',
      () => ({ optimizer: createAdam({ weightDecay: falling }) }),
      'createAdam: weightDecay at step 2 is -0.001, needed a finite float32 number of at least 0',
    ],
    [
      'alpha',
      () => ({ alpha: falling }),
      'train: alpha at step 2 is -0.001, needed a finite number of at least 0',
    ],
    [
      'consistency.weight',
      () => ({ objective: semiSupervised({ consistency: { weight: falling } }) }),
      'semiSupervised: consistency.weight at step 2 is -0.001, needed a finite number of at least 0',
    ],
    [
      'temperature',
      () => ({ objective: semiSupervised({ labelHandling: 'gumbel', temperature: falling }) }),
      'semiSupervised: temperature at step 1 is 0, needed a finite number of at least 1e-30',
    ],
    [
      'klWeight.latentKl',
      () => ({ objective: semiSupervised({ klWeight: { latentKl: (step) => 1 / (2 - step) } }) }),
      'semiSupervised: klWeight.latentKl at step 2 is Infinity, needed a finite number of at least 0',
    ],
  ])('is refused at the step: %s', async (_, wrong, message) => {
    const model = tinyM2();
    await expect(train(model, options(wrong()))).rejects.toThrow(message);
    model.dispose();
  });

  it('is refused of M1 alike', async () => {
    const model = tinyM1();
    await expect(train(model, options({ objective: unsupervised({ klWeight: falling }) }))).rejects.toThrow(
      'unsupervised: klWeight at step 2 is -0.001, needed a finite number of at least 0',
    );
    model.dispose();
  });

  it('is none at steps that the run does not reach', async () => {
    const model = tinyM2();
    const linear = (step: number): number => 1e-3 * (1 - step / 4);
    const optimizer = createAdam({ learningRate: linear });
    expect((await train(model, options({ optimizer, alpha: linear }))).stopped).toBe('finished');
    optimizer.dispose();
    model.dispose();
  });
});

describe('a first step that is not finite', () => {
  cleanUpAfterEach();

  const wine = [
    [13.2, 1.78, 1050],
    [12.4, 2.1, 520],
    [13.7, 3.3, 830],
    [14.1, 2.4, 1285],
    [12.1, 1.5, 450],
    [13.4, 2.9, 640],
  ];
  const table = (rows: readonly (readonly number[])[]) => {
    const [first = []] = rows;
    const y = rows.map((_, i) => i % 3);
    const x = Float32Array.from(rows.flat());
    const dataset = createDataset({ name: 'table', x, y, shape: [first.length], classes: 3 });
    const split = { labeled: Int32Array.of(0, 1, 2), unlabeled: Int32Array.of(3, 4, 5) };
    return {
      batches: tinyBatches({ dataset, split, batchSize: { labeled: 3, unlabeled: 3 } }),
      model: tinyM2({
        inputShape: [first.length],
        likelihood: gaussianObservation({ variance: 'learned' }),
      }),
    };
  };
  /** The bound, made NaN, whatever the inputs. */
  const broken: Objective<M2> = (model, batch, context) => {
    const { labeled, ...rest } = semiSupervised()(model, batch, context);
    return { ...rest, labeled: { ...labeled, objective: tensor([Number.NaN, 0, 0]) } };
  };
  const failed = async (rows: readonly (readonly number[])[], more: object = {}): Promise<string> => {
    const { batches, model } = table(rows);
    const error: Error = await train(model, options({ batches, objective: broken, ...more })).catch((e) => e);
    model.dispose();
    return error.message;
  };

  it('says what the inputs look like, and which column is the likeliest', async () => {
    const { batches, model } = table(wine);
    await expect(train(model, options({ batches }))).rejects.toThrow(
      /at step 0, needed finite numbers; inputs from 1.5 to 1285; the largest in column 2, from 450 to 1285; scale the columns to mean 0 and deviation 1; the model has/,
    );
    model.dispose();
  });

  it('says so of inputs of which nothing is strange', async () => {
    const scaled = wine.map(([a = 0, b = 0, c = 0]) => [a - 13, b - 2, c / 800 - 1]);
    expect(await failed(scaled)).toContain(
      'labeled.objective is NaN at step 0, needed finite numbers; inputs from -0.9 to 1.3; the model has',
    );
  });

  it('names columns of one value, and examples of zeros, where a variance is learned', async () => {
    const constant = wine.map(([a = 0, b = 0]) => [a - 13, b - 2, 0.7]);
    expect(await failed(constant)).toContain('column 2 has one value in all of them');
    expect(await failed(wine.map(([a = 0]) => [a - 13, 1, 2]))).toContain(
      'column 1, and so 1 more, has one value',
    );
    const blank = wine.map((row, i) => (i === 4 ? [0, 0, 0] : row.map((value) => value / 1000)));
    expect(await failed(blank)).toMatch(/unlabeled example \d is all 0/);
  });

  it('names NaN that augment brings in', async () => {
    const augment = { unlabeled: () => tensor([0, 1, 2, 3, Number.NaN, 5, 6, 7, 8], [3, 3]) };
    expect(await failed(wine, { augment, objective: semiSupervised() })).toContain(
      'inputs are not finite; unlabeled example 1 holds NaN in column 1',
    );
  });

  it('names ten terms and no more', async () => {
    const many: Objective<M2> = (model, batch, context) => {
      const terms = broken(model, batch, context);
      const more = Array.from({ length: 50 }, (_, i) => [`term${i}`, tensor([Number.NaN, 0, 0])]);
      return { ...terms, labeled: { ...terms.labeled, ...Object.fromEntries(more) } };
    };
    expect(await failed(wine, { objective: many })).toMatch(
      /^train: (\S+ is \S+ ){10}and \d+ more at step 0/,
    );
  });

  it('leaves no tensor', async () => {
    const before = alive();
    await failed(wine);
    expect(alive()).toEqual(before);
  });
});
