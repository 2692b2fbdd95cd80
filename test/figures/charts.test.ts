import { describe, expect, it } from 'vitest';
import { calibrationDiagram } from '../../src/figures/calibrationDiagram';
import { confusionMatrix } from '../../src/figures/confusionMatrix';
import { entropyByEpoch } from '../../src/figures/entropyByEpoch';
import { learningCurves } from '../../src/figures/learningCurves';
import { find, textsOf } from './rendering';

const rows = (...values: number[]) => values.map((value, i) => ({ epoch: i, value }));
const value = (row: { value: number }) => row.value;

describe('learningCurves', () => {
  it('draws shares in per cent, with quantity and unit on the axis', async () => {
    const spec = learningCurves(
      { M2: rows(0.5, 0.75) },
      { value, quantity: 'Test accuracy', unit: '%', title: 'Run' },
    );
    expect(find(spec, 'values')).toEqual([
      { series: 'M2', epoch: 1, mean: 50, low: 50, high: 50 },
      { series: 'M2', epoch: 2, mean: 75, low: 75, high: 75 },
    ]);
    const texts = await textsOf(spec);
    for (const text of ['Run', 'Epoch', 'Test accuracy (%)', '60', '75']) expect(texts).toContain(text);
    expect(texts).not.toContain('M2');
  });

  it('leaves other units as they are', async () => {
    const spec = learningCurves({ M2: rows(-120, -100) }, { value, quantity: 'ELBO', unit: 'nats' });
    expect(find(spec, 'values')).toMatchObject([{ mean: -120 }, { mean: -100 }]);
    expect(await textsOf(spec)).toContain('ELBO (nats)');
  });

  it('draws the mean of runs that share a name, in a band of one standard deviation', async () => {
    const runs = [...rows(1, 4), ...rows(2, 4), ...rows(3, 4)];
    const spec = learningCurves({ three: runs }, { value, quantity: 'ELBO', unit: 'nats' });
    expect(find(spec, 'values')).toEqual([
      { series: 'three', epoch: 1, mean: 2, low: 1, high: 3 },
      { series: 'three', epoch: 2, mean: 4, low: 4, high: 4 },
    ]);
    expect(JSON.stringify(spec)).toContain('"area"');
    expect(
      JSON.stringify(learningCurves({ one: rows(1, 4) }, { value, quantity: 'ELBO', unit: 'nats' })),
    ).not.toContain('"area"');
    await textsOf(spec);
  });

  it('names several series in a legend, in their order, each with its own color and dashes', async () => {
    const names = Array.from({ length: 9 }, (_, i) => `run ${i}`);
    const series = Object.fromEntries(names.map((name, i) => [name, rows(i, i + 1)]));
    const spec = learningCurves(series, { value, quantity: 'ELBO', unit: 'nats' });
    const texts = await textsOf(spec);
    expect(texts.filter((text) => text.startsWith('run'))).toEqual(names);
    const seven = Object.fromEntries(names.slice(0, 7).map((name) => [name, rows(1, 2)]));
    const looks = find(learningCurves(seven, { value, quantity: 'ELBO', unit: 'nats' }), 'range');
    expect(new Set(Object.values(looks ?? {})).size).toBe(7);
  });

  it('refuses a column that no row has, rather than draw nothing', () => {
    const history: { epoch: number; accuracy?: number }[] = [{ epoch: 0 }, { epoch: 1 }];
    expect(() =>
      learningCurves({ M2: history }, { value: ({ accuracy }) => accuracy, quantity: 'Accuracy', unit: '%' }),
    ).toThrow('learningCurves: value gives no number for any row, needed a column of the rows: epoch');
  });

  it('leaves a gap where a value is missing, and sorts epochs', async () => {
    const history = [{ epoch: 2, loss: 1 }, { epoch: 0 }, { epoch: 1, loss: Number.NaN }];
    const spec = learningCurves(
      { M2: history },
      { value: ({ loss }) => loss, quantity: 'Loss', unit: 'nats' },
    );
    expect(find(spec, 'values')).toMatchObject([
      { epoch: 1, mean: null },
      { epoch: 2, mean: null },
      { epoch: 3, mean: 1 },
    ]);
    await textsOf(spec);
  });

  it('prints no more than a line of a name', () => {
    const name = `\u001b[31m\n${'x'.repeat(1e6)}`;
    const refused = (draw: () => unknown): string => {
      try {
        draw();
      } catch (error) {
        return (error as Error).message;
      }
      return 'drawn';
    };
    for (const message of [
      refused(() =>
        learningCurves(
          { [name]: [{ epoch: 'one' }] } as never,
          { value: () => 1, quantity: 'loss', unit: 'nats' } as never,
        ),
      ),
      refused(() => calibrationDiagram({ [name]: [{}] } as never)),
      refused(() => calibrationDiagram({ [name]: 1 } as never)),
    ]) {
      expect(message).toContain('series.');
      expect(message.length).toBeLessThan(400);
      expect(message).not.toContain('\n');
      expect(message).not.toContain('\u001b');
    }
  });

  it('refuses nothing to draw', () => {
    expect(() => learningCurves({}, { value: () => 0, quantity: 'ELBO', unit: 'nats' })).toThrow(
      'learningCurves: series is empty',
    );
  });
});

