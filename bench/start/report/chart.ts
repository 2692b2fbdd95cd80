/** Charts from their specifications: SVG for the page, PNG for everything else. */
import { Resvg } from '@resvg/resvg-js';
import type { figures } from 'ssvae';
import { parse, textMetrics, View } from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import { font, textWidth } from './font';

declare module 'vega' {
  /** how Vega measures text; exported, and missing from its types */
  export const textMetrics: {
    width(item: { fontSize?: number; fontWeight?: string | number }, text: unknown): number;
  };
}

textMetrics.width = ({ fontSize = 11, fontWeight }, text) =>
  textWidth(String(text ?? ''), fontSize, fontWeight);

// Text takes the colour of the page around it, so one drawing serves light and dark.
const text = 'currentColor';
const config: Config = {
  title: { color: text, subtitleColor: text },
  axis: { labelColor: text, titleColor: text },
  legend: { labelColor: text, titleColor: text },
};

/**
 * Draws a chart.
 *
 * @param spec its specification
 * @param prefix put before the ids inside, so that several drawings can stand in one page
 * @returns SVG, its text in `currentColor`, without a background
 */
export async function chartSvg(spec: figures.VegaLiteSpec, prefix: string): Promise<string> {
  const copy: TopLevelSpec = JSON.parse(JSON.stringify(spec));
  const view = new View(parse(compile(copy, { config }).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg
    .replaceAll(/\bid="([^"]+)"/g, `id="${prefix}-$1"`)
    .replaceAll(/url\(#([^)]+)\)/g, `url(#${prefix}-$1)`);
}

/** Paints a drawing of {@link chartSvg} on white, twice its size. */
export function chartPng(svg: string): Uint8Array {
  const painted = new Resvg(svg.replace('<svg ', '<svg color="#1f2328" '), {
    font,
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: 2 },
  });
  return painted.render().asPng();
}
