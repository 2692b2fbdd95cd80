/** The table of penguins with few labels, as CSV. */
import { readFileSync } from 'node:fs';

const [head = '', ...rows] = readFileSync('examples/penguins.csv', 'utf8').trim().split('\n');

/** Ten rows of each species have their label; in the others its cell is empty. */
export const fewLabels: string = (() => {
  const seen: Record<string, number> = {};
  const lines = rows.map((row) => {
    const [species = '', ...cells] = row.split(',');
    seen[species] = (seen[species] ?? 0) + 1;
    return [seen[species] <= 10 ? species : '', ...cells].join(',');
  });
  return [head, ...lines].join('\n');
})();
