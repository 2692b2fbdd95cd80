/** The binary format of CIFAR-10. */
import { assertBytes } from '../core/assert';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const CHANNELS = 3;
const RECORD = 1 + CHANNELS * PLANE;
/** Records of CIFAR-100 hold a coarse class and a fine one. */
const RECORD_OF_100 = RECORD + 1;

/** Images and their classes. */
export interface CifarRecords {
  /** images, N × 32 × 32 × 3, row-major with the channels last */
  readonly x: Uint8Array;
  /** classes 0 … 9, N */
  readonly y: Uint8Array;
}

/**
 * Reads a file of CIFAR-10's binary version (https://www.cs.toronto.edu/~kriz/cifar.html): records of 3,073 bytes,
 * the class and then a red, a green and a blue plane of 32 × 32.
 *
 * @param bytes the whole file
 * @returns pixels with the channels last, and classes
 * @throws RangeError in one line when the length is not a multiple of a record, or a class is above 9
 * @example parseCifar10(new Uint8Array(3073)).y // [0]
 */
export function parseCifar10(bytes: Uint8Array): CifarRecords {
  assertBytes('parseCifar10', 'bytes', bytes);
  if (bytes.length === 0 || bytes.length % RECORD !== 0) {
    const of100 = bytes.length > 0 && bytes.length % RECORD_OF_100 === 0;
    throw new RangeError(
      `parseCifar10: bytes are ${bytes.length}, needed a multiple of ${RECORD}, at least one record${of100 ? `; records of ${RECORD_OF_100} bytes are those of CIFAR-100` : ''}`,
    );
  }
  const count = bytes.length / RECORD;
  const x = new Uint8Array(count * CHANNELS * PLANE);
  const y = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    const label = bytes[n * RECORD] as number;
    if (label > 9) throw new RangeError(`parseCifar10: record ${n} has class ${label}, needed 0 to 9`);
    y[n] = label;
    for (let channel = 0; channel < CHANNELS; channel++) {
      const plane = n * RECORD + 1 + channel * PLANE;
      const to = n * CHANNELS * PLANE + channel;
      for (let p = 0; p < PLANE; p++) x[to + p * CHANNELS] = bytes[plane + p] as number;
    }
  }
  return { x, y };
}
