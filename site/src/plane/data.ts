/** Sets of points in the plane: two moons, five arms, two rings, and points that the reader draws. */
import { createDataset, createNoise, type Dataset, type Noise, splitDataset, twoMoons } from 'ssvae';
import { classesOf, type PlaneSet, type PlaneSettings } from './settings';

/** Points to train on, and as many to test on. */
const COUNT = 1000;

/** Five arms of a spiral: radius r = 1 + 0.3 n₁, offset 0.1 n₂, turned by 2πk/5 + 1.6 r. */
function arms(count: number, noise: Noise): Float32Array {
  const x = new Float32Array(2 * count);
  const normals = noise.normals(2 * count);
  for (let i = 0; i < count; i++) {
    const radius = 1 + 0.3 * (normals[2 * i] as number);
    const offset = 0.1 * (normals[2 * i + 1] as number);
    const angle = (2 * Math.PI * (i % 5)) / 5 + 1.6 * radius;
    x[2 * i] = radius * Math.cos(angle) - offset * Math.sin(angle);
    x[2 * i + 1] = radius * Math.sin(angle) + offset * Math.cos(angle);
  }
  return x;
}

/** Two rings around one center, of radii 0.45 and 1. */
function rings(count: number, noise: Noise): Float32Array {
  const x = new Float32Array(2 * count);
  const normals = noise.split('offsets').normals(count);
  const angles = noise.split('angles');
  for (let i = 0; i < count; i++) {
    const radius = (i % 2 ? 0.45 : 1) + 0.07 * (normals[i] as number);
    const angle = 2 * Math.PI * angles.next();
    x[2 * i] = radius * Math.cos(angle);
    x[2 * i + 1] = radius * Math.sin(angle);
  }
  return x;
}

function drawn(set: Exclude<PlaneSet, 'own'>, noise: Noise): Float32Array {
  if (set === 'moons') return Float32Array.from(twoMoons({ count: COUNT, seed: noise }).x);
  return (set === 'arms' ? arms : rings)(COUNT, noise);
}

/** Mean and deviation of each coordinate. */
interface Scale {
  readonly mean: readonly [number, number];
  readonly sd: readonly [number, number];
}

function scaleOf(x: Float32Array): Scale {
  const mean: [number, number] = [0, 0];
  const sd: [number, number] = [0, 0];
  for (const d of [0, 1] as const) {
    for (let i = d; i < x.length; i += 2) mean[d] += (2 * (x[i] as number)) / x.length;
    for (let i = d; i < x.length; i += 2) sd[d] += (2 * ((x[i] as number) - mean[d]) ** 2) / x.length;
    sd[d] = Math.sqrt(sd[d]) || 1;
  }
  return { mean, sd };
}

const scaled = (x: Float32Array, { mean, sd }: Scale): Float32Array =>
  x.map((value, i) => (value - (mean[i % 2] as number)) / (sd[i % 2] as number));

/** Points in standard units, their labels, and points to test on. */
export interface PlaneData {
  readonly dataset: Dataset;
  /** the classes that training is given, by point: the true ones but for the reader's changes; −1 where it gets none */
  readonly given: Int32Array;
  /** none for points that the reader drew */
  readonly test?: Dataset;
}

function pointsOf({ set, seed, own }: PlaneSettings): { dataset: Dataset; test?: Dataset } {
  const classes = classesOf(set);
  const make = (name: string, x: Float32Array) => {
    const y = Uint8Array.from({ length: x.length / 2 }, (_, i) => i % classes);
    return createDataset({ name, x, y, shape: [2], classes });
  };
  if (set === 'own') return { dataset: make('your points', Float32Array.from(own)) };
  const noise = createNoise(seed);
  const x = drawn(set, noise.split('training'));
  const scale = scaleOf(x);
  const test = scaled(drawn(set, noise.split('test')), scale);
  return { dataset: make(set, scaled(x, scale)), test: make(`${set}, test`, test) };
}

/** The points of settings: the same points and labels for the same settings. */
export function planeData(settings: PlaneSettings): PlaneData {
  const { set, seed, perClass, edits } = settings;
  const { dataset, test } = pointsOf(settings);
  const given = new Int32Array(dataset.count).fill(-1);
  if (set !== 'own') {
    const labeled = Math.min(perClass * dataset.classes, dataset.count - 100);
    for (const i of splitDataset(dataset, { labeled, seed }).labeled) given[i] = dataset.y[i] as number;
  }
  for (const [point, label] of edits) if (point < given.length) given[point] = label;
  return { dataset, given, ...(test && { test }) };
}
