/** What a search's first model is, as JSON: another model makes another search. */
import { crc32 } from '../../files/crc32';
import type { Json } from '../../files/json';
import type { SemiSupervisedVae } from '../../models/model';
import { readTensors } from '../../models/modelFile';

/** A model as it is before its first step. */
export async function fingerprintOf({ spec, structure, variables }: SemiSupervisedVae): Promise<Json> {
  const arrays = await readTensors(variables);
  const bytes = Object.values(arrays).map(
    ({ data: { buffer, byteOffset, byteLength } }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  return {
    spec,
    ...(structure !== undefined && { nets: structure }),
    variables: Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, [...shape]])),
    initialWeights: `crc32 ${crc32(...bytes)
      .toString(16)
      .padStart(8, '0')}`,
  };
}
