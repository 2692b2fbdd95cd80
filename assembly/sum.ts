/** Values added up before their sum is added to those of others: rounding errors grow with this, not with the length. */
const RUN = 1024;

// @ts-ignore: decorator
@inline
function total(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) +
    f32x4.extract_lane(x, 1) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

function sumOfLine(from: usize, count: i32): f32 {
  let sum: f64 = 0;
  for (let start = 0; start < count; start += RUN) {
    let left = min(RUN, count - start);
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (; left >= 16; left -= 16, from += 64) {
      a = f32x4.add(a, v128.load(from));
      b = f32x4.add(b, v128.load(from, 16));
      c = f32x4.add(c, v128.load(from, 32));
      d = f32x4.add(d, v128.load(from, 48));
    }
    for (; left >= 4; left -= 4, from += 16) a = f32x4.add(a, v128.load(from));
    for (; left > 0; left--, from += 4) b = f32x4.add(b, v128.load32_zero(from));
    sum += total(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  }
  return <f32>sum;
}

function sumOfLines(to: usize, from: usize, count: i32, width: i32): void {
  const line: usize = width << 2;
  memory.copy(to, from, line);
  for (let i = 1; i < count; i++) {
    from += line;
    let target = to;
    let source = from;
    let left = width;
    for (; left >= 4; left -= 4, target += 16, source += 16) {
      v128.store(target, f32x4.add(v128.load(target), v128.load(source)));
    }
    for (; left > 0; left--, target += 4, source += 4) {
      store<f32>(target, load<f32>(target) + load<f32>(source));
    }
  }
}

/** [outer, count, inner] → [outer, inner]; none of them is 0. */
export function sum(to: usize, from: usize, outer: i32, count: i32, inner: i32): void {
  const all: usize = (count * inner) << 2;
  for (let i = 0; i < outer; i++, from += all, to += inner << 2) {
    if (inner == 1) store<f32>(to, sumOfLine(from, count));
    else sumOfLines(to, from, count, inner);
  }
}
