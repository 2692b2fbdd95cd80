/** Pixel grids as PNG files. */
import { encode } from 'fast-png';
import type { figures } from 'ssvae';

/**
 * A pixel grid as a PNG, each pixel a square of `scale` by `scale`: digits of 28 pixels are too small to look at.
 *
 * @returns the bytes of the file
 */
export function gridPng({ width, height, channels, pixels }: figures.PixelGrid, scale: number): Uint8Array {
  const data = new Uint8Array(width * scale * height * scale * channels);
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels;
      data.set(pixels.subarray(from, from + channels), (y * width * scale + x) * channels);
    }
  }
  return encode({ width: width * scale, height: height * scale, channels, depth: 8, data });
}
