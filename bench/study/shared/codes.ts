/** Codes of a data set as features: the means of q(z|x), as they are or standardised. */
import { type Dataset, embed, type GaussianVae } from 'ssvae';
import type { MachineSettings } from './m1Settings';
import type { Labeled } from './svm';
import { movedImages } from './virtualExamples';

/** Features of the training and, where it is given, of the test set, N × Z in rows. */
export interface Codes {
  readonly latent: number;
  readonly train: Float32Array;
  readonly test?: Float32Array;
  /** of the training images moved by a pixel or mirrored, where they are asked for */
  readonly virtual: readonly Float32Array[];
  /** of the training features, over all dimensions: the unit of a kernel's width */
  readonly totalVariance: number;
  /** dimensions in which the mean of q(z|x) has a variance above 0.01 (Burda et al. 2016) */
  readonly activeUnits: number;
}

/** Mean of a function of codes in each dimension. */
const meanOf = (
  codes: Float32Array,
  latent: number,
  value: (code: number, dimension: number) => number,
): readonly number[] => {
  const sums = new Array<number>(latent).fill(0);
  for (const [i, code] of codes.entries())
    sums[i % latent] = (sums[i % latent] as number) + value(code, i % latent);
  return sums.map((sum) => (sum * latent) / codes.length);
};

/** Codes of the images, as a machine is to have them. */
export async function codesOf(
  model: GaussianVae,
  { train, test }: { readonly train: Dataset; readonly test?: Dataset },
  { standardised, virtualExamples }: MachineSettings,
): Promise<Codes> {
  const { latent } = model;
  const codes = await embed(model, train.x);
  const mean = meanOf(codes, latent, (code) => code);
  const variance = meanOf(codes, latent, (code, d) => (code - (mean[d] as number)) ** 2);
  const scaled = (values: Float32Array): Float32Array =>
    standardised ? values.map((code, i) => code / Math.sqrt(variance[i % latent] as number)) : values;
  const virtual: Float32Array[] = [];
  for (const moved of virtualExamples ? movedImages(train) : [])
    virtual.push(scaled(await embed(model, moved)));
  return {
    latent,
    train: scaled(codes),
    virtual,
    ...(test && { test: scaled(await embed(model, test.x)) }),
    totalVariance: standardised ? latent : variance.reduce((sum, value) => sum + value, 0),
    activeUnits: variance.filter((value) => value > 0.01).length,
  };
}

/** Examples of several kinds as one set. */
export const together = (sets: readonly Labeled[]): Labeled => ({
  features: sets.flatMap(({ features }) => features),
  labels: sets.flatMap(({ labels }) => labels),
});

/** Some examples as the classifier takes them; default all. */
export const examplesOf = (
  { y }: Dataset,
  codes: Float32Array,
  rows: ArrayLike<number> = Int32Array.from(y, (_, row) => row),
): Labeled => {
  const latent = codes.length / y.length;
  return {
    features: Array.from(rows, (row) => Array.from(codes.subarray(row * latent, (row + 1) * latent))),
    labels: Array.from(rows, (row) => y[row] as number),
  };
};
