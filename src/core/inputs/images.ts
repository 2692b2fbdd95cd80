/** Images of any size and number of channels as bytes [H, W, C] of one size. */
import { isBoolean, isCount, isFiniteNumber, parse, parseRecord } from '../../files/json';
import type { InputKind } from './input';

/** JSON that says how images are read. */
export interface ImagesInput {
  /** name of the kind in the registry */
  readonly kind: 'images';
  /** height and width of x, pixels */
  readonly size: readonly [number, number];
  /** 1 for gray, 3 for red, green and blue */
  readonly channels: 1 | 3;
  /** whether images of another size are resized; otherwise they are refused */
  readonly resized: boolean;
  /** whether the channels lie one after another, each as a whole image */
  readonly planar: boolean;
  /** gray behind transparent pixels, 0 to 255 */
  readonly background: number;
}

/** The specification of lists of images. */
export const IMAGES: InputKind<ImagesInput> = {
  parse(where, spec) {
    const entries = ['kind', 'size', 'channels', 'resized', 'planar', 'background'];
    const { size, channels, resized, planar, background } = parseRecord(where, 'input', spec, entries);
    const isSize = (value: unknown): value is readonly [number, number] =>
      Array.isArray(value) && value.length === 2 && value.every((axis) => isCount(axis) && axis > 0);
    const isChannels = (value: unknown): value is 1 | 3 => value === 1 || value === 3;
    return {
      kind: 'images',
      size: parse(where, 'input.size', size, 'height and width', isSize),
      channels: parse(where, 'input.channels', channels, '1 or 3', isChannels),
      resized: parse(where, 'input.resized', resized, 'true or false', isBoolean),
      planar: parse(where, 'input.planar', planar, 'true or false', isBoolean),
      background: parse(where, 'input.background', background, 'a number', isFiniteNumber),
    };
  },
  shapeOf: ({ size, channels }) => [...size, channels],
};
