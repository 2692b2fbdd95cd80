/** Programs that a step of a small M2 starts on WebGPU. */
import { createAdam, createNoise, semiSupervised, trainingSteps } from 'ssvae';
import { countPrograms } from '../../bench/speed/countPrograms';
import { tinyBatches, tinyM2 } from './tiny';

/** Counts what the backend is given to do in one step, where nothing has to be made anew. */
export async function stepPrograms(): Promise<number> {
  const model = tinyM2();
  const optimizer = createAdam();
  const steps = trainingSteps(model, {
    objective: semiSupervised(),
    batches: tinyBatches(),
    seed: createNoise(1),
    optimizer,
  });
  for (let step = 0; step < 3; step++) await steps.next();
  const programs = await countPrograms(() => steps.next());
  await steps.return();
  optimizer.dispose();
  model.dispose();
  return programs;
}
