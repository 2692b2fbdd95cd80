/**
 * How many programs a training step starts on WebGPU: `npx tsx bench/speed/programs.ts [--only mlp,m1]`.
 *
 * A renderer in software will do: counts are the same on every device. Each workload is a line of docs/results/programs.jsonl, beside
 * the operations that the host would start a program for each.
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { selectBackend } from 'ssvae/node';
import { readLines, writeLines } from '../lines';
import { countPrograms } from './countPrograms';
import { DEFAULTS } from './levers';
import { createOurs } from './ours';
import type { ProgramsLine } from './programsLine';
import { WORKLOADS } from './workloads';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: WORKLOADS.map(({ name }) => name).join(',') },
    out: { type: 'string', default: 'docs/results/programs.jsonl' },
  },
});
await selectBackend({ backend: 'webgpu' });
const only = flags.only.split(',');

/** What only gives values another name or shape, and what the profile counts besides operations. */
const FREE = /^(Identity|Reshape|ExpandDims|unnamed scope|.*__op)$/;

for (const workload of WORKLOADS.filter(({ name }) => only.includes(name))) {
  const stepper = createOurs(workload, DEFAULTS);
  // The first steps make the moments.
  for (let step = 0; step < 2; step++) await stepper.step();
  await stepper.loss();
  const programs = await countPrograms(() => stepper.step());
  // The profile reads every result.
  const { kernels } = await tf.profile(async () => {
    await stepper.step();
    return [];
  });
  const operations = kernels.filter(({ name }) => !FREE.test(name)).length;
  const line: ProgramsLine = { workload: workload.name, operations, programs };
  const others = (await readLines<ProgramsLine>(flags.out)).filter((one) => one.workload !== workload.name);
  await writeLines(flags.out, [...others, line]);
  console.log(JSON.stringify(line));
}
process.exit(0);
