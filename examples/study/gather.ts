// The table of a study, from its folder: npx tsx examples/study/gather.ts --study runs/study
import { readdir } from 'node:fs/promises';
import { placeOf, readResult } from './results';
import type { Settings } from './settings';

interface Result {
  readonly settings: Settings;
  readonly accuracy: number;
}

const names = (await readdir(placeOf('results', ''))).filter((name) => /^\w+\.json$/.test(name));
const results = (await Promise.all(names.map((name) => readResult(name.slice(0, -5))))) as Result[];

/** Runs that differ in nothing but their seed. */
const groups = new Map<string, number[]>();
for (const { settings, accuracy } of results) {
  const { seed: _, ...others } = settings;
  const key = Object.values(others).join(' | ');
  groups.set(key, [...(groups.get(key) ?? []), 100 * accuracy]);
}

console.log('| method | labels | epochs | alpha | examples | backend | seeds | test accuracy, % |');
console.log('|---|---|---|---|---|---|---|---|');
for (const [key, accuracies] of [...groups].sort()) {
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
  const squares = accuracies.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation =
    accuracies.length > 1 ? ` ± ${Math.sqrt(squares / (accuracies.length - 1)).toFixed(1)}` : '';
  console.log(`| ${key} | ${accuracies.length} | ${mean.toFixed(1)}${deviation} |`);
}
