/** The lines of the family's runs on photographs, and their table. */
import { linesOf } from '../lines';
import { percent } from '../spread';
import { toTable } from '../toTable';
import type { FamilyLine } from './line';

/** A line of docs/results/photographs.jsonl: test accuracies, and the curve on 5,000 validation examples. */
export type PhotographsLine = Omit<FamilyLine, 'recipe' | 'elbo' | 'samples'>;

/** The rows, by the name that `--models` takes. */
export const PHOTOGRAPHS: Readonly<Record<string, string>> = {
  m2: 'M2',
  m1m2: 'M1+M2, one stage',
  adgm: 'ADGM',
  sdgm: 'SDGM',
};

/** The table of docs/results.md. */
export const photographsTables = {
  'family photographs': async (): Promise<string> => {
    const lines = await linesOf<PhotographsLine>('photographs');
    const rows = Object.entries(PHOTOGRAPHS).flatMap(([model, title]) => {
      const own = lines.filter((line) => line.model === model);
      const [first] = own;
      if (!first) return [];
      return [
        [
          title,
          String(first.epochs),
          String(own.length),
          percent(own.flatMap(({ labelsAlone = Number.NaN }) => labelsAlone)),
          percent(own.map(({ accuracy }) => accuracy)),
          (own.reduce((sum, { seconds }) => sum + seconds, 0) / own.length).toFixed(0),
          (first.parameters / 1e6).toFixed(2),
        ],
      ];
    });
    const heads = ['labels alone, %', 'all data, %', 'seconds', 'million weights'];
    return toTable(['model', 'epochs', 'seeds', ...heads], rows);
  },
};
