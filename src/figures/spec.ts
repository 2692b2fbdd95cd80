/** What every chart shares. */
import { recordOf } from '../core/assert';
import { describe, oneLine } from '../core/describe';
import type { NumberRange } from '../core/options';
import { isRecord, type Json } from '../files/json';

/** A Vega-Lite 6 specification: plain JSON, data included, for any renderer. */
export interface VegaLiteSpec {
  /** where Vega-Lite 6 says what a specification may hold */
  readonly $schema: string;
  readonly [key: string]: Json;
}

/** Part of a specification. */
export type Part = { readonly [key: string]: Json };

// Okabe & Ito 2008 without their yellow, which vanishes on white: told apart by most color-blind readers, and
// visible on a dark page too.
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#7f7f7f'];
const dashes = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [12, 3],
  [4, 6],
  [1, 3],
];

const cycle = <T>(choices: readonly T[], count: number): T[] =>
  Array.from({ length: Math.ceil(count / choices.length) }, () => choices)
    .flat()
    .slice(0, count);

/**
 * The color of each series, in the order given; a legend only where there are several.
 *
 * @param names the series
 * @param width of the plot in pixels: it sets how many names fit side by side
 */
export const seriesColor = (names: readonly string[], width: number): Part => {
  const widest = 40 + 7 * names.reduce((most, name) => Math.max(most, name.length), 0);
  const columns = Math.max(1, Math.min(names.length, Math.floor(width / widest)));
  return {
    field: 'series',
    type: 'nominal',
    scale: { domain: names, range: cycle(colours, names.length) },
    legend:
      names.length > 1
        ? { title: null, orient: 'bottom', columns, symbolType: 'stroke', symbolOpacity: 1 }
        : null,
  };
};

/** The dashes of each series, so that a gray print still tells them apart. */
export const seriesDash = (names: readonly string[], width: number): Part => ({
  ...seriesColor(names, width),
  scale: { domain: names, range: cycle(dashes, names.length) },
});

/**
 * Refuses anything but a list of series.
 *
 * @throws RangeError when there is none
 * @throws TypeError when one is not an array of records
 */
export function assertSeries(where: string, series: Readonly<Record<string, readonly unknown[]>>): void {
  const entries = Object.entries(recordOf(where, series, 'series'));
  if (entries.length === 0) throw new RangeError(`${where}: series is empty, needed at least one`);
  for (const [name, items] of entries) {
    if (!Array.isArray(items) || !items.every(isRecord))
      throw new TypeError(
        `${where}: series.${oneLine(name)} is ${describe(items)}, needed an array of records`,
      );
  }
}

/** Widths and heights. */
export const PIXELS: NumberRange = {
  needed: 'a number of pixels above 0',
  holds: (value) => value > 0 && Number.isFinite(value),
};

/** Completes a chart with schema and look; the color of its text is left to the page. */
export const chart = (content: Part): VegaLiteSpec => ({
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  background: 'transparent',
  ...content,
  config: {
    font: 'Inter, system-ui, sans-serif',
    view: { stroke: null },
    title: { anchor: 'start', fontSize: 14, fontWeight: 600, offset: 14 },
    axis: {
      labelFontSize: 11,
      titleFontSize: 12,
      titleFontWeight: 400,
      titlePadding: 8,
      gridColor: '#888888',
      gridOpacity: 0.25,
      domainColor: '#888888',
      tickColor: '#888888',
      labelFlush: false,
    },
    legend: {
      labelFontSize: 12,
      titleFontSize: 11,
      titleFontWeight: 400,
      labelLimit: 300,
      symbolSize: 300,
      symbolStrokeWidth: 2.5,
    },
  },
});

/** A number that JSON can hold: a gap where there is none. */
export const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;
