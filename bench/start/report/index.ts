/** A report: one self-contained HTML page, and every figure of it as a PNG file. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { figures } from 'ssvae';
import { chartPng, chartSvg } from './chart';
import { gridPng } from './image';
import { inlineImage, pageMarkup, type ReportTable } from './page';

export type { ReportTable } from './page';

/** A chart of the report. */
export interface ReportChart {
  /** name of its files: letters, digits, `-` and `_` */
  readonly name: string;
  readonly spec: figures.VegaLiteSpec;
  /** what it shows */
  readonly caption: string;
}

/** A pixel grid of the report. */
export interface ReportGrid {
  /** name of its file: letters, digits, `-` and `_` */
  readonly name: string;
  readonly grid: figures.PixelGrid;
  /** what it shows */
  readonly caption: string;
  /** side of the square that stands for a pixel; default 2 */
  readonly scale?: number;
}

/** What a report holds. */
export interface Report {
  readonly title: string;
  /** a paragraph below the title: data, labels, settings */
  readonly summary?: string;
  readonly tables?: readonly ReportTable[];
  readonly charts?: readonly ReportChart[];
  readonly grids?: readonly ReportGrid[];
}

/** Where the parts of a report are. */
export interface ReportPaths {
  /** the page */
  readonly page: string;
  /** the PNG files, charts first */
  readonly images: readonly string[];
}

/**
 * Writes a report.
 *
 * `index.html` holds everything; beside it lie `NAME.png` for each chart and grid, and `NAME.vl.json` with each
 * chart's specification, which the Vega editor opens.
 *
 * @param dir the folder; it is made where it is missing, and files of these names in it are replaced
 * @param report title, tables, charts, grids
 * @returns paths of the page and of the images
 */
export async function writeReport(
  dir: string,
  { title, summary = '', tables = [], charts = [], grids = [] }: Report,
): Promise<ReportPaths> {
  const names = [...charts, ...grids].map(({ name }) => name);
  for (const [i, name] of names.entries()) {
    if (!/^[\w-]+$/.test(name))
      throw new RangeError(`writeReport: name is "${name}", needed letters, digits, - and _`);
    if (names.indexOf(name) !== i)
      throw new RangeError(`writeReport: name "${name}" comes twice, needed one of each`);
  }
  await mkdir(dir, { recursive: true });
  const images: string[] = [];
  const save = async (name: string, png: Uint8Array) => {
    images.push(join(dir, `${name}.png`));
    await writeFile(join(dir, `${name}.png`), png);
  };

  const drawn = [];
  for (const { name, spec, caption } of charts) {
    const svg = await chartSvg(spec, name);
    await save(name, chartPng(svg));
    await writeFile(join(dir, `${name}.vl.json`), `${JSON.stringify(spec, null, 1)}\n`);
    drawn.push({ markup: svg, caption, alt: caption });
  }
  for (const { name, grid, caption, scale = 2 } of grids) {
    const png = gridPng(grid, scale);
    await save(name, png);
    const markup = inlineImage(png, grid.width * scale, grid.height * scale, caption);
    drawn.push({ markup, caption, alt: caption });
  }

  const page = join(dir, 'index.html');
  await writeFile(page, pageMarkup(title, summary, tables, drawn));
  return { page, images };
}
