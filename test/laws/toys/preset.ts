/** A preset of nets with one choice: one hidden layer of `width` rectified units. */
import { MLP } from '../../../src/nets/mlp';
import { COUNT, type M2NetPreset } from '../../../src/nets/preset';

/** One hidden layer. */
export const TOY_PRESET: M2NetPreset<{ readonly width?: number }> = {
  choices: { width: COUNT },
  defaults: { width: 3 },
  encoderSeesLabel: true,
  describe: (where, shape, { width = 3 }) =>
    MLP.describe(where, shape, { widths: [width], activation: 'relu' }),
};
