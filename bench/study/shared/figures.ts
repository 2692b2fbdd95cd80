/** Figures of the study: how M2 and the Optimized-ELBO train at 100 labels of MNIST, epoch by epoch. */
import { figures } from 'ssvae';
import { linesOf } from '../../lines';
import type { Result } from './results';

/** The figure of a run after an epoch; runs of other seeds share epochs. */
interface Row {
  readonly epoch: number;
  readonly value: number;
}

const COMPARED = { M2: 'm2-conv', 'Optimized-ELBO': 'optimized-elbo-conv' } as const;

/** A curve of both methods, all seeds; nothing before there are runs of both. */
async function seriesOf(
  curve: string,
  epochs = Number.POSITIVE_INFINITY,
): Promise<Readonly<Record<string, readonly Row[]>> | undefined> {
  const lines = (await linesOf<Result>('accuracy-mnist')).filter(({ labels }) => labels === 100);
  const series = Object.entries(COMPARED).map(([title, name]): [string, Row[]] => [
    title,
    lines
      .filter((line) => line.case === name)
      .flatMap(({ curves }) =>
        (curves?.[curve] ?? []).slice(0, epochs).map((value, epoch) => ({ epoch, value })),
      ),
  ]);
  return series.every(([, rows]) => rows.length > 0) ? Object.fromEntries(series) : undefined;
}

const value = (row: Row): number => row.value;

const curves =
  (curve: string, quantity: string, unit: string, epochs?: number) =>
  async (): Promise<figures.VegaLiteSpec | undefined> => {
    const series = await seriesOf(curve, epochs);
    return series && figures.learningCurves(series, { value, quantity, unit });
  };

/** The figures by name. */
export const studyFigures: Readonly<Record<string, () => Promise<figures.VegaLiteSpec | undefined>>> = {
  async 'mnist-entropy'() {
    const series = await seriesOf('validation.entropy');
    return series && figures.entropyByEpoch(series, { value, classes: 10 });
  },
  'mnist-labelled-bound': curves('labeled.elbo', 'Labelled bound', 'nats', 30),
  'mnist-unlabelled-bound': curves('unlabeled.elbo', 'Bound of unlabelled images', 'nats'),
  'mnist-mutual-information': curves('validation.mutualInformation', 'Mutual information', 'nats'),
  async 'mnist-kingma'() {
    const rows = (await linesOf<Result>('kingma-mnist')).flatMap(({ validationCurve }) =>
      validationCurve.map((value, epoch) => ({ epoch, value })),
    );
    const reference = { value: 0.8803, label: 'Kingma 2014' };
    return figures.learningCurves(
      { 'M2, MLP': rows },
      { value, quantity: 'Accuracy on held-out examples', unit: '%', reference },
    );
  },
  'mnist-calibration': curves('validation.calibrationError', 'Expected calibration error', '%'),
};
