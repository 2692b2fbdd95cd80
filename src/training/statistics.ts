/** Remembers variables, such as running means, that a forward pass has moved by the time an update is skipped. */
import { cast, type Scalar, tidy, type Variable, where } from '@tensorflow/tfjs-core';
import { sharing } from '../host/aliasOf';
import type { Model } from '../models/model';

/** Former values of variables. */
export interface Remembered {
  /** Whether a variable has changed since. */
  hasMoved(name: string): boolean;
  /** Restores the former values. */
  putBack(): void;
  /** Restores the former values if a scalar is 0, without reading it. */
  putBackUnless(applied: Scalar): void;
  /** frees the former values */
  dispose(): void;
}

/** Remembers variables without copying them. */
export function rememberVariables(variables: Readonly<Record<string, Variable>>): Remembered {
  const remembered = new Map(
    Object.entries(variables).map(([name, variable]) => [name, { variable, former: sharing(variable) }]),
  );
  return {
    hasMoved(name) {
      const found = remembered.get(name);
      return found !== undefined && found.variable.dataId !== found.former.dataId;
    },
    putBack() {
      for (const { variable, former } of remembered.values()) variable.assign(former);
    },
    putBackUnless(applied) {
      if (remembered.size === 0) return;
      tidy(() => {
        const kept = cast(applied, 'bool');
        for (const { variable, former } of remembered.values())
          variable.assign(where(kept, variable, former));
      });
    },
    dispose() {
      for (const { former } of remembered.values()) former.dispose();
    },
  };
}

/** Remembers the variables of a model that no gradient moves. */
export const rememberStatistics = ({ variables }: Model): Remembered =>
  rememberVariables(
    Object.fromEntries(Object.entries(variables).filter(([, variable]) => !variable.trainable)),
  );
