/** Folders to share. */
import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as ssvae from '../../src/index';
import { folder } from '../../src/node/folder';
import { PORTABLE, portable } from '../support/portable';
import { memoryFolder, tinyM2, weightsOf } from '../support/tiny';

const CARD = { name: 'Bars', license: 'mit' } as const;

const textOf = (place: ReturnType<typeof memoryFolder>, name: string): string =>
  new TextDecoder().decode(place.files.get(name));

describe('saveForHub', () => {
  it('writes three files, which loadModel reads from the folder', async () => {
    const path = await mkdtemp(join(tmpdir(), 'ssvae-hub-'));
    const model = tinyM2({ classNames: ['left', 'middle', 'right'], temperature: 1.5 });
    await ssvae.saveForHub(model, folder(path), CARD);
    expect((await readdir(path)).filter((name) => !name.startsWith('.')).sort()).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
    ]);
    const loaded = await ssvae.loadModel(folder(path), { kind: 'm2' });
    expect(loaded.spec).toEqual(model.spec);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    const config = JSON.parse(await readFile(join(path, 'config.json'), 'utf8'));
    expect(config).toEqual({
      model_type: 'ssvae-m2',
      library_name: 'ssvae',
      ssvae_version: ssvae.version,
      id2label: { 0: 'left', 1: 'middle', 2: 'right' },
      label2id: { left: 0, middle: 1, right: 2 },
      ...(model.spec as object),
    });
    await ssvae.loadVariables(model, folder(path));
    for (const one of [model, loaded]) one.dispose();
    await rm(path, { recursive: true });
  });

  it('writes a card with licence, labels and results', async () => {
    const place = memoryFolder();
    const model = tinyM2({ classNames: ['left', 'mid|dle', 'right'] });
    const results = [{ dataset: 'Bars of "8"', split: 'test', metric: 'accuracy', value: 0.9531 }];
    const description = 'It sees bars.\n';
    await ssvae.saveForHub(model, place, {
      ...CARD,
      description,
      datasets: ['bars'],
      tags: ['tiny'],
      results,
    });
    expect(textOf(place, 'README.md')).toBe(`---
license: "mit"
library_name: ssvae
pipeline_tag: image-classification
tags: ["ssvae", "variational-autoencoder", "m2", "tiny"]
datasets: ["bars"]
model-index:
  - name: "Bars"
    results:
      - task:
          type: image-classification
        dataset:
          name: "Bars of \\"8\\""
          type: "bars-of-8"
          split: "test"
        metrics:
          - type: "accuracy"
            value: 0.9531
---

# Bars

It sees bars.

## The model

|  |  |
|---|---|
| kind | m2 |
| inputs | [8,8,1], values from 0 to 1 |
| classes | 3 |
| width of the code | 3 |
| likelihood | bernoulli |
| nets | {"preset":"mlp","widths":[8],"activation":"softplus","norm":"none","sharedTrunk":false} |
| weights | 1,777 |

## Labels

| index | label |
|---|---|
| 0 | left |
| 1 | mid\\|dle |
| 2 | right |

## Results

| data | split | metric | value |
|---|---|---|---|
| Bars of "8" | test | accuracy | 0.9531 |

## Use

\`\`\`ts
import { loadModel } from 'ssvae';
import { folder, selectBackend } from 'ssvae/node';

await selectBackend();
const model = await loadModel(folder("Bars"));
\`\`\`

In PyTorch, with the file \`ssvae_torch.py\` of the package \`ssvae\`:

\`\`\`python
import ssvae_torch

model = ssvae_torch.load("Bars")
\`\`\`
`);
    model.dispose();
  });

  it.each(Object.keys(PORTABLE))('shares every kind of model: %s', async (name) => {
    const model = portable(name);
    const place = memoryFolder();
    await ssvae.saveForHub(model, place, CARD);
    const loaded = await ssvae.loadModel(place);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    expect(JSON.parse(textOf(place, 'config.json')).model_type).toBe(
      `ssvae-${(model.spec as { readonly model: string }).model}`,
    );
    expect(textOf(place, 'README.md')).toContain(`"ssvae", "variational-autoencoder"`);
    for (const one of [model, loaded]) one.dispose();
  });

  it('refuses what it cannot share, before anything is written', async () => {
    const place = memoryFolder();
    const model = tinyM2();
    const refused = async (given: ssvae.ReadyModel, card: object, message: string | RegExp): Promise<void> =>
      await expect(ssvae.saveForHub(given, place, card as ssvae.HubCard)).rejects.toThrow(message);
    await refused(model, { name: 'a' }, 'saveForHub: card.license is undefined, needed a text');
    await refused(
      model,
      { name: ' ', license: 'mit' },
      'saveForHub: card.name is " ", needed a text that is not empty',
    );
    await refused(
      model,
      { ...CARD, results: [{ dataset: 'a', metric: 'b', value: Number.NaN }] },
      'saveForHub: card.results[0].value is NaN, needed a finite number',
    );
    await refused(
      { ...model, spec: { model: 'mine' } },
      CARD,
      /^saveForHub: the model is "mine", needed "m2" or .*, which loadModel reads$/,
    );
    model.dispose();
    await refused(model, CARD, 'saveForHub: the model is disposed, needed one that is not');
    expect(place.files.size).toBe(0);
  });
});
