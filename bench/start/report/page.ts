/** The page around the figures: one file, nothing loaded from elsewhere. */

/** A table of results: the first column names, the others hold numbers and are set flush right. */
export interface ReportTable {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A figure that is drawn already. */
export interface PageFigure {
  /** SVG or an image element */
  readonly markup: string;
  readonly caption: string;
  /** what is seen, for those who cannot see it */
  readonly alt: string;
}

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const style = `
:root { color-scheme: light dark; --text: #1f2328; --muted: #59636e; --line: #d1d9e0; --page: #ffffff; --card: #f8f9fb; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8eb; --muted: #9aa4af; --line: #343a42; --page: #14171b; --card: #1b1f24; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 3rem 1.5rem 4rem; background: var(--page); color: var(--text);
  font: 16px/1.55 Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 68rem; margin: 0 auto; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.015em; font-weight: 650; text-wrap: balance; }
.summary { margin: 0.6rem 0 0; max-width: 44rem; color: var(--muted); }
.scroll { overflow-x: auto; margin-top: 2.25rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums lining-nums; }
caption { caption-side: bottom; padding-top: 0.6rem; text-align: left; color: var(--muted); font-size: 0.875rem; }
th, td { padding: 0.4rem 0 0.4rem 2.25rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0; text-align: left; }
thead th { border-bottom: 1.5px solid var(--text); font-weight: 600; font-size: 0.875rem; vertical-align: bottom; }
tbody th { font-weight: 500; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 1.5px solid var(--text); }
.figures { display: flex; flex-wrap: wrap; gap: 1.25rem; margin-top: 2.25rem; }
figure { flex: 1 1 auto; margin: 0; padding: 1.25rem; max-width: 100%; border: 1px solid var(--line); border-radius: 10px; background: var(--card);
  display: flex; flex-direction: column; break-inside: avoid; }
figure svg, figure img { display: block; max-width: 100%; height: auto; margin: 0 auto auto; }
figure svg { overflow: visible; }
figure img { image-rendering: pixelated; border-radius: 3px; }
figcaption { margin-top: 0.9rem; width: 0; min-width: 100%; color: var(--muted); font-size: 0.875rem; line-height: 1.45; }
@media print { body { padding: 0; } figure { background: none; } }
`;

const tableMarkup = ({ caption, columns, rows }: ReportTable): string => `
<div class="scroll"><table>
<caption>${escapeText(caption)}</caption>
<thead><tr>${columns.map((column) => `<th scope="col">${escapeText(column)}</th>`).join('')}</tr></thead>
<tbody>
${rows
  .map(([name = '', ...cells]) => {
    const numbers = cells.map((cell) => `<td>${escapeText(cell)}</td>`).join('');
    return `<tr><th scope="row">${escapeText(name)}</th>${numbers}</tr>`;
  })
  .join('\n')}
</tbody>
</table></div>`;

const figureMarkup = ({ markup, caption, alt }: PageFigure): string => `
<figure role="group" aria-label="${escapeText(alt)}">
${markup}
${caption === '' ? '' : `<figcaption>${escapeText(caption)}</figcaption>`}
</figure>`;

/** An image element that carries its file with it. */
export const inlineImage = (png: Uint8Array, width: number, height: number, alt: string): string =>
  `<img src="data:image/png;base64,${Buffer.from(png).toString('base64')}" width="${width}" height="${height}" alt="${escapeText(alt)}">`;

/** The whole page. */
export const pageMarkup = (
  title: string,
  summary: string,
  tables: readonly ReportTable[],
  figures: readonly PageFigure[],
): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<h1>${escapeText(title)}</h1>
${summary === '' ? '' : `<p class="summary">${escapeText(summary)}</p>`}
</header>
${tables.map(tableMarkup).join('\n')}
<div class="figures">
${figures.map(figureMarkup).join('\n')}
</div>
</main>
</body>
</html>
`;
