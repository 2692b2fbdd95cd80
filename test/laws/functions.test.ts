import { describe, expect, it, test } from 'vitest';
import { backendTraits } from '../../src/host/backendTraits';
import * as ssvae from '../../src/index';
import { functions } from '../support/functions';
import { fuzzFunction } from '../support/functions/fuzz';

/** Names of the functions in a module, those in its namespaces with the namespace before them. */
const functionsIn = (module: object, prefix = ''): readonly string[] =>
  Object.entries(module).flatMap(([name, value]) => {
    if (typeof value === 'function') return [prefix + name];
    return typeof value === 'object' && value !== null ? functionsIn(value, `${prefix}${name}.`) : [];
  });

const RUNS = 300;

/** They look at nothing that could be wrong. */
const TAKES_ALL = ['isGzip', 'supervised'];

it('is described what every public function promises', () => {
  expect(Object.keys(functions).sort()).toEqual([...functionsIn(ssvae)].sort());
});

// What is asked here is asked of the host; other backends compute the same, and take long for so many small calls.
const here = backendTraits().repeats;

describe.runIf(here)(
  'whatever is passed, the result is the documented one, or an error that names function and argument',
  () => {
    test.each(Object.entries(functions))('%s', async (name, description) => {
      const { results, refused, messages } = await fuzzFunction(name, description, RUNS, 20250101);
      expect(results + refused).toBe(RUNS);
      expect(results).toBeGreaterThan(10);
      // Damage that is never noticed, or always for the same reason, would test nothing.
      if (description.share !== 1 && !TAKES_ALL.includes(name)) expect(messages).toBeGreaterThan(1);
    });
  },
);
