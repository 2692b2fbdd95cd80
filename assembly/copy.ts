/** A run of whole numbers of four bytes; short ones by hand, as a call for each would take longer. */
export function copy(to: usize, from: usize, bytes: usize): void {
  if (bytes > 512) {
    memory.copy(to, from, bytes);
    return;
  }
  const end = to + bytes;
  for (; to + 16 <= end; to += 16, from += 16) v128.store(to, v128.load(from));
  for (; to < end; to += 4, from += 4) store<f32>(to, load<f32>(from));
}

/** Each of `count` pieces of memory `times` times in succession. */
export function tile(to: usize, from: usize, count: i32, bytes: usize, times: i32): void {
  for (let i = 0; i < count; i++, from += bytes) {
    for (let t = 0; t < times; t++, to += bytes) copy(to, from, bytes);
  }
}

/** A box of outer × middle × inner pieces from one array of boxes into another; steps in bytes. */
export function copyBox(
  to: usize,
  toOuter: usize,
  toMiddle: usize,
  toInner: usize,
  from: usize,
  fromOuter: usize,
  fromMiddle: usize,
  fromInner: usize,
  outer: i32,
  middle: i32,
  inner: i32,
  bytes: usize,
): void {
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < middle; j++) {
      let target = to + toOuter * i + toMiddle * j;
      let source = from + fromOuter * i + fromMiddle * j;
      for (let k = 0; k < inner; k++, target += toInner, source += fromInner) copy(target, source, bytes);
    }
  }
}

/** The same number everywhere. */
export function fill(to: usize, count: i32, value: f32): void {
  const four = f32x4.splat(value);
  for (; count >= 4; count -= 4, to += 16) v128.store(to, four);
  for (; count > 0; count--, to += 4) store<f32>(to, value);
}
