/** Axes of a shape, those that are treated alike in succession taken together. */

/** How many values a group of neighboring axes has, and how they are treated. */
export interface AxisGroup<Kind> {
  readonly size: number;
  readonly kind: Kind;
}

/** Axes of size 1 belong to any group, so they are left out. */
export function groupAxes<Kind>(
  shape: readonly number[],
  kindOf: (axis: number) => Kind,
  same: (a: Kind, b: Kind) => boolean = Object.is,
): AxisGroup<Kind>[] {
  const groups: AxisGroup<Kind>[] = [];
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue;
    const kind = kindOf(axis);
    const last = groups.at(-1);
    if (last && same(last.kind, kind)) groups[groups.length - 1] = { size: last.size * size, kind };
    else groups.push({ size, kind });
  }
  return groups;
}
