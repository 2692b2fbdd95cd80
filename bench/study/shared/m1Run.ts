/** One run of the M1 + SVM study: a number of labels and a label seed, the VAE given. */
import type { Dataset } from 'ssvae';
import { type Codes, examplesOf, together } from './codes';
import { splitOf } from './data';
import type { M1Cell, M1Result } from './m1Results';
import { GRID, type MachineSettings } from './m1Settings';
import { svmAccuracy } from './svm';

/**
 * Learns from the labelled examples, and measures.
 *
 * @param codes without those of the test set where settings are chosen: the grid is then gone through
 */
export function runM1Cell(
  cell: M1Cell,
  { train, test }: { readonly train: Dataset; readonly test: Dataset },
  codes: Codes,
): Omit<M1Result, 'backend' | 'platform'> {
  const split = splitOf(train, cell.labels, cell.seed);
  const known = together(
    [codes.train, ...codes.virtual].map((features) => examplesOf(train, features, split.labeled)),
  );
  const held = examplesOf(train, codes.train, split.validation);
  type Width = Pick<MachineSettings, 'cost' | 'gammaOfVariance'>;
  const settingsOf = ({ cost, gammaOfVariance }: Width) => ({
    cost,
    gamma: gammaOfVariance / codes.totalVariance,
  });
  const validationOf = (machine: Width): number => svmAccuracy(known, held, settingsOf(machine));
  return {
    ...cell,
    validationAccuracy: validationOf(cell.machine),
    ...(codes.test
      ? { testAccuracy: svmAccuracy(known, examplesOf(test, codes.test), settingsOf(cell.machine)) }
      : { grid: GRID.map((machine) => ({ ...machine, validationAccuracy: validationOf(machine) })) }),
    activeUnits: codes.activeUnits,
  };
}
