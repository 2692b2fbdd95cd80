/** The shape of each class, so that color is never the only difference. */

/** Circle, triangle, square, diamond, five-pointed star: corners around (0, 0), radius 1; none for the circle. */
const polygon = (corners: number, turn: number, inner = 1): readonly (readonly [number, number])[] =>
  Array.from({ length: corners }, (_, i) => {
    const angle = turn + (2 * Math.PI * i) / corners;
    const radius = i % 2 ? inner : 1;
    return [radius * Math.cos(angle), radius * Math.sin(angle)] as const;
  });

const UP = -Math.PI / 2;
const CORNERS = [
  [],
  polygon(3, UP),
  polygon(4, UP + Math.PI / 4),
  polygon(4, UP),
  polygon(10, UP, 0.45),
] as const;
const SIZES = [1, 1.3, 1.2, 1.25, 1.4] as const;

/** The corners of a class's shape around a point, in turn; none for a circle. */
const cornersOf = (label: number, radius: number): readonly (readonly [number, number])[] =>
  (CORNERS[label] ?? []).map(
    ([x, y]) => [x * radius * (SIZES[label] ?? 1), y * radius * (SIZES[label] ?? 1)] as const,
  );

/** Adds the shape of a class to a canvas's path. */
export function tracePath(
  context: CanvasRenderingContext2D,
  label: number,
  [x, y]: readonly [number, number],
  radius: number,
): void {
  const corners = cornersOf(label, radius);
  if (corners.length === 0) {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  for (const [i, [dx, dy]] of corners.entries()) {
    if (i === 0) context.moveTo(x + dx, y + dy);
    else context.lineTo(x + dx, y + dy);
  }
  context.closePath();
}

/** The shape of a class as the `d` of an SVG path. */
export function svgPath(label: number, [x, y]: readonly [number, number], radius: number): string {
  const at = (value: number): string => String(Math.round(100 * value) / 100);
  const corners = cornersOf(label, radius);
  if (corners.length === 0)
    return `M${at(x - radius)} ${at(y)}a${at(radius)} ${at(radius)} 0 1 0 ${at(2 * radius)} 0a${at(radius)} ${at(radius)} 0 1 0 ${at(-2 * radius)} 0z`;
  return `M${corners.map(([dx, dy]) => `${at(x + dx)} ${at(y + dy)}`).join('L')}z`;
}
