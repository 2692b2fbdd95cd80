/** Virtual examples (Schölkopf et al. 1996): labelled images moved by a pixel, and mirrored, with their labels. */
import type { Dataset } from 'ssvae';

/** Where a pixel of the copy is taken from. */
type Move = (row: number, column: number, width: number) => readonly [row: number, column: number];

const MOVES: readonly Move[] = [
  (row, column) => [row - 1, column],
  (row, column) => [row + 1, column],
  (row, column) => [row, column - 1],
  (row, column) => [row, column + 1],
  (row, column, width) => [row, width - 1 - column],
];

/** All images of a set [H, W, 1] under each move; black where a pixel comes from outside. */
export const movedImages = ({ x, shape, count }: Dataset): readonly Dataset['x'][] => {
  const [height = 0, width = 0, channels = 1] = shape;
  if (channels !== 1) throw new Error(`study: virtual examples are made of images [H, W, 1], not [${shape}]`);
  const size = height * width;
  return MOVES.map((move) => {
    const moved = x.slice().fill(0);
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const [fromRow, fromColumn] = move(row, column, width);
        if (fromRow < 0 || fromRow >= height || fromColumn < 0 || fromColumn >= width) continue;
        const [to, from] = [row * width + column, fromRow * width + fromColumn];
        for (let i = 0; i < count; i++) moved[i * size + to] = x[i * size + from] as number;
      }
    return moved;
  });
};
