/** The tests that every differentiable primitive gets, driven by the goldens. */
import { grads, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import goldens from '../golden/goldens.json';
import { checkGradient, expectNoLeak, type TensorFunction } from './checkGradient';
import { cleanUpAfterEach, expectClose, read } from './numbers';

interface GoldenTensor {
  readonly shape: readonly number[];
  /** an infinity, which JSON does not have, is a string */
  readonly values: readonly (number | string)[];
}

/** One case of a primitive: made by `generate.py` beside the file. */
interface GoldenCase {
  readonly title: string;
  readonly inputs: Readonly<Record<string, GoldenTensor>>;
  readonly value: GoldenTensor;
  readonly upstream: GoldenTensor;
  readonly gradients: Readonly<Record<string, GoldenTensor>>;
}

/** Name of a primitive, with its options, in the goldens. */
export type GoldenName = keyof typeof goldens.primitives;

/** What else is known of a primitive. */
export interface PrimitiveOptions {
  /** tensors a call leaves: more than one where terms come beside the value; default 1 */
  readonly leaves?: number;
  /** whether finite differences have anything to say; `false` for the straight-through estimator */
  readonly smooth?: boolean;
  /** wrong calls, and the text of their errors */
  readonly errors?: readonly (readonly [title: string, call: () => unknown, message: string])[];
}

const numbersOf = ({ values }: GoldenTensor): number[] => values.map(Number);

const toTensor = (golden: GoldenTensor): Tensor => tensor(numbersOf(golden), [...golden.shape], 'float32');

const toTensors = (record: Readonly<Record<string, GoldenTensor>>): Tensor[] =>
  Object.values(record).map(toTensor);

/**
 * Declares the tests of one primitive; its inputs come in the order of the goldens.
 *
 * @param name key of the goldens
 * @param f the primitive as a function of its tensors
 */
export function describePrimitive(
  name: GoldenName,
  f: TensorFunction,
  { leaves = 1, smooth = true, errors = [] }: PrimitiveOptions = {},
): void {
  const cases: readonly GoldenCase[] = goldens.primitives[name];
  const [ordinary] = cases as readonly [GoldenCase];

  describe(name, () => {
    cleanUpAfterEach();

    for (const { title, inputs, value, upstream, gradients } of cases) {
      it(`has the float64 value and gradient: ${title}`, async () => {
        const actual = f(...toTensors(inputs));
        expect(actual.shape).toEqual(value.shape);
        expectClose(await read(actual), numbersOf(value));
        const actualGradients = grads(f)(toTensors(inputs), toTensor(upstream));
        for (const [i, expected] of Object.values(gradients).entries()) {
          expectClose(await read(actualGradients[i] as Tensor), numbersOf(expected));
        }
      });
    }

    if (smooth) {
      it('has the gradient finite differences give, for a random upstream', async () => {
        await checkGradient(f, toTensors(ordinary.inputs));
      });
    }

    it(`leaves ${leaves === 1 ? 'one tensor' : `${leaves} tensors`} behind, and its gradient one for each input`, () => {
      expectNoLeak(f, toTensors(ordinary.inputs), leaves);
    });

    for (const [title, call, message] of errors) {
      it(`names what came and what was needed: ${title}`, () => {
        expect(call).toThrowError(new RangeError(message));
      });
    }
  });
}
