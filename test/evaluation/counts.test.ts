import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformLabelPrior } from '../../src/bounds/labelPrior';
import { accuracy } from '../../src/evaluation/accuracy';
import { calibration } from '../../src/evaluation/calibration';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { confusionMatrix } from '../../src/evaluation/confusionMatrix';
import { createM2 } from '../../src/models/m2/model';
import { fitSoftmaxClassifier } from '../../src/models/softmaxClassifier';

const pairs = fc.integer({ min: 2, max: 6 }).chain((classes) =>
  fc.record({
    classes: fc.constant(classes),
    examples: fc.array(fc.tuple(fc.nat(classes - 1), fc.nat(classes - 1)), { minLength: 1, maxLength: 60 }),
  }),
);

describe('accuracy', () => {
  it('is the share of right predictions', () => {
    expect(accuracy([0, 1, 1], [0, 1, 0])).toBe(2 / 3);
    expect(accuracy(Uint8Array.of(3), Int32Array.of(3))).toBe(1);
    expect(accuracy([0], [1])).toBe(0);
  });

  it('refuses nothing at all, and lists of different lengths', () => {
    expect(() => accuracy({ length: 2 ** 53 }, [1])).toThrow(
      'accuracy: predictions holds 1 labels, needed one for each',
    );
    expect(() => accuracy([], [])).toThrow('accuracy: labels hold no example');
    expect(() => accuracy([0, 1], [0])).toThrow(
      'accuracy: predictions holds 1 labels, needed one for each of 2',
    );
  });
});

