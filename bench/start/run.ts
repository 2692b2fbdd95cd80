/**
 * The run of one method as a program: `npx tsx bench/start/run.ts SETTINGS [--study runs/digits]`, with the settings that
 * `npm start -- --runs` prints. Data sets in files are in the folder that the environment variable STUDY_DATA names.
 */
import { runProgram, selectBackend } from 'ssvae/node';
import { loadData } from './data';
import { type MethodSettings, trainMethod } from './experiment';

await runProgram({
  async run(settings: MethodSettings, context) {
    const { execute } = await selectBackend({ backend: settings.backend });
    const { dataset, seed } = settings;
    const data = await loadData({ dataset, seed, data: process.env.STUDY_DATA, signal: context.signal });
    return trainMethod(settings, { ...data, execute }, context, {
      onEpochEnd: (_, row) => context.log(row),
    });
  },
});
