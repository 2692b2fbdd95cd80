/** The page of a shared model: YAML that a hub reads, and Markdown for people. */
import { inBrackets, oneLine } from '../core/describe';
import { supportsOf } from '../core/support';
import { isRecord } from '../files/json';
import type { ReadyModel } from './openModel';

/** A measured number of a model. */
export interface HubResult {
  /** name of the data, such as `'MNIST'` */
  readonly dataset: string;
  /** part of the data, such as `'test'` */
  readonly split?: string;
  /** what was measured, such as `'accuracy'` */
  readonly metric: string;
  /** the number itself; an accuracy is between 0 and 1 */
  readonly value: number;
}

/** What you say of a model that you share. */
export interface HubCard {
  /** what the model is called, such as `'m2-mnist-100'` */
  readonly name: string;
  /** licence of the weights, by the hub's identifier, such as `'mit'` or `'cc-by-4.0'` */
  readonly license: string;
  /** Markdown under the title: what the model is for, what it was trained on, where it fails */
  readonly description?: string;
  /** data sets by their names on the hub */
  readonly datasets?: readonly string[];
  /** further tags beside the library's and the model's kind */
  readonly tags?: readonly string[];
  /** measured numbers, as `evaluateClassifier` gives them */
  readonly results?: readonly HubResult[];
}

/** A text in YAML, which takes those of JSON. */
const quoted = (text: string): string => JSON.stringify(text);

/** A text in a cell of a table. */
const cell = (text: string): string => oneLine(text, 300).replaceAll('|', '\\|');

/** What the hub calls the task. */
const taskOf = ({ inputShape, input }: ReadyModel, classes: number | undefined): string => {
  if (classes === undefined)
    return inputShape.length === 3 ? 'unconditional-image-generation' : 'feature-extraction';
  if (input?.kind === 'text') return 'text-classification';
  return inputShape.length === 3 ? 'image-classification' : 'tabular-classification';
};

/** A name of data as the hub has them: small letters, digits and dashes. */
const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || name;

const resultLines = (task: string, { dataset, split, metric, value }: HubResult): readonly string[] => [
  '      - task:',
  `          type: ${task}`,
  '        dataset:',
  `          name: ${quoted(dataset)}`,
  `          type: ${quoted(slugOf(dataset))}`,
  ...(split === undefined ? [] : [`          split: ${quoted(split)}`]),
  '        metrics:',
  `          - type: ${quoted(metric)}`,
  `            value: ${value}`,
];

/** The lines between the dashes. */
const frontMatter = (model: ReadyModel, kind: string, card: HubCard): readonly string[] => {
  const { name, license, datasets = [], tags = [], results = [] } = card;
  const task = taskOf(model, model.classes);
  const list = (values: readonly string[]): string => `[${values.map(quoted).join(', ')}]`;
  return [
    '---',
    `license: ${quoted(license)}`,
    'library_name: ssvae',
    `pipeline_tag: ${task}`,
    `tags: ${list(['ssvae', 'variational-autoencoder', kind, ...tags])}`,
    ...(datasets.length > 0 ? [`datasets: ${list(datasets)}`] : []),
    ...(results.length > 0
      ? [
          'model-index:',
          `  - name: ${quoted(name)}`,
          '    results:',
          ...results.flatMap((result) => resultLines(task, result)),
        ]
      : []),
    '---',
  ];
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  `| ${head.join(' | ')} |`,
  `|${head.map(() => '---').join('|')}|`,
  ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
];

/** What x is, in words. */
const inputsOf = ({ inputShape, input, likelihood }: ReadyModel): string => {
  const { support } = likelihood;
  const [{ min, max } = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY }, ...others] =
    support === undefined ? [] : supportsOf(support);
  const range =
    others.length > 0 || !Number.isFinite(min)
      ? ''
      : `, values from ${min}${Number.isFinite(max) ? ` to ${max}` : ' on'}`;
  return `${inBrackets(inputShape)}${range}${input ? `, read from ${input.kind}` : ''}`;
};

/**
 * The model card.
 *
 * @param kind of the model
 * @param card what you say of it
 * @returns the text of a README.md
 */
export function modelCard(model: ReadyModel, kind: string, card: HubCard): string {
  const { name, description, results = [] } = card;
  const { classes, classNames = [] } = model as {
    readonly classes?: number;
    readonly classNames?: readonly string[];
  };
  const spec = isRecord(model.spec) ? model.spec : {};
  const values = Object.values(model.variables).reduce((sum, { size }) => sum + size, 0);
  const folder = name.replace(/[^\w.-]+/g, '-');
  const about: readonly (readonly string[])[] = [
    ['kind', kind],
    ['inputs', inputsOf(model)],
    ...(classes === undefined ? [] : [['classes', String(classes)]]),
    ['width of the code', String(model.latent)],
    ['likelihood', model.likelihood.spec?.kind ?? 'of its own'],
    ['nets', spec.nets ? JSON.stringify(spec.nets) : 'of its own'],
    ['weights', values.toLocaleString('en-US')],
  ];
  return [
    ...frontMatter(model, kind, card),
    '',
    `# ${oneLine(name)}`,
    '',
    ...(description === undefined ? [] : [description.trim(), '']),
    '## The model',
    '',
    ...table(['', ''], about),
    '',
    ...(classNames.length > 0
      ? [
          '## Labels',
          '',
          ...table(
            ['index', 'label'],
            classNames.map((label, i) => [String(i), label]),
          ),
          '',
        ]
      : []),
    ...(results.length > 0
      ? [
          '## Results',
          '',
          ...table(
            ['data', 'split', 'metric', 'value'],
            results.map(({ dataset, split = '', metric, value }) => [dataset, split, metric, String(value)]),
          ),
          '',
        ]
      : []),
    '## Use',
    '',
    '```ts',
    "import { loadModel } from 'ssvae';",
    "import { folder, selectBackend } from 'ssvae/node';",
    '',
    'await selectBackend();',
    `const model = await loadModel(folder(${quoted(folder)}));`,
    '```',
    '',
    'In PyTorch, with the file `ssvae_torch.py` of the package `ssvae`:',
    '',
    '```python',
    'import ssvae_torch',
    '',
    `model = ssvae_torch.load(${quoted(folder)})`,
    '```',
    '',
  ].join('\n');
}
