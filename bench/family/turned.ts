/** Images turned about their middle. */
import { createDataset, type Dataset } from 'ssvae';

/** A data set of square images of one channel, in bytes, turned; values between pixels are interpolated. */
export function turned(dataset: Dataset, degrees: number): Dataset {
  const [side = 0] = dataset.shape;
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin, middle] = [Math.cos(angle), Math.sin(angle), (side - 1) / 2];
  const from = dataset.x as Uint8Array;
  const x = new Uint8Array(from.length);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const [v, u] = [row - middle, column - middle];
      const [atRow, atColumn] = [middle + cos * v - sin * u, middle + sin * v + cos * u];
      const [top, left] = [Math.floor(atRow), Math.floor(atColumn)];
      const [down, right] = [atRow - top, atColumn - left];
      const corners = [
        [top, left, (1 - down) * (1 - right)],
        [top, left + 1, (1 - down) * right],
        [top + 1, left, down * (1 - right)],
        [top + 1, left + 1, down * right],
      ] as const;
      const inside = corners.filter(([r, c]) => r >= 0 && c >= 0 && r < side && c < side);
      for (let image = 0; image < from.length; image += side * side) {
        let value = 0;
        for (const [r, c, share] of inside) value += share * (from[image + r * side + c] as number);
        x[image + row * side + column] = Math.round(value);
      }
    }
  const { name, y, shape, classes } = dataset;
  return createDataset({ name: `${name}, turned by ${degrees}°`, x, y, shape, classes });
}
