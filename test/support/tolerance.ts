/**
 * How far float32 may stray, by backend; the one place where tolerances stand.
 *
 * The natural bound is a few dozen roundings (2⁻²⁴ = 6e-8 each) of the largest number on the way: 5e-6. WebGL and
 * WebGPU leave the precision of exp, log and division to the driver (the WGSL specification grants exp an error
 * of 3 + 2·|x| ulps and log an absolute error of 2⁻²¹ on [½, 2]), so they get twenty times that.
 */
import { backendTraits } from '../../src/host/backendTraits';

const isExact = (): boolean => backendTraits().exactFunctions === true;

/** Of a value or a gradient, relative to the larger of 1 and the number expected. */
export const ofValue = (): number => (isExact() ? 5e-6 : 1e-4);

/**
 * Of a central difference, relative to the sum of the magnitudes that it is made of: at steps near 5e-3 its
 * truncation is step²/6 ≈ 4e-6 of the third derivative; rounding is allowed for where the difference is taken.
 */
export const ofDifference = (): number => (isExact() ? 5e-4 : 1e-2);

/** Of one function value inside a central difference, in units of its summands. */
export const ofRounding = (): number => (isExact() ? 5e-7 : 1e-5);

/** One unit in the last place of float32, relative. */
export const ULP = 2 ** -23;
