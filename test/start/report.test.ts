import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chartPng, chartSvg } from '../../bench/start/report/chart';
import { textWidth } from '../../bench/start/report/font';
import { writeReport } from '../../bench/start/report/index';
import { imageGrid } from '../../src/figures/imageGrid';
import { learningCurves } from '../../src/figures/learningCurves';

const history = [1, 2, 3].map((epoch) => ({ epoch, accuracy: 0.5 + epoch / 10 }));
const curves = (title?: string, names = ['M2']) =>
  learningCurves(Object.fromEntries(names.map((name) => [name, history])), {
    value: ({ accuracy }) => accuracy,
    quantity: 'Test accuracy',
    unit: '%',
    title,
  });

/** Dark pixels among the topmost `rows` of a picture. */
function ink(png: Uint8Array, rows: number): number {
  const { width, channels, data } = decode(png);
  let dark = 0;
  for (let i = 0; i < rows * width; i++) if ((data[i * channels] ?? 255) < 100) dark++;
  return dark;
}

describe('chartPng', () => {
  it('draws text where text is, with no font of the machine', async () => {
    const titled = chartPng(await chartSvg(curves('Accuracy over epochs'), 'a'));
    const blank = chartPng(await chartSvg(curves('  '), 'a'));
    // A heading of 14 pixels at twice its size: some thousand pixels of it are black.
    expect(ink(titled, 36)).toBeGreaterThan(500);
    expect(ink(blank, 36)).toBe(0);
  });

  it('draws axis labels, too', async () => {
    const svg = await chartSvg(curves(), 'a');
    const { height } = decode(chartPng(svg));
    const bare = svg.replaceAll(/<text[^>]*>[^<]*<\/text>/g, '');
    expect(ink(chartPng(svg), height) - ink(chartPng(bare), height)).toBeGreaterThan(1000);
  });
});

describe('textWidth', () => {
  it('grows with letters, size and weight', () => {
    expect(textWidth('illi', 10)).toBeLessThan(textWidth('mwwm', 10) / 2);
    expect(textWidth('accuracy', 20)).toBeCloseTo(2 * textWidth('accuracy', 10), 6);
    expect(textWidth('accuracy', 10, 600)).toBeGreaterThan(textWidth('accuracy', 10));
    expect(textWidth('', 10)).toBe(0);
    expect(textWidth('a b', 10)).toBeGreaterThan(textWidth('ab', 10));
  });
});

describe('writeReport', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'report-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const report = {
    title: 'Digits & <labels>',
    summary: 'A hundred labels.',
    tables: [{ caption: 'Means', columns: ['Objective', 'Accuracy (%)'], rows: [['M2', '84.1 ± 0.9']] }],
    charts: [
      { name: 'accuracy', spec: curves('Accuracy', ['M2', 'labels only']), caption: 'By epoch.' },
      { name: 'again', spec: curves('Again', ['M2', 'labels only']), caption: 'Once more.' },
    ],
    grids: [
      {
        name: 'samples',
        grid: imageGrid(Float32Array.of(0, 1, 1, 0), { shape: [2, 2] }),
        caption: 'Two by two.',
        scale: 3,
      },
    ],
  };

  it('writes a page that loads nothing, and every figure beside it', async () => {
    const { page, images } = await writeReport(join(dir, 'new', 'report'), report);
    expect(images.map((path) => path.slice(dir.length))).toEqual([
      '/new/report/accuracy.png',
      '/new/report/again.png',
      '/new/report/samples.png',
    ]);
    expect((await readdir(join(dir, 'new', 'report'))).sort()).toEqual(
      ['accuracy.png', 'accuracy.vl.json', 'again.png', 'again.vl.json', 'index.html', 'samples.png'].sort(),
    );
    const html = await readFile(page, 'utf8');
    for (const text of [
      '<h1>Digits &amp; &lt;labels&gt;</h1>',
      '84.1 ± 0.9',
      'By epoch.',
      'Two by two.',
      'Test accuracy (%)',
    ]) {
      expect(html).toContain(text);
    }
    const loaded = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url = '']) => url);
    expect(loaded.filter((url) => !url.startsWith('data:') && !url.startsWith('#'))).toEqual([]);
    expect(html).not.toMatch(/<(script|link)\b/);
  });

  it('gives no two elements of the page one id', async () => {
    const { page } = await writeReport(dir, report);
    const html = await readFile(page, 'utf8');
    const ids = [...html.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of html.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
  });

  it('enlarges each pixel of a grid to a square', async () => {
    await writeReport(dir, report);
    const { width, height, channels, data } = decode(await readFile(join(dir, 'samples.png')));
    expect([width, height, channels]).toEqual([6, 6, 1]);
    const [black, white] = [
      [0, 0, 0],
      [255, 255, 255],
    ];
    const upper = [...black, ...white];
    const lower = [...white, ...black];
    expect(Array.from(data)).toEqual([upper, upper, upper, lower, lower, lower].flat());
  });

  it('writes a chart’s specification as it is', async () => {
    await writeReport(dir, report);
    expect(JSON.parse(await readFile(join(dir, 'accuracy.vl.json'), 'utf8'))).toEqual(report.charts[0]?.spec);
  });

  it('refuses names that are not file names, or come twice', async () => {
    const [chart] = report.charts;
    if (chart === undefined) throw new Error('a chart is needed');
    await expect(writeReport(dir, { title: '', charts: [{ ...chart, name: '../x' }] })).rejects.toThrow(
      'writeReport: name is "../x"',
    );
    await expect(writeReport(dir, { title: '', charts: [chart, chart] })).rejects.toThrow(
      '"accuracy" comes twice',
    );
  });
});
