/** An RBF support vector machine, by libsvm. */
import libsvm from 'libsvm-js';

const SVM = await libsvm;

/** Features in rows, with the class of each. */
export interface Labeled {
  readonly features: readonly (readonly number[])[];
  readonly labels: readonly number[];
}

/** C, and γ of exp(−γ·‖a − b‖²). */
export interface SvmSettings {
  readonly cost: number;
  readonly gamma: number;
}

/** Share of right answers on other examples, by a machine that learns from some. */
export function svmAccuracy(learn: Labeled, test: Labeled, { cost, gamma }: SvmSettings): number {
  const [type, kernel] = [SVM.SVM_TYPES.C_SVC, SVM.KERNEL_TYPES.RBF];
  const svm = new SVM({ type, kernel, cost, gamma, cacheSize: 100, quiet: true });
  try {
    svm.train(learn.features, learn.labels);
    const right = svm.predict(test.features).filter((label, i) => label === test.labels[i]);
    return right.length / test.labels.length;
  } finally {
    svm.free();
  }
}
