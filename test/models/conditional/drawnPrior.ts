/** Priors that differ from class to class. */
import { createNoise } from '../../../src/core/noise';
import type { Model } from '../../../src/models/model';

/** The same model with a prior that differs from class to class. */
export function withDrawnPrior<M extends Model>(model: M): M {
  for (const name of ['mean', 'logVar']) {
    const variable = model.variables[`prior/${name}`];
    if (variable === undefined) continue;
    const drawn = createNoise(3).split(name).normal(variable.shape);
    variable.assign(drawn);
    drawn.dispose();
  }
  return model;
}
