/** Noise that notes its draws. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Noise } from '../core/noise';

/** A call of a stream. Streams are numbered, and the first is the step's own. */
export type Draw =
  | { readonly do: 'split'; readonly of: number; readonly name: string | number }
  | { readonly do: 'uniform' | 'normal' | 'gumbel'; readonly of: number; readonly shape: readonly number[] }
  | { readonly do: 'skip'; readonly of: number; readonly count: number; readonly how: HostDraw };

/** Draws that end on the host: a step may use them, but only where nothing in it depends on them. */
type HostDraw = 'next' | 'normals' | 'uniforms' | 'permutation';

/** A stream, its draws so far, and their tensors. */
export interface DrawnNoise {
  readonly noise: Noise;
  readonly draws: readonly Draw[];
  readonly tensors: readonly Tensor[];
}

/** Wraps a stream so that it notes its draws. */
export function writeDown(source: Noise): DrawnNoise {
  const draws: Draw[] = [];
  const tensors: Tensor[] = [];
  let streams = 0;
  const wrap = (stream: Noise): Noise => {
    const of = streams++;
    const tensorOf = (kind: 'uniform' | 'normal' | 'gumbel') => (shape: readonly number[]) => {
      const drawn = stream[kind](shape);
      draws.push({ do: kind, of, shape: [...shape] });
      tensors.push(drawn);
      return drawn;
    };
    const skip = (how: HostDraw, count: number): void => void draws.push({ do: 'skip', of, count, how });
    return {
      split(name) {
        draws.push({ do: 'split', of, name });
        return wrap(stream.split(name));
      },
      uniform: tensorOf('uniform'),
      normal: tensorOf('normal'),
      gumbel: tensorOf('gumbel'),
      next() {
        skip('next', 1);
        return stream.next();
      },
      normals(count) {
        skip('normals', count);
        return stream.normals(count);
      },
      uniforms(count) {
        skip('uniforms', count);
        return stream.uniforms(count);
      },
      permutation(count) {
        skip('permutation', count);
        return stream.permutation(count);
      },
      get state() {
        return stream.state;
      },
    };
  };
  return { noise: wrap(source), draws, tensors };
}

/** Draws the same from another stream. */
export function drawAgain(draws: readonly Draw[], source: Noise): Tensor[] {
  const streams = [source];
  return draws.flatMap((draw): Tensor[] => {
    const stream = streams[draw.of] as Noise;
    if (draw.do === 'split') streams.push(stream.split(draw.name));
    else if (draw.do !== 'skip') return [stream[draw.do](draw.shape)];
    else if (draw.how === 'next') stream.next();
    else stream[draw.how](draw.count);
    return [];
  });
}