describe('entropyByEpoch', () => {
  it('marks the entropy of a guess', async () => {
    const spec = entropyByEpoch({ M2: rows(1, 0.2) }, { value, classes: 10 });
    expect(JSON.stringify(spec)).toContain(JSON.stringify({ value: Math.log(10), label: 'log 10' }));
    const texts = await textsOf(spec);
    for (const text of ['Entropy of q(y|x)', 'Mean entropy (nats)', 'log 10']) expect(texts).toContain(text);
  });
});

describe('confusionMatrix', () => {
  const counts = [
    [9, 1, 0],
    [2, 6, 0],
    [0, 0, 0],
  ];

  it('writes counts, colored by the share of the true class', async () => {
    const spec = confusionMatrix(counts, { title: 'Test' });
    expect(find(spec, 'values')).toEqual([
      { true: '0', predicted: '0', count: 9, share: 90 },
      { true: '0', predicted: '1', count: 1, share: 10 },
      { true: '0', predicted: '2', count: 0, share: 0 },
      { true: '1', predicted: '0', count: 2, share: 25 },
      { true: '1', predicted: '1', count: 6, share: 75 },
      { true: '1', predicted: '2', count: 0, share: 0 },
      ...['0', '1', '2'].map((predicted) => ({ true: '2', predicted, count: 0, share: 0 })),
    ]);
    const texts = await textsOf(spec);
    for (const text of ['Test', 'True class', 'Predicted class', '9', '6', 'true class (%)'])
      expect(texts).toContain(text);
  });

  it('keeps the order of the names given', async () => {
    const texts = await textsOf(confusionMatrix(counts, { classNames: ['shirt', 'bag', 'coat'] }));
    expect(texts.filter((text) => /^[a-z]+$/.test(text))).toEqual([
      'shirt',
      'bag',
      'coat',
      'shirt',
      'bag',
      'coat',
    ]);
  });

  it('leaves counts out where there is no room for them', async () => {
    const many = Array.from({ length: 30 }, () => new Array<number>(30).fill(777));
    expect(await textsOf(confusionMatrix(many))).not.toContain('777');
  });

  it('refuses counts that are not square, and names that do not fit', () => {
    expect(() => confusionMatrix([[1, 2]])).toThrow(
      'confusionMatrix: counts have 1 rows and 2 columns, needed K × K',
    );
    expect(() => confusionMatrix([])).toThrow('needed K × K');
    expect(() => confusionMatrix(counts, { classNames: ['a', 'a', 'b'] })).toThrow(
      '2 different names, needed 3',
    );
  });
});

describe('calibrationDiagram', () => {
  const bins = [
    { from: 0.2, to: 0.4, confidence: 0.3, accuracy: 0.5, count: 1 },
    { from: 0.8, to: 1, confidence: 0.9, accuracy: 0.8, count: 3 },
  ];

  it('draws accuracy by confidence, and the share of examples in each bin', async () => {
    const spec = calibrationDiagram({ M2: bins }, { title: 'Calibration' });
    expect(find(spec, 'values')).toEqual([
      { series: 'M2', from: 20, to: 40, confidence: 30, accuracy: 50, share: 25 },
      { series: 'M2', from: 80, to: 100, confidence: 90, accuracy: 80, share: 75 },
    ]);
    const texts = await textsOf(spec);
    for (const text of ['Calibration', 'Confidence (%)', 'Accuracy (%)', 'Examples (%)'])
      expect(texts).toContain(text);
  });

  it('puts the bars of several series beside each other', async () => {
    // Quarters, so that halves of a bin are exact.
    const quarters = [{ from: 0.25, to: 0.5, confidence: 0.3, accuracy: 0.5, count: 1 }];
    const spec = calibrationDiagram({ one: quarters, two: quarters });
    expect(find(spec, 'values')).toMatchObject([
      { series: 'one', from: 25, to: 37.5 },
      { series: 'two', from: 37.5, to: 50 },
    ]);
    expect((await textsOf(spec)).filter((text) => ['one', 'two'].includes(text))).toEqual(['one', 'two']);
  });

  it('refuses nothing to draw', () => {
    expect(() => calibrationDiagram({})).toThrow('calibrationDiagram: series is empty');
  });
});
