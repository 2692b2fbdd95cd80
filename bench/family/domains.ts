/**
 * Labels in one domain, none in the other: MNIST as it is with 1,000 labels, and turned by 45 degrees without any:
 * `npx tsx bench/family/domains.ts --data DIR [--seeds 1] [--epochs 5] [--backend tensorflow]`.
 *
 * One half of the training images is the source, and the other half, turned, is the target. The test images are turned. Each run
 * is a line of docs/results/domains.jsonl, and one that is there is not run again. Nothing is chosen.
 */
import { parseArgs } from 'node:util';
import {
  createDataset,
  createM1M2,
  createM2,
  type Dataset,
  evaluateClassifier,
  type Model,
  type SemiSupervisedVae,
  splitDataset,
  subset,
} from 'ssvae';
import { loadDataset, selectBackend } from 'ssvae/node';
import { appendLine, holdsLine, readLines } from '../lines';
import type { DomainsLine } from './domainsLine';
import { NETS, optimized } from './models';
import { type ObjectiveOf, range, trainer } from './runner';
import { turned } from './turned';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    seeds: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '5' },
    backend: { type: 'string', default: 'tensorflow' },
    out: { type: 'string', default: 'docs/results/domains.jsonl' },
  },
});
if (flags.data === undefined) throw new Error('--data is missing, needed the folder with the files of MNIST');

const LABELS = 1000;
const DEGREES = 45;
/** Examples of a batch: 100 labeled and 128 unlabeled. */
const BATCH = 228;
const { name: backend, execute } = await selectBackend({ backend: flags.backend as 'tensorflow' });
const { train: all, test } = await loadDataset('mnist', { dir: flags.data });
const half = all.count / 2;

/** Images with the domain of each beside them: [1, 0] for the source, [0, 1] for the target. */
const inDomains = (source: Dataset | undefined, target: Dataset): Dataset => {
  const parts = source ? [source, target] : [target];
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const x = new Uint8Array(parts.reduce((sum, part) => sum + part.x.length, 0));
  let at = 0;
  for (const part of parts) {
    x.set(part.x as Uint8Array, at);
    at += part.x.length;
  }
  return createDataset({
    name: 'MNIST of two domains',
    x,
    y: parts.flatMap(({ y }) => [...y]),
    shape: target.shape,
    classes: target.classes,
    covariates: Array.from({ length: 2 * count }, (_, i) =>
      Number(i < 2 * (source?.count ?? 0) === (i % 2 === 0)),
    ),
  });
};

const source = subset(all, range(0, half));
const target = turned(subset(all, range(half, all.count)), DEGREES);
const data = inDomains(source, target);
const held = inDomains(undefined, turned(test, DEGREES));

/** A way to learn: a model, what is labeled, and what is seen without labels. */
interface Way {
  readonly title: string;
  create(seed: number): Model;
  readonly labeled: 'source' | 'target';
  readonly unlabeled: readonly [from: number, to: number];
  readonly objective?: ObjectiveOf<SemiSupervisedVae>;
}

const m2 = (seed: number): Model => createM2({ data, latent: 50, nets: NETS, seed });
const m1m2 = (seed: number): Model =>
  createM1M2({ data, latent: 50, features: 50, covariates: 2, nets: { ...NETS, innerWidths: [300] }, seed });
const together = (perExample: number): Way => ({
  title: `M1+M2 that reads the domain, weight of the discrepancy ${perExample * BATCH}`,
  create: m1m2,
  labeled: 'source',
  unlabeled: [0, all.count],
  objective: (model, steps) => optimized(model, steps, { domainDiscrepancy: { weight: perExample * BATCH } }),
});

const WAYS: Readonly<Record<string, Way>> = {
  source: { title: 'M2 on the source alone', create: m2, labeled: 'source', unlabeled: [0, half] },
  pooled: { title: 'M2 on both, pooled', create: m2, labeled: 'source', unlabeled: [0, all.count] },
  domain: {
    title: 'M1+M2 that reads the domain',
    create: m1m2,
    labeled: 'source',
    unlabeled: [0, all.count],
  },
  together1: together(1),
  together10: together(10),
  ceiling: {
    title: 'M2 on the target, with its labels',
    create: m2,
    labeled: 'target',
    unlabeled: [half, all.count],
  },
};

const known = await readLines<DomainsLine>(flags.out);
const epochs = Number(flags.epochs);
for (const [way, { title, create, labeled, unlabeled, objective = optimized }] of Object.entries(WAYS))
  for (let seed = 1; seed <= Number(flags.seeds); seed++) {
    if (holdsLine(known, { way, seed, epochs })) continue;
    const from = labeled === 'source' ? 0 : half;
    const chosen = splitDataset(subset(data, range(from, from + half)), { labeled: LABELS, seed });
    const split = {
      labeled: chosen.labeled.map((i) => i + from),
      unlabeled: range(...unlabeled),
      validation: new Int32Array(),
      test: new Int32Array(),
    };
    const model = create(seed);
    const train = trainer({ data, split, seed }, execute);
    const { seconds } = await train(model, objective as ObjectiveOf<Model>, {
      title: `${title}, turned`,
      epochs,
    });
    const { accuracy } = await evaluateClassifier(model as never, held);
    model.dispose();
    const line: DomainsLine = { way, title, labels: LABELS, seed, epochs, backend, accuracy, seconds };
    await appendLine(flags.out, line);
    console.log(JSON.stringify(line));
  }
