/** The development sets of the tabular benchmark: read from runs/tabular/sets, or simulated. */
import { existsSync, readFileSync } from 'node:fs';
import { columns, createDataset, createNoise, type Dataset, digits, text, twoMoons, vectors } from 'ssvae';

/** A set as convert.py writes it. */
interface Stored {
  readonly kind: 'columns' | 'images' | 'vectors' | 'text';
  readonly label: string | null;
  readonly rows: unknown;
  readonly shape?: readonly number[];
}

const SETS = 'runs/tabular/sets';

/** Most examples that are read of a set; the rest is left out, in a seeded order. */
const MOST = 6000;

const labelsOf = (y: readonly string[]): { readonly y: number[]; readonly classNames: string[] } => {
  const classNames = [...new Set(y)].sort();
  return { y: y.map((label) => classNames.indexOf(label)), classNames };
};

/** A set that was gathered by setup.ts, as somebody who has it would read it. */
const stored = (name: string) => (): Dataset => {
  const path = `${SETS}/${name}.json`;
  if (!existsSync(path)) throw new Error(`${path} is missing: npx tsx bench/tabular/setup.ts writes it`);
  const { kind, label, rows, shape } = JSON.parse(readFileSync(path, 'utf8')) as Stored;
  if (kind === 'columns') {
    const all = rows as readonly Record<string, string | number | null>[];
    const order = createNoise(0).split(name).permutation(all.length).subarray(0, MOST);
    return columns(
      Array.from(order, (i) => all[i] ?? {}),
      { label: label ?? '', name },
    );
  }
  const { x, y } = rows as { readonly x: never; readonly y: readonly (string | number)[] };
  const { classNames, y: labels } = labelsOf(y.map(String));
  if (kind === 'vectors') return vectors(x, { labels: y.map(String), name });
  if (kind === 'text') return text(x, { labels: y.map(String), name, size: 1000 });
  const bytes = Uint8Array.from((x as readonly number[][]).flat());
  return createDataset({
    name,
    x: bytes,
    y: labels,
    shape: shape ?? [],
    classes: classNames.length,
    classNames,
  });
};

/** Points in the plane, or elsewhere, with a class each, standardized by `vectors`. */
const simulated = (
  name: string,
  count: number,
  draw: (noise: ReturnType<typeof createNoise>) => { readonly x: readonly number[]; readonly y: number },
): Dataset => {
  const noise = createNoise(0).split(name);
  const points = Array.from({ length: count }, () => draw(noise));
  return vectors(
    points.map(({ x }) => x),
    { labels: points.map(({ y }) => String(y)), name },
  );
};

const normal = (noise: ReturnType<typeof createNoise>): number => noise.normals(1)[0] as number;

/** Five arms of a spiral: radius 1 + 0.3·n₁, offset 0.1·n₂, turned by 2πk/5 + 1.6·radius. */
const arms = (): Dataset =>
  simulated('arms', 1500, (noise) => {
    const y = Math.floor(5 * noise.next());
    const radius = 1 + 0.3 * normal(noise);
    const offset = 0.1 * normal(noise);
    const turn = (2 * Math.PI * y) / 5 + 1.6 * radius;
    return {
      x: [
        radius * Math.cos(turn) - offset * Math.sin(turn),
        radius * Math.sin(turn) + offset * Math.cos(turn),
      ],
      y,
    };
  });

/** Three clusters in 20 dimensions, and two classes that are the sides of a plane through them: clusters mislead. */
const adverse = (): Dataset => {
  const noise = createNoise(0).split('adverse centers');
  const centers = Array.from({ length: 3 }, () => Array.from(noise.normals(20), (value) => 2 * value));
  const plane = noise.normals(20);
  const mean = Array.from({ length: 20 }, (_, d) =>
    centers.reduce((sum, center) => sum + (center[d] ?? 0) / 3, 0),
  );
  return simulated('adverse', 1500, (own) => {
    const center = centers[Math.floor(3 * own.next())] ?? [];
    const x = center.map((value) => value + normal(own));
    const side = x.reduce((sum, value, d) => sum + (value - (mean[d] ?? 0)) * (plane[d] ?? 0), 0);
    return { x, y: side > 0 ? 1 : 0 };
  });
};

/** Counts of 200 words under four topics that share nine tenths of their words, about 40 words a text. */
const counts = (): Dataset => {
  const noise = createNoise(0).split('counts');
  const weights = (power: number): number[] =>
    Array.from(noise.uniforms(200), (u) => (-Math.log(u)) ** power);
  const common = weights(1);
  const topics = Array.from({ length: 4 }, () => weights(3));
  const sums = [common, ...topics].map((one) => one.reduce((sum, value) => sum + value, 0));
  const rows = Array.from({ length: 1500 }, () => {
    const y = Math.floor(4 * noise.next());
    const row: Record<string, number | string> = {};
    for (let d = 0; d < 200; d++) {
      const rate =
        40 * ((0.9 * (common[d] ?? 0)) / (sums[0] ?? 1) + (0.1 * (topics[y]?.[d] ?? 0)) / (sums[y + 1] ?? 1));
      // Knuth's method: rates are small.
      let [count, left] = [-1, Math.exp(-rate)];
      for (let product = 1; product > left; product *= noise.next()) count++;
      row[`word ${d}`] = Math.max(0, count);
    }
    return { ...row, topic: `topic ${y}` };
  });
  const types = Object.fromEntries(Array.from({ length: 200 }, (_, d) => [`word ${d}`, 'count' as const]));
  return columns(rows, { label: 'topic', types, name: 'counts' });
};

/** Every set by name; those whose settings were chosen on it are marked. */
export const SETS_BY_NAME: Readonly<Record<string, () => Dataset>> = {
  'generated digits': () => digits({ count: 2000, seed: 0 }),
  moons: () => {
    const { x, y, count } = twoMoons({ count: 1500, seed: 0 });
    return vectors(
      { values: x as Float32Array, width: 2 },
      { labels: Array.from(y, String).slice(0, count), name: 'moons' },
    );
  },
  arms,
  adverse,
  counts,
  ...Object.fromEntries(
    [
      'iris',
      'wine',
      'cancer',
      'penguins',
      'votes',
      'vehicle',
      'letters',
      'satellite',
      'splice',
      'digits8',
      'mnist5k',
      'pbmc',
      'spam',
    ].map((name) => [name, stored(name)]),
  ),
};
