import { describe, expect, it } from 'vitest';
import { percent } from '../../bench/spread';
import { cases } from '../../bench/study/shared/cases';
import { changedSettings, column, paired } from '../../bench/study/shared/compare';
import { isResultOf, ofOneExperiment, type Result } from '../../bench/study/shared/results';
import type { Settings } from '../../bench/study/shared/settings';

const settings = cases['m2-conv'] as Settings;

const line = (change: Partial<Result> = {}): Result => ({
  case: 'm2-conv',
  dataset: 'mnist',
  labels: 100,
  seed: 1,
  epochs: 10,
  settings,
  purpose: 'report',
  steps: 4280,
  seconds: 200,
  validationAccuracy: 0.9,
  bestEpoch: 10,
  validationCurve: [],
  testAccuracy: 0.9,
  backend: 'tensorflow',
  platform: 'Node v20',
  ...change,
});

describe('lines of one experiment', () => {
  it('are those of other seeds, by seed', () => {
    const lines = ofOneExperiment([line({ seed: 3 }), line({ seed: 1 }), line({ seed: 2 })]);
    expect(lines.map(({ seed }) => seed)).toEqual([1, 2, 3]);
  });

  it('are not two of a seed', () => {
    expect(() => ofOneExperiment([line(), line({ testAccuracy: 0.8 })])).toThrow(/two lines of seed 1/);
  });

  it.each<[string, Partial<Result>]>([
    ['epochs', { epochs: 2 }],
    ['labels', { labels: 600 }],
    ['settings', { settings: { ...settings, alpha: 10 } }],
    ['patience', { patience: 5 }],
    ['backend', { backend: 'wasm' }],
    ['purpose', { purpose: 'choose' }],
  ])('are not of other %s', (_, change) => {
    expect(() => ofOneExperiment([line(), line({ seed: 2, ...change })])).toThrow(
      /seeds 1 and 2 of m2-conv, .* differ/,
    );
  });
});

describe('settings that are not the case’s', () => {
  it('are written as --set takes them', () => {
    const other = line({ settings: { ...settings, alpha: 10, batchNorm: true } as Settings });
    expect(changedSettings(other)).toEqual(['alpha=10', 'batchNorm=true']);
  });

  it('are none of a case as it is', () => {
    expect(changedSettings(line())).toEqual([]);
  });
});

describe('a line is of the run asked for', () => {
  const asked = { backend: 'tensorflow', purpose: 'report' } as const;

  it('whatever the order of its settings', () => {
    const turned = Object.fromEntries(Object.entries(settings).reverse()) as unknown as Settings;
    expect(isResultOf(line({ settings: turned }), line(), asked)).toBe(true);
  });

  it('not for another purpose, nor of another backend', () => {
    expect(isResultOf(line(), line(), { ...asked, purpose: 'choose' })).toBe(false);
    expect(isResultOf(line(), line(), { ...asked, backend: 'wasm' })).toBe(false);
  });
});

describe('differences', () => {
  const value = ({ testAccuracy = Number.NaN }: Result): number => testAccuracy;

  it('are taken at the same seed, and of seeds both have', () => {
    const ours = [0.95, 0.93, 0.99].map((testAccuracy, i) => line({ seed: 3 - i, testAccuracy }));
    const theirs = [0.9, 0.92].map((testAccuracy, i) => line({ seed: i + 1, testAccuracy }));
    const differences = paired(ours, theirs, value);
    expect(differences).toHaveLength(2);
    expect(differences[0]).toBeCloseTo(0.09, 12);
    expect(differences[1]).toBeCloseTo(0.01, 12);
  });

  it('are given with the standard deviation of a sample', () => {
    expect(percent(column([line({ testAccuracy: 0.9 }), line({ seed: 2, testAccuracy: 0.94 })], value))).toBe(
      '92.00 ± 2.83',
    );
    expect(percent([0.9])).toBe('90.00');
  });
});
