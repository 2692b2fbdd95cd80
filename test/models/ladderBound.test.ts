/** The bound of a ladder VAE against PyTorch, and the laws that its parts obey. */
import {
  fill as fillTensor,
  mean,
  mul,
  type Scalar,
  scalar,
  slice,
  sum,
  type Tensor,
  tensor,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { everyLabel } from '../../src/bounds/everyLabel';
import { oneHotLabels } from '../../src/core/labels';
import { createNoise, type Noise, streamOf } from '../../src/core/noise';
import { constant, linearWarmup } from '../../src/core/schedules';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { evaluateImportanceBound } from '../../src/evaluation/importanceBound';
import { createLadderVae, type LadderVae } from '../../src/models/ladder/model';
import { type BoundTerms, partsOf } from '../../src/models/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import goldens from '../golden/ladder.json';
import { fixedNoise } from '../support/fixedNoise';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import { CLASSES, MLP, tinyDataset, tinyExamples, tinyLadder, tinyM2 } from '../support/tiny';
import { ofValue } from '../support/tolerance';

interface Golden {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
type Goldens = Readonly<Record<string, Golden>>;

const toTensor = ({ values, shape }: Golden): Tensor => tensor([...values], [...shape]);

const assign = (model: LadderVae, name: string, value: Tensor): void => {
  const variable = model.variables[name];
  if (variable === undefined) throw new Error(`the model has no ${name}`);
  variable.assign(value);
};

/** A stream of the epsilons given, by the names of the draws. */
const namedNoise = (epsilons: Goldens): Noise => ({
  ...createNoise(0),
  split: (name) => (epsilons[name] ? fixedNoise(toTensor(epsilons[name])) : createNoise(0)),
});

describe('the bound of a ladder VAE, against PyTorch in float64', () => {
  cleanUpAfterEach();

  it.each(goldens)('has its values and gradients: $title', async (golden) => {
    const { widths, latents, batchNorm, decoderSeesLabel } = golden;
    const model = createLadderVae({
      inputShape: [6],
      classes: 3,
      latents,
      decoderSeesLabel,
      nets: {
        preset: 'mlp',
        widths,
        norm: batchNorm ? 'batch' : 'none',
        activation: batchNorm ? 'relu' : 'softplus',
      },
    });
    const trainable = Object.entries(model.variables).filter(([, { trainable }]) => trainable);
    expect(trainable.map(([name]) => name).sort()).toEqual(Object.keys(golden.weights).sort());
    for (const [name, weight] of Object.entries(golden.weights as unknown as Goldens))
      assign(model, name, toTensor(weight));
    const noise = namedNoise(golden.epsilons as unknown as Goldens);
    const inferred = () =>
      model.infer(toTensor(golden.x), {
        noise,
        training: batchNorm,
        updateStatistics: false,
        logWeight: true,
      });
    const { grads } = variableGrads(
      () => {
        const { elbo } = inferred().bound(toTensor(golden.y));
        return sum(mul(elbo, toTensor(golden.upstream))) as Scalar;
      },
      trainable.map(([, variable]) => variable),
    );
    const { labelLogits, bound } = inferred();
    expectClose(await read(labelLogits), golden.labelLogits.values, 4 * ofValue());
    const terms = bound(toTensor(golden.y));
    expect(Object.keys(terms).sort()).toEqual(Object.keys(golden.terms).sort());
    for (const [name, expected] of Object.entries(golden.terms as unknown as Goldens))
      expectClose(await read(terms[name] as Tensor), [...expected.values], 4 * ofValue());
    for (const [name, expected] of Object.entries(golden.gradients as unknown as Goldens)) {
      const gradient = grads[model.variables[name]?.name as string];
      const values = gradient ? await read(gradient) : new Array<number>(expected.values.length).fill(0);
      expectClose(values, [...expected.values], 10 * ofValue());
    }
    model.dispose();
  });
});

const boundOf = (model: LadderVae, x: Tensor, y: Tensor, noise = createNoise(3)): BoundTerms =>
  model.infer(x, { noise, logWeight: true }).bound(y);

/** Fills a variable with one number. */
const fill = (model: LadderVae, name: string, value: number): void =>
  tidy(() => assign(model, name, fillTensor([...(model.variables[name]?.shape ?? [])], value)));

/** Makes the messages say nothing, and the top the prior: w = σ(−20) = 2e-9 in each layer. */
const silence = (model: LadderVae): void => {
  for (const head of ['mean', 'logVar'])
    for (const part of ['kernel', 'bias']) fill(model, `encoder/${head}/${part}`, 0);
  for (let i = 1; i < model.latents.length; i++) {
    fill(model, `bottomUp/logVar${i}/bias`, 1e6);
    fill(model, `prior${i}/logVar/bias`, -1e6);
  }
};

describe('the laws of a ladder VAE', () => {
  cleanUpAfterEach();
  const { x, y } = { x: () => tinyExamples(4).x, y: () => tinyExamples(4).y };

  it('of one layer is M2 of a shared trunk: the same bound, term by term', async () => {
    const ladder = tinyLadder({ latents: [3], nets: { ...MLP, widths: [8] } });
    const m2 = tinyM2({ latent: 3, nets: { ...MLP, widths: [8], sharedTrunk: true } });
    for (const [name, variable] of Object.entries(m2.variables))
      assign(ladder, name.replace('trunk/hidden', 'bottomUp/hidden1'), variable);
    expect(Object.keys(ladder.variables)).toHaveLength(Object.keys(m2.variables).length);
    for (const labels of [y(), everyLabel(4, CLASSES)]) {
      const context = { noise: createNoise(3), logWeight: true };
      const [one, other] = [ladder.infer(x(), context), m2.infer(x(), context)];
      expect(await read(one.labelLogits)).toEqual(await read(other.labelLogits));
      const [terms, expected] = [one.bound(labels), other.bound(labels)];
      expect(Object.keys(terms)).toEqual(Object.keys(expected));
      for (const [name, term] of Object.entries(expected))
        expect(await read(terms[name] as Tensor), name).toEqual(await read(term as Tensor));
    }
    ladder.dispose();
    m2.dispose();
  });

  it('has no divergence where the messages say nothing, and draws what generate draws', async () => {
    const likelihood = gaussianObservation();
    const model = tinyLadder({
      latents: [3, 2, 2],
      nets: { ...MLP, widths: [8, 6, 5] },
      decoderSeesLabel: true,
      likelihood,
    });
    silence(model);
    const terms = boundOf(model, x(), y(), streamOf('generate', 5));
    for (const name of ['latentKl', 'latentKl.2', 'latentKl.3'])
      expect(Math.max(...(await read(terms[name] as Tensor))), name).toBeLessThan(1e-6);
    const labels = Array.from({ length: 4 }, (_, i) => i % CLASSES);
    const expected = likelihood.logProb(model.generate(labels, 5), x());
    expectClose(await read(terms.logLikelihood), await read(expected));
    // The messages are read elsewhere: with them, it draws something else.
    const heard = tinyLadder({ latents: [3, 2, 2], nets: { ...MLP, widths: [8, 6, 5] }, likelihood });
    const other = await read(boundOf(heard, x(), y(), streamOf('generate', 5)).logLikelihood);
    const same = await read(likelihood.logProb(heard.generate(labels, 5), x()));
    expect(Math.abs((other[0] as number) - (same[0] as number))).toBeGreaterThan(1e-3);
    for (const one of [model, heard]) one.dispose();
  });

  it('follows a message that is far sharper than the prior', async () => {
    const model = tinyLadder();
    fill(model, 'bottomUp/logVar1/bias', -1e6);
    fill(model, 'prior1/logVar/bias', 1e6);
    const [q] = model.encode(x(), y());
    const other = model.encode(x(), slice(everyLabel(4, CLASSES), [0, 0], [4, CLASSES]))[0] as typeof q;
    expectClose(await read(q?.logVar as Tensor), new Array<number>(12).fill(-10), 1e-6);
    expectClose(await read(q?.mean as Tensor), await read(other?.mean as Tensor), 1e-6);
    model.dispose();
  });

  it('teaches the messages of the lower layers by the likelihood alone: z_1 is drawn from the posterior', async () => {
    const model = tinyLadder({ latents: [3, 2, 2], nets: { ...MLP, widths: [8, 6, 5] } });
    for (const i of [1, 2]) {
      const names = [`bottomUp/mean${i}/kernel`, `bottomUp/logVar${i}/kernel`];
      const { grads } = variableGrads(
        () => mean(boundOf(model, x(), y()).logLikelihood) as Scalar,
        names.map((name) => model.variables[name] as NonNullable<LadderVae['variables'][string]>),
      );
      for (const name of names) {
        const gradient = await read(grads[model.variables[name]?.name as string] as Tensor);
        expect(Math.max(...gradient.map(Math.abs)), name).toBeGreaterThan(1e-4);
      }
    }
    model.dispose();
  });

  it('lets the label act by the top alone unless the decoder sees it', async () => {
    const [top, both] = [tinyLadder(), tinyLadder({ decoderSeesLabel: true })];
    const z = createNoise(2).normal([2, 3]);
    const labels = oneHotLabels('test', [0, 1], CLASSES);
    const apart = async (model: LadderVae, layer: number): Promise<number> => {
      const code = layer === 1 ? z : slice(z, [0, 0], [2, 2]);
      const rows = await read(model.decode(slice(code, [0, 0], [1, -1]), labels, { layer }));
      return Math.max(...rows.slice(0, 64).map((value, i) => Math.abs(value - (rows[64 + i] as number))));
    };
    expect(await apart(top, 1)).toBe(0);
    expect(await apart(top, 2)).toBeGreaterThan(1e-3);
    expect(await apart(both, 1)).toBeGreaterThan(1e-3);
    for (const model of [top, both]) model.dispose();
  });

  it('has a row for each example below, and one for each label: the rows agree with those of one label at a time', async () => {
    const model = tinyLadder();
    const noise = fixedNoise(scalar(0.3));
    const all = await read(boundOf(model, x(), everyLabel(4, CLASSES), noise).elbo);
    for (let k = 0; k < CLASSES; k++) {
      const one = everyLabel(4, CLASSES)
        .arraySync()
        .filter((_, row) => row % CLASSES === k);
      const alone = await read(boundOf(model, x(), tensor(one), noise).elbo);
      expectClose(
        alone,
        all.filter((_, row) => row % CLASSES === k),
      );
    }
    model.dispose();
  });

  it('weights the divergence of each layer by its name, and reports the plain bound', async () => {
    const model = tinyLadder();
    const at = async (klWeight: Parameters<typeof semiSupervised>[0], step = 2) => {
      const { labeled = {} } = semiSupervised(klWeight)(
        model,
        { labeled: { x: x(), y: y() as never } },
        { step, noise: createNoise(5) },
      );
      const values: Record<string, number> = {};
      for (const [name, term] of Object.entries(labeled)) values[name] = (await read(term))[0] as number;
      return values as Record<'objective' | 'elbo' | 'latentKl' | 'latentKl.2', number>;
    };
    const plain = await at({});
    const warm = await at({
      klWeight: { 'latentKl.2': linearWarmup({ steps: 8 }), latentKl: constant(0.5) },
    });
    expectClose([warm.elbo], [plain.elbo]);
    expectClose([plain.objective], [plain.elbo]);
    expectClose([warm.objective], [plain.elbo + 0.5 * plain.latentKl + 0.75 * plain['latentKl.2']]);
    expect(() =>
      semiSupervised({ klWeight: { 'latentKl.3': 1 } })(
        model,
        { unlabeled: { x: x() } },
        { step: 0, noise: createNoise(5) },
      ),
    ).toThrow('klWeight.latentKl.3 is not a divergence of the model, needed latentKl, latentKl.2');
    model.dispose();
  });

  it('has a bound below its importance-weighted bound, and a divergence of each layer in evaluation', async () => {
    const model = tinyLadder();
    const data = tinyDataset(6);
    const found = await evaluateElbo(model, data, { samples: 20, seed: 1 });
    const { bound } = await evaluateImportanceBound(model, data, { samples: 20, seed: 1 });
    expect(bound).toBeGreaterThan(found.elbo);
    const kls = (found.latentKl ?? 0) + (found['latentKl.2'] ?? 0);
    expect(found.latentKl).toBeGreaterThan(0);
    expectClose([found.logLikelihood - kls + found.logLabelPrior + found.labelEntropy], [found.elbo], 1e-4);
    model.dispose();
  });

  it('sums its parts to the bound', async () => {
    const model = tinyLadder({ latents: [3, 2, 2, 1], nets: { ...MLP, widths: [8, 6, 5, 4] } });
    const terms = boundOf(model, x(), y());
    const parts = partsOf(terms).map(([name]) => name);
    expect(parts).toEqual(['logLikelihood', 'latentKl', 'latentKl.2', 'latentKl.3', 'latentKl.4']);
    const [elbo, first] = [await read(terms.elbo), await read(terms.logLikelihood)];
    const kls = await Promise.all(parts.slice(1).map((name) => read(terms[name] as Tensor)));
    expectClose(
      elbo,
      first.map((value, b) => value - kls.reduce((total, kl) => total + (kl[b] as number), 0)),
    );
    model.dispose();
  });
});
