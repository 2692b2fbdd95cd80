// What shows that two runs are equal.
import { createHash } from 'node:crypto';
import type { Model } from 'ssvae';

/** The checksum of all weights: two runs of the same settings have the same, bit for bit, on cpu and WebAssembly. */
export async function checksumOf({ variables }: Model): Promise<string> {
  const hash = createHash('sha256');
  for (const weight of Object.values(variables)) hash.update(new Uint8Array((await weight.data()).buffer));
  return hash.digest('hex');
}
