/**
 * The font of the charts: Inter, from a package, because a bare machine has no font at all and text drawn without
 * one vanishes without a word.
 */
import { createRequire } from 'node:module';
import { Resvg, type ResvgRenderOptions } from '@resvg/resvg-js';

const require = createRequire(import.meta.url);

/** Font options for resvg: Inter regular and semi-bold, and nothing that the machine may or may not have. */
export const font: NonNullable<ResvgRenderOptions['font']> = {
  loadSystemFonts: false,
  defaultFontFamily: 'Inter',
  fontFiles: [
    require.resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
    require.resolve('@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf'),
  ],
};

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const widths = new Map<string, number>();

/** Width of a text in pixels, measured on its outlines; Vega would otherwise guess it from the number of letters. */
export function textWidth(text: string, size: number, weight: string | number = 400): number {
  const key = `${weight} ${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    // Between bars, so that spaces at either end count.
    const measure = (content: string) =>
      new Resvg(
        `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><text font-family="Inter" font-weight="${weight}" font-size="100" xml:space="preserve">|${escapeText(content)}|</text></svg>`,
        { font },
      ).getBBox()?.width ?? 0;
    width = (measure(text) - measure('')) / 100;
    widths.set(key, width);
  }
  return width * size;
}
