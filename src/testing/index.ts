/**
 * A battery of checks for models of your own, for any test framework.
 *
 * It imports no framework, no backend and nothing of one platform: put a backend in place first, as for training.
 *
 * @example
 * import { modelChecks } from 'ssvae/testing';
 * for (const { name, run } of modelChecks((seed) => createMine(seed), { objective: mine() })) test(name, run);
 *
 * @module ssvae/testing
 */
export { checkModel, type ModelCheck, modelChecks } from './checkModel';
export type { ModelChecksOptions } from './options';
