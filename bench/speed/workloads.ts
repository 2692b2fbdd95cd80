/** What is trained: one step of each is what a contender does again and again. */

/** Models of the family beside M2 and a VAE without labels. */
export type FamilyModel = 'm1m2' | 'adgm' | 'sdgm' | 'ladder' | 'conditional' | 'token' | 'aae';

/** A model, its nets and its batch. */
export interface Workload {
  readonly name: string;
  /** `'m1'`: a VAE without labels; the others as in {@link FAMILY} */
  readonly model: 'm1' | 'm2' | FamilyModel;
  readonly nets: 'mlp' | 'conv';
  /** units of the hidden layers of an MLP, in the order of the data */
  readonly widths: readonly number[];
  /** H, W, C */
  readonly inputShape: readonly [number, number, number];
  readonly classes: number;
  readonly latent: number;
  /** units of the nets that see no x: those of z1 in M1+M2, the discriminators of an adversarial autoencoder */
  readonly inner?: readonly number[];
  /** latents of a ladder VAE, the lowest first; `latent` is then the highest */
  readonly latents?: readonly number[];
  /** expectation over the label of unlabelled examples */
  readonly labelHandling: 'exact' | 'gumbel';
  /** examples of either kind in a batch */
  readonly labeled: number;
  readonly unlabeled: number;
}

/** The settings that no workload changes: every contender takes these. */
export const SETTINGS = { alpha: 50, temperature: 0.67, learningRate: 1e-3, seed: 1, pool: 8 } as const;

/** Kingma 2014: three nets of one hidden layer of 500 softplus, the sum over 10 labels exact. */
export const MLP: Workload = {
  name: 'mlp',
  model: 'm2',
  nets: 'mlp',
  widths: [500],
  inputShape: [28, 28, 1],
  classes: 10,
  latent: 50,
  labelHandling: 'exact',
  labeled: 100,
  unlabeled: 100,
};

/** The report's convolutions on one trunk, and one relaxed label. */
export const CONV: Workload = {
  ...MLP,
  name: 'conv-128',
  nets: 'conv',
  widths: [],
  labelHandling: 'gumbel',
  labeled: 128,
  unlabeled: 128,
};

/** Two hidden layers of 500 rectified units behind batch norm in each net, and one relaxed label. */
const DEEP: Workload = { ...MLP, widths: [500, 500], labelHandling: 'gumbel', unlabeled: 128 };

/** A workload for each model of the family, by the name of the model: nets and batches are those of bench/family. */
export const FAMILY: readonly (Workload & { readonly model: FamilyModel })[] = [
  { ...DEEP, name: 'm1m2', model: 'm1m2', inner: [300] },
  { ...DEEP, name: 'adgm', model: 'adgm' },
  { ...DEEP, name: 'sdgm', model: 'sdgm' },
  { ...DEEP, name: 'ladder', model: 'ladder', widths: [512, 256, 128], latents: [32, 16, 8], latent: 8 },
  { ...DEEP, name: 'conditional', model: 'conditional' },
  { ...DEEP, name: 'token', model: 'token', latent: 10 },
  { ...DEEP, name: 'aae', model: 'aae', latent: 10, inner: [500, 500], labeled: 64, unlabeled: 64 },
];

/** The workloads that contenders are compared on, by name. */
export const WORKLOADS: readonly Workload[] = [
  MLP,
  CONV,
  { ...CONV, name: 'conv-64', labeled: 64, unlabeled: 64 },
  { ...CONV, name: 'conv-rgb-128', inputShape: [32, 32, 3] },
  { ...MLP, name: 'm1', model: 'm1', widths: [600, 600], labeled: 0 },
  ...FAMILY,
];

/** A workload of a curve, and where on the curve it lies. */
export interface GrowthPoint {
  /** what grows */
  readonly along: 'classes' | 'batch' | 'latent' | 'width' | 'image';
  readonly value: number;
  readonly workload: Workload;
}

const points = (
  along: GrowthPoint['along'],
  values: readonly number[],
  at: (value: number) => Partial<Workload>,
  base: Workload = MLP,
): readonly GrowthPoint[] =>
  (['exact', 'gumbel'] as const).flatMap((labelHandling) =>
    values.map((value) => ({
      along,
      value,
      workload: { ...base, ...at(value), labelHandling, name: `${along}-${value}-${labelHandling}` },
    })),
  );

/** How a step of the MLP grows, and with images that of convolutions, with either way of taking the label. */
export const GROWTH: readonly GrowthPoint[] = [
  ...points('classes', [2, 5, 10, 20, 50, 100, 200, 500, 1000], (classes) => ({ classes })),
  ...points('batch', [32, 64, 128, 256, 512, 1024, 2048, 4096], (unlabeled) => ({
    labeled: unlabeled,
    unlabeled,
  })),
  ...points('latent', [10, 20, 50, 100, 200, 500], (latent) => ({ latent })),
  ...points('width', [500, 1000, 2000], (width) => ({ widths: [width] })),
  ...points('image', [16, 32, 64], (side) => ({ inputShape: [side, side, 3] }), {
    ...CONV,
    labeled: 32,
    unlabeled: 32,
  }),
];
