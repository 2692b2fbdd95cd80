/** Writes four vectors as the rows of the transposed 4×4 matrix, `stride` bytes apart. */
// @ts-ignore: decorator
@inline
function storeTransposed(to: usize, stride: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(to + stride, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
  v128.store(to + 2 * stride, v128.shuffle<f32>(AB, CD, 0, 1, 4, 5));
  v128.store(to + 3 * stride, v128.shuffle<f32>(AB, CD, 2, 3, 6, 7));
}

/** Two panels of eight lines at once: a depth of them is one line of the cache, which would else be read twice. */
// @ts-ignore: decorator
@inline
function packPair(to: usize, from: usize, step: usize, depth: i32): void {
  const panel: usize = <usize>depth << 5;
  for (; depth > 0; depth--, from += step, to += 32) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    v128.store(to + panel, v128.load(from, 32));
    v128.store(to + panel, v128.load(from, 48), 16);
  }
}

/**
 * Copies a matrix of `count` lines of `depth` values into panels of `width` (4 or 8) lines, in which the values of one
 * depth lie side by side; missing lines of the last panel are zeros.
 *
 * Lines lie `line` bytes apart and their values `step`; one of the two is 4.
 */
export function pack(to: usize, from: usize, line: usize, step: usize, count: i32, depth: i32, width: i32): void {
  const row: usize = width << 2;
  let first = 0;
  if (line == 4 && width == 8) {
    for (; first + 16 <= count; first += 16, to += <usize>depth << 6) packPair(to, from + (first << 2), step, depth);
  }
  for (; first < count; first += width) {
    const lines = min(width, count - first);
    const panel = from + line * first;
    if (lines == width && line == 4) {
      let source = panel;
      if (width == 8) {
        for (let k = 0; k < depth; k++, source += step, to += 32) {
          v128.store(to, v128.load(source));
          v128.store(to, v128.load(source, 16), 16);
        }
      } else {
        for (let k = 0; k < depth; k++, source += step, to += 16) v128.store(to, v128.load(source));
      }
    } else if (lines == width) {
      for (let l = 0; l < width; l += 4) {
        let a = panel + line * l;
        let target = to + (l << 2);
        let k = depth;
        for (; k >= 4; k -= 4, a += 16, target += row << 2) {
          storeTransposed(
            target,
            row,
            v128.load(a),
            v128.load(a + line),
            v128.load(a + 2 * line),
            v128.load(a + 3 * line),
          );
        }
        for (; k > 0; k--, a += 4, target += row) {
          for (let i: usize = 0; i < 4; i++) store<f32>(target + (i << 2), load<f32>(a + i * line));
        }
      }
      to += row * depth;
    } else {
      for (let k = 0; k < depth; k++) {
        for (let l = 0; l < width; l++, to += 4) {
          store<f32>(to, l < lines ? load<f32>(panel + line * l + step * k) : 0);
        }
      }
    }
  }
}