describe('labels that are counted', () => {
  it('may be integers of 64 bits', () => {
    expect(accuracy(BigInt64Array.of(0n, 1n), [0, 0])).toBe(0.5);
    expect(confusionMatrix([0, 1], BigUint64Array.of(1n, 1n), 2)).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('must all be known: the mark of an unknown class is not a class', () => {
    const how = 'leave out examples whose class is unknown';
    expect(() => accuracy([0, -1], [0, 0])).toThrow(
      `accuracy: labels[1] is -1, needed an integer of at least 0: ${how}`,
    );
    expect(() => accuracy(Uint8Array.of(0, 255), [0, 0])).toThrow(`accuracy: labels[1] is 255, needed an`);
    expect(() => confusionMatrix(Uint8Array.of(0, 255), [0, 0], 2)).toThrow(
      `confusionMatrix: labels[1] is 255, needed an integer from 0 to 1: ${how}`,
    );
    // Of more classes than a byte holds, 255 is one.
    expect(accuracy([255, 999], [255, 0])).toBe(0.5);
    expect(confusionMatrix([255], [255], 300)[255]?.[255]).toBe(1);
  });
});

describe('a label of 255', () => {
  const kinds: readonly [string, (...labels: number[]) => ArrayLike<number>][] = [
    ['bytes', (...labels) => Uint8Array.from(labels)],
    ['a plain array', (...labels) => labels],
    ['an Int32Array', (...labels) => Int32Array.from(labels)],
  ];

  it.each(kinds)('says the same in %s as in any other', (_, of) => {
    expect(() => accuracy(of(0, 255), of(0, 0))).toThrow(
      'accuracy: labels[1] is 255, needed an integer of at least 0: leave out examples whose class is unknown, or give classes where 255 is one',
    );
    expect(() => accuracy(of(0, 0), of(0, 255))).toThrow('accuracy: predictions[1] is 255');
    expect(() => accuracy(of(254, 255), of(0, 0))).toThrow(
      'accuracy: labels and predictions hold 254 and 255, and 255 may be a class or unknown: give classes, 255 or 256',
    );
    expect(accuracy(of(254, 255), of(254, 0), 256)).toBe(0.5);
    expect(() => accuracy(of(254, 255), of(254, 0), 255)).toThrow('accuracy: labels[1] is 255');
    const fitted = fitSoftmaxClassifier([1, 2, 3, 4], of(0, 255, 1, 1));
    expect(fitted.classes).toBe(2);
    fitted.dispose();
    expect(() => fitSoftmaxClassifier([1, 2, 3], of(0, 254, 255))).toThrow(
      'fitSoftmaxClassifier: labels hold 254 and 255',
    );
    expect(fitSoftmaxClassifier([1, 2], of(0, 255), { classes: 256 }).classes).toBe(256);
  });

  it('is a class where one lies beyond it, in either list', () => {
    expect(accuracy([255, 1], [255, 999])).toBe(0.5);
  });

  it('is a class of a model that has as many', async () => {
    const classifier = fitSoftmaxClassifier([0, 1], [0, 255], { classes: 300 });
    const { accuracy: share } = await evaluateClassifier(classifier, { x: [1, 1], y: [255, 255] });
    expect(share).toBe(1);
    classifier.dispose();
  });
});

describe('sizes that no plain array holds', () => {
  it.each<[string, () => unknown]>([
    ['confusionMatrix: classes² is 2116000000', () => confusionMatrix([0], [0], 46_000)],
    ['uniformLabelPrior: classes is 1000000000', () => uniformLabelPrior(1e9)],
    ['createM2: classes is 500000000', () => createM2({ inputShape: [2], classes: 5e8 })],
    [
      'fitSoftmaxClassifier: classes × (width + 1) is 2000000000',
      () => fitSoftmaxClassifier([1, 2], [0, 1], { classes: 1e9 }),
    ],
  ])('are refused: %s', (message, call) => {
    expect(call).toThrow(`${message}, needed at most 33554432`);
  });

  it('do not change the bins, of which only those with an example are kept', () => {
    expect(calibration([0.5, 1], [1, 1], { bins: 2e9 }).bins.map(({ count }) => count)).toEqual([1, 1]);
  });
});

describe('confusionMatrix', () => {
  it('has the true class in rows and the predicted one in columns', () => {
    expect(confusionMatrix([0, 1, 1, 1], [0, 1, 0, 0], 2)).toEqual([
      [1, 0],
      [2, 1],
    ]);
    expect(confusionMatrix([2], [0], 3)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [1, 0, 0],
    ]);
  });

  it('sums to the number of examples, has the class counts as row sums and the right ones on its diagonal', () => {
    fc.assert(
      fc.property(pairs, ({ classes, examples }) => {
        const labels = examples.map(([label]) => label);
        const counts = confusionMatrix(
          labels,
          examples.map(([, prediction]) => prediction),
          classes,
        );
        for (const [k, row] of counts.entries()) {
          expect(row.reduce((sum, n) => sum + n, 0)).toBe(labels.filter((label) => label === k).length);
        }
        const diagonal = counts.reduce((sum, row, k) => sum + (row[k] ?? 0), 0);
        expect(diagonal / examples.length).toBe(
          accuracy(
            labels,
            examples.map(([, prediction]) => prediction),
          ),
        );
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it.each([[-1], [2], [0.5], [Number.NaN]])('refuses the label %s of two classes', (label) => {
    expect(() => confusionMatrix([0, label], [0, 0], 2)).toThrow(
      `confusionMatrix: labels[1] is ${label}, needed an integer from 0 to 1`,
    );
    expect(() => confusionMatrix([0, 0], [0, label], 2)).toThrow('confusionMatrix: predictions[1]');
  });
});

describe('calibration', () => {
  it('weights each bin’s gap by the share of examples in it', () => {
    // (0.5, 0.6]: two right of two at 0.6, gap 0.4; (0.8, 0.9]: one right of two at 0.9, gap 0.4.
    const { calibrationError, bins } = calibration([0.9, 0.9, 0.6, 0.6], [true, false, true, true], {
      bins: 10,
    });
    expect(calibrationError).toBeCloseTo(0.4, 12);
    expect(bins.map(({ accuracy: share, count }) => [share, count])).toEqual([
      [1, 2],
      [0.5, 2],
    ]);
    expect(bins.map(({ from, to }) => [from, to])).toEqual([
      [0.5, 0.6],
      [0.8, 0.9],
    ]);
  });

  it('weights bins of different sizes differently', () => {
    // three at 0.8 with two right (gap 0.8 − 2/3), one at 0.3 that is right (gap 0.7)
    const { calibrationError } = calibration([0.8, 0.8, 0.8, 0.3], [1, 1, 0, 1], { bins: 5 });
    expect(calibrationError).toBeCloseTo(0.75 * (0.8 - 2 / 3) + 0.25 * 0.7, 12);
  });

  it('puts a confidence on a border into the lower bin, as Guo et al. define it', () => {
    const { bins } = calibration([0.5, 0.75, 1, 0], [1, 1, 1, 1], { bins: 4 });
    expect(bins.map(({ to, count }) => [to, count])).toEqual([
      [0.25, 1],
      [0.5, 1],
      [0.75, 1],
      [1, 1],
    ]);
  });

  it('puts m/M into bin m for every m and M up to 100, in float64 and in float32', () => {
    for (let bins = 1; bins <= 100; bins++) {
      const ends = Array.from({ length: bins }, (_, m) => (m + 1) / bins);
      for (const confidences of [ends, Float32Array.from(ends)]) {
        const found = calibration(confidences, new Array(bins).fill(true), { bins }).bins;
        expect(
          found.map(({ to, count }) => [to, count]),
          `${bins} bins`,
        ).toEqual(ends.map((end) => [end, 1]));
      }
    }
  });

  it('puts the next number above m/M into bin m + 1, and the next below into bin m', () => {
    const words = new BigInt64Array(1);
    const beside = (value: number, by: bigint): number => {
      const float = new Float64Array(words.buffer);
      float[0] = value;
      words[0] = (words[0] as bigint) + by;
      return float[0] as number;
    };
    for (let bins = 2; bins <= 100; bins++) {
      for (let m = 1; m < bins; m++) {
        const to = [1n, -1n].map((by) => calibration([beside(m / bins, by)], [true], { bins }).bins[0]?.to);
        expect(to).toEqual([(m + 1) / bins, m / bins]);
      }
    }
  });

  it('is zero for a classifier that is sure and right, and one for one that is sure and wrong', () => {
    expect(calibration([1, 1], [1, 1]).calibrationError).toBe(0);
    expect(calibration([1, 1], [0, 0]).calibrationError).toBe(1);
  });

  it('with one bin is the gap between mean confidence and accuracy, and with more no smaller', () => {
    const examples = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), {
      minLength: 1,
    });
    fc.assert(
      fc.property(examples, fc.integer({ min: 2, max: 30 }), (rows, bins) => {
        const confidences = rows.map(([confidence]) => confidence);
        const correct = rows.map(([, right]) => right);
        const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
        const overall = calibration(confidences, correct, { bins: 1 }).calibrationError;
        expect(overall).toBeCloseTo(Math.abs(mean(confidences) - mean(correct.map(Number))), 10);
        const finer = calibration(confidences, correct, { bins });
        expect(finer.calibrationError).toBeGreaterThanOrEqual(overall - 1e-12);
        expect(finer.calibrationError).toBeLessThanOrEqual(1);
        expect(finer.bins.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length);
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it('refuses no example, lists of different lengths and what is not a probability', () => {
    expect(() => calibration([], [])).toThrow('calibration: confidences hold no example');
    expect(() => calibration([0.5], [])).toThrow('calibration: correct holds 0 entries');
    expect(() => calibration([1.5], [1])).toThrow('calibration: confidences[0] is 1.5, needed a probability');
    expect(() => calibration([0.5], [1], { bins: 0 })).toThrow('calibration: bins is 0');
  });
});
