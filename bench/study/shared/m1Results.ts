/** Results of M1 and a support vector machine: one JSON object a line. */
import type { MachineSettings, VaeSettings } from './m1Settings';

/** What defines a run. */
export interface M1Cell {
  readonly dataset: string;
  readonly labels: number;
  /** which examples have labels, and which are held out; the VAE has a seed of its own */
  readonly seed: number;
  readonly vae: VaeSettings;
  readonly machine: MachineSettings;
  /** `'choose'`: the test set untouched */
  readonly purpose: 'choose' | 'report';
}

/** What it came to. */
export interface M1Result extends M1Cell {
  /** on the 5,000 examples held out: what settings are compared by */
  readonly validationAccuracy: number;
  readonly testAccuracy?: number;
  /** the same by machines of other settings, where they are chosen */
  readonly grid?: readonly (Pick<MachineSettings, 'cost' | 'gammaOfVariance'> & {
    readonly validationAccuracy: number;
  })[];
  /** latent dimensions whose mean has a variance above 0.01 (Burda et al. 2016) */
  readonly activeUnits: number;
  readonly backend: string;
  readonly platform: string;
}

const keyOf = ({ dataset, labels, seed, vae, machine, purpose }: M1Cell): string => {
  const sorted = (settings: object): unknown => Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([dataset, labels, seed, purpose, sorted(vae), sorted(machine)]);
};

/** Whether two lines are of the same experiment. */
export const isSameM1Cell = (one: M1Cell, other: M1Cell): boolean => keyOf(one) === keyOf(other);
