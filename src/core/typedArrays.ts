/**
 * What a typed array is, whichever realm made it: frames, sandboxes and test runners have classes of their own, and
 * `instanceof` knows only those of the realm that asks.
 */

const kindGetter = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get;

/** The bytes of an array of numbers, without a copy. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/**
 * Kind of a typed array.
 *
 * @returns such as `'Float32Array'`; a Buffer of Node is a `'Uint8Array'`; none where the value is not a typed array
 */
export const arrayKind = (value: unknown): string | undefined =>
  kindGetter && Reflect.apply(kindGetter, value, []);

/** Whether a value is a Uint8Array of any realm. */
export const isBytes = (value: unknown): value is Uint8Array => arrayKind(value) === 'Uint8Array';

/** Whether a value is a Uint8ClampedArray of any realm, as the pixels of a canvas are. */
export const isClamped = (value: unknown): value is Uint8ClampedArray =>
  arrayKind(value) === 'Uint8ClampedArray';

/** Whether a value is a Float32Array of any realm. */
export const isFloats = (value: unknown): value is Float32Array => arrayKind(value) === 'Float32Array';

/** Whether a value is an Int32Array of any realm. */
export const isIntegers = (value: unknown): value is Int32Array => arrayKind(value) === 'Int32Array';

// The host takes arrays of its own realm only.
const isOwn = (array: ArrayBufferView, { prototype }: { readonly prototype: object }): boolean =>
  Object.getPrototypeOf(array) === prototype;

/** The same memory as a plain Uint8Array of this realm. */
export const ownBytes = (bytes: Uint8Array | Uint8ClampedArray): Uint8Array =>
  isBytes(bytes) && isOwn(bytes, Uint8Array) ? bytes : bytesOf(bytes);

/** The same memory as an Int32Array of this realm. */
export const ownIntegers = (integers: Int32Array): Int32Array =>
  isOwn(integers, Int32Array)
    ? integers
    : new Int32Array(integers.buffer, integers.byteOffset, integers.length);

/**
 * Inputs as an array of this realm, over the same memory.
 *
 * @returns bytes, which the pixels of a canvas are too, or float32 values; none where the value is neither
 */
export function inputValues(value: unknown): Uint8Array | Float32Array | undefined {
  if (isBytes(value) || isClamped(value)) return ownBytes(value);
  if (!isFloats(value)) return undefined;
  return isOwn(value, Float32Array) ? value : new Float32Array(value.buffer, value.byteOffset, value.length);
}
