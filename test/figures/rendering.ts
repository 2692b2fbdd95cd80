/** Compiles specifications the way any Vega-Lite renderer does. */
import { type LoggerInterface, parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { expect } from 'vitest';
import type { VegaLiteSpec } from '../../src/figures/spec';

/** The texts of the chart, after checking that the specification is plain JSON and compiles without a warning. */
export async function textsOf(spec: VegaLiteSpec): Promise<string[]> {
  const copy: TopLevelSpec = JSON.parse(JSON.stringify(spec));
  expect(copy).toEqual(spec);
  const warnings: unknown[] = [];
  const note = (...message: unknown[]) => {
    warnings.push(message);
    return logger;
  };
  const logger: LoggerInterface = {
    level: () => logger,
    error: note,
    warn: note,
    info: () => logger,
    debug: () => logger,
  };
  const view = new View(parse(compile(copy, { logger }).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  expect(warnings).toEqual([]);
  return [...svg.matchAll(/<(?:text|tspan)[^>]*>([^<]+)</g)].map(([, text = '']) => text);
}

/** The first value under a key, anywhere in a specification. */
export function find(spec: unknown, key: string): unknown {
  if (typeof spec !== 'object' || spec === null) return undefined;
  for (const [name, value] of Object.entries(spec)) if (name === key) return value;
  for (const value of Object.values(spec)) {
    const found = find(value, key);
    if (found !== undefined) return found;
  }
  return undefined;
}
