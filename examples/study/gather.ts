// The table of a study, from its folder: npx tsx examples/study/gather.ts runs/study
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Result {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly accuracy: number;
}

const folder = join(process.argv[2] ?? 'runs/study', 'results');
const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
const results: Result[] = [];
for (const name of names) results.push(JSON.parse(await readFile(join(folder, name), 'utf8')));

/** Runs that differ in nothing but their seed. */
const groups = new Map<string, number[]>();
for (const { settings, accuracy } of results) {
  const { seed: _, ...others } = settings;
  const key = Object.values(others).join(' | ');
  groups.set(key, [...(groups.get(key) ?? []), 100 * accuracy]);
}

const { seed: _, ...columns } = results[0]?.settings ?? {};
const head = [...Object.keys(columns), 'seeds', 'test accuracy, %'];
console.log(`| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}`);
for (const [key, accuracies] of [...groups].sort()) {
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
  const squares = accuracies.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation =
    accuracies.length > 1 ? ` ± ${Math.sqrt(squares / (accuracies.length - 1)).toFixed(1)}` : '';
  console.log(`| ${key} | ${accuracies.length} | ${mean.toFixed(1)}${deviation} |`);
}
