/** What a public function promises, as data. */
import type fc from 'fast-check';

/** The checks of a result. */
export interface Promises<A extends readonly unknown[], R> {
  /** what holds of a result whatever was passed, such as its shape; throws where it does not */
  readonly always?: (result: R, ...args: A) => unknown;
  /** what holds where the arguments are as documented, such as a range */
  readonly valid?: (result: R, ...args: A) => unknown;
  /** what errors may begin with beside the function's own name */
  readonly begins?: readonly string[];
  /** share of runs with valid arguments; less where these are costly; default ⅓ */
  readonly share?: number;
  /** whether damaged arguments ask for little enough work to be tried; long work is no mistake */
  readonly cheap?: (...drawn: readonly never[]) => boolean;
  /** frees what is no tensor */
  readonly release?: (result: R) => void;
}

/** A public function, arguments for it, and what is promised. */
export interface Description extends Promises<readonly never[], never> {
  readonly run: (...args: never[]) => unknown;
  /** valid arguments, as they are drawn */
  readonly drawn: fc.Arbitrary<readonly unknown[]>;
}

/** A description, with types taken from the function. */
export const described = <A extends readonly unknown[], R>(
  run: (...args: [...A]) => R | Promise<R>,
  drawn: fc.Arbitrary<readonly unknown[]>,
  promises: Promises<A, R> = {},
): Description => ({ run, drawn, ...promises }) as unknown as Description;

/** Descriptions by the name under which a function is exported. */
export type Descriptions = Readonly<Record<string, Description>>;
