/** Models that are made whole or not at all. */
import { engine } from '@tensorflow/tfjs-core';

/** What `make` gives; where it throws, the variables that it has made are freed. */
export const whole = <T>(make: () => T): T => {
  const before = new Set(Object.values(engine().registeredVariables));
  try {
    return make();
  } catch (error) {
    for (const variable of Object.values(engine().registeredVariables))
      if (!before.has(variable)) variable.dispose();
    throw error;
  }
};
