/** Settings of the M1 + SVM study. */

/** Everything that defines the VAE but its data. */
export interface VaeSettings {
  readonly widths: readonly number[];
  readonly activation: 'softplus' | 'relu';
  readonly batchNorm: boolean;
  readonly latent: number;
  /** weight of the divergence after the warm-up */
  readonly klWeight: number;
  /** epochs over which it rises from 0 */
  readonly warmup: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** The support vector machine, and what it is given. */
export interface MachineSettings {
  /** C */
  readonly cost: number;
  /** γ times the total variance of the features: the kernel's width in their own unit */
  readonly gammaOfVariance: number;
  /** whether each latent dimension is divided by its standard deviation over the training images */
  readonly standardised: boolean;
  /** whether it learns from copies of the labelled images too, moved by a pixel or mirrored */
  readonly virtualExamples?: boolean;
}

/** Nets and codes as in the earlier study; the rest, which was left open, by the validation part. */
export const VAE: VaeSettings = {
  widths: [600, 600],
  activation: 'softplus',
  batchNorm: true,
  latent: 50,
  klWeight: 1,
  warmup: 2,
  epochs: 4,
  learningRate: 1e-3,
  batchSize: 100,
  seed: 1,
};

/** By the validation part, the same for every number of labels. */
export const MACHINE: MachineSettings = { cost: 3, gammaOfVariance: 1, standardised: false };

/** Names of the settings of either. */
export const VAE_NAMES = Object.keys(VAE) as readonly (keyof VaeSettings)[];
export const MACHINE_NAMES: readonly (keyof MachineSettings)[] = [
  'cost',
  'gammaOfVariance',
  'standardised',
  'virtualExamples',
];

/** What it was chosen among. */
export const GRID: readonly Pick<MachineSettings, 'cost' | 'gammaOfVariance'>[] = [1, 3, 10].flatMap((cost) =>
  [0.3, 1, 2].map((gammaOfVariance) => ({ cost, gammaOfVariance })),
);
