/** The parts that a step's graph is built from. */
import type { Variable } from '@tensorflow/tfjs-core';
import type { AdamUpdate } from '../training/optimizer/adam';
import type { StepPlan } from './plan';

/** Variables whose updates have the same numbers: as many updates so far, and decay or none. */
export interface UpdateGroup {
  /** one of them, by its name */
  readonly first: string;
  readonly names: readonly string[];
}

/** The parts of a graph. */
export interface GraphParts {
  readonly plan: StepPlan;
  /** of the model, by name */
  readonly variables: Readonly<Record<string, Variable>>;
  /** variables by the names that gradients and optimizer use */
  readonly trained: Readonly<Record<string, Variable>>;
  readonly adam: AdamUpdate;
  /** trained variables that have a gradient */
  readonly groups: readonly UpdateGroup[];
  /** averages by the names of the model's variables */
  readonly averages: Readonly<Record<string, Variable>> | undefined;
}

/** Groups of trained variables. */
export function updateGroups(
  names: readonly string[],
  trained: Readonly<Record<string, Variable>>,
  adam: AdamUpdate,
): readonly UpdateGroup[] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = `${adam.updatesOf(name)} ${(trained[name] as Variable).rank >= 2}`;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()].map((members) => ({ first: members[0] as string, names: members }));
}

/** The model's name of a trained variable, which may have another name in a phase. */
export function modelName(name: string, { trained, variables }: GraphParts): string {
  const [found = name] = Object.entries(variables).find(([, variable]) => variable === trained[name]) ?? [];
  return found;
}
