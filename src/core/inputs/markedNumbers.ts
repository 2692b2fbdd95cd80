/** Texts that a reader takes for numbers and `Number` does not: decimal commas, separators of thousands, units, typeset signs. */

/** 18,7 or 1.234,5 or 1,234,567.8 or 1 234,5 or 1’234 */
const SEPARATED =
  /^[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+$|^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$|^[+-]?\d{1,3}([\s'’]\d{3})+([.,]\d+)?$/;

/** $5 or USD 5 or < 5, and 18.7 mm or 12% or 7 km/h */
const WITH_UNIT =
  /^(\p{L}{2,4}\s|[\p{Sc}<>≤≥~≈])?\s?[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+)\s?([^\d\s.,].{0,11})?$/u;

/** Fewer different numbers with a unit may be categories, such as doses. */
const MOST_DOSES = 10;

const SEPARATORS = 'write points for decimal commas, and nothing between thousands';

/** A minus sign as typesetters write it. */
const TYPESET_MINUS = '−';

/** The unit or sign beside a number. */
function unitOf(text: string): string | undefined {
  if (text.startsWith(TYPESET_MINUS) && Number.isFinite(Number(text.slice(1)))) return TYPESET_MINUS;
  const [, before, behind] = WITH_UNIT.exec(text) ?? [];
  return before?.trim() || behind || undefined;
}

/** What to do with a text that is a number but for how it is written; nothing where it is not. */
export function numberAdvice(text: string): string | undefined {
  if (SEPARATED.test(text)) return SEPARATORS;
  return unitOf(text) === undefined ? undefined : 'write the number alone';
}

/** 1.050 or 1.234.567 */
const GROUPED = /^[+-]?[1-9]\d{0,2}(\.\d{3})+$/;

/** Below 1000, and whole. */
const UNGROUPED = /^[+-]?\d{1,3}$/;

/**
 * Whether points stand between thousands: 950 and 1.050 are 950 and 1050 there. Every point is followed by three digits, and
 * what has none is whole and below 1000; decimals that are written so are rare.
 *
 * @param texts cells that are texts
 */
export function groupedNumbers(texts: readonly string[]): Marked | undefined {
  const grouped = texts.find((text) => GROUPED.test(text));
  const ungrouped = texts.find((text) => UNGROUPED.test(text));
  if (grouped === undefined || ungrouped === undefined) return undefined;
  if (!texts.every((text) => GROUPED.test(text) || UNGROUPED.test(text))) return undefined;
  return {
    reason: `holds ${ungrouped} and ${grouped}, as numbers with points between thousands: write nothing between thousands`,
    keeps: 'number',
  };
}

/** Why a column is left out, or, with `few`, what to say where its texts may be categories. */
interface Marked {
  readonly reason: string;
  readonly keeps?: 'levels' | 'number';
  readonly few?: true;
}

/**
 * Whether a column holds numbers with commas or units, and what to do.
 *
 * @param texts its cells
 * @param numbers how many of them are plain numbers
 * @param different how many different ones there are
 */
export function markedNumbers(
  texts: readonly string[],
  numbers: number,
  different: number,
): Marked | undefined {
  const separated = texts.filter((text) => SEPARATED.test(text)).length;
  if (separated > texts.length / 10 && separated + numbers > texts.length / 2)
    return { reason: `holds numbers with separators: ${SEPARATORS}` };
  const units = new Map<string, number>();
  for (const unit of texts.map(unitOf)) if (unit) units.set(unit, (units.get(unit) ?? 0) + 1);
  const [unit, count] = [...units].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
  if (count <= texts.length / 2) return undefined;
  const reason = `holds numbers with ${JSON.stringify(unit)}: write the numbers alone`;
  return { reason, ...(different <= MOST_DOSES ? { few: true } : { keeps: 'levels' }) };
}
