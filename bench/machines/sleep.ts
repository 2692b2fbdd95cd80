/** A run that sleeps, for the simulation of many workers. */
import { setTimeout } from 'node:timers/promises';
import { runProgram } from 'ssvae/node';

await runProgram({
  defaults: { seed: 1, milliseconds: 500 },
  async run({ milliseconds }) {
    await setTimeout(milliseconds);
    return {};
  },
});
