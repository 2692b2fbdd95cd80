/** The lines of runs on two domains, and their table. */
import { linesOf } from '../lines';
import { percent } from '../spread';
import { toTable } from '../toTable';

/** A line of docs/results/domains.jsonl. */
export interface DomainsLine {
  readonly way: string;
  readonly title: string;
  readonly labels: number;
  readonly seed: number;
  readonly epochs: number;
  readonly backend: string;
  /** on the test images of the target */
  readonly accuracy: number;
  readonly seconds: number;
}

/** The table of docs/results.md: a row for each way to learn, means over its seeds. */
export const domainsTables = {
  domains: async (): Promise<string> => {
    const lines = await linesOf<DomainsLine>('domains');
    const rows = [...new Set(lines.map(({ way }) => way))].map((way) => {
      const own = lines.filter((line) => line.way === way);
      const seconds = own.reduce((sum, line) => sum + line.seconds, 0) / own.length;
      return [
        own[0]?.title ?? way,
        String(own[0]?.epochs),
        String(own.length),
        percent(own.map(({ accuracy }) => accuracy)),
        seconds.toFixed(0),
      ];
    });
    return toTable(['learned from', 'epochs', 'seeds', 'target, %', 'seconds'], rows);
  },
};
