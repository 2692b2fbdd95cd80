/** The table of `npm run seeds` with the default nets: accuracy, and whether samples show the class asked for. */
import { linesOf } from '../lines';
import { percent, spread } from '../spread';
import { toTable } from '../toTable';
import type { Samples } from './judge';
import { titleOf } from './methods';
import type { Method } from './models';

interface Line {
  readonly dataset: string;
  readonly nets: string;
  readonly epochs: number;
  readonly method: Method;
  readonly accuracy: number;
  readonly validationAccuracy: number;
  readonly samples?: Samples;
  readonly elbo: number;
  readonly seconds: number;
}

const HEAD = [
  'data, nets, epochs',
  'objective',
  'seeds',
  'test accuracy, %',
  'validation, %',
  'fidelity, %',
  'confident, %',
  'trained on samples, %',
  'ELBO, nats',
  's',
];

const runOf = ({ dataset, nets, epochs }: Line): string => `${dataset}, ${nets}, ${epochs}`;

const rowOf = (lines: readonly Line[]): readonly string[] => {
  const [first] = lines as readonly [Line];
  const of = (name: keyof Samples): string =>
    percent(lines.flatMap(({ samples }) => (samples ? [samples[name]] : [])));
  return [
    runOf(first),
    titleOf(first.method, 'm2'),
    String(lines.length),
    percent(lines.map(({ accuracy }) => accuracy)),
    percent(lines.map(({ validationAccuracy }) => validationAccuracy)),
    of('fidelity'),
    of('confident'),
    of('trainedOnSamples'),
    first.samples
      ? spread(
          lines.map(({ elbo }) => elbo),
          1,
        )
      : '',
    spread(
      lines.map(({ seconds }) => seconds),
      0,
    ),
  ];
};

/** The table by name. */
export const startTables = {
  samples: async (): Promise<string> => {
    const lines = await linesOf<Line>('samples');
    const kindOf = (line: Line): string => `${runOf(line)} ${line.method}`;
    const kinds = [...new Set(lines.map(kindOf))];
    return toTable(
      HEAD,
      kinds.map((kind) => rowOf(lines.filter((line) => kindOf(line) === kind))),
    );
  },
};
