/** What the study asks of libsvm-js, which comes without types. */
declare module 'libsvm-js' {
  /** libsvm's C-SVC of an RBF kernel, its memory outside the garbage collector. */
  interface Svm {
    train(samples: readonly (readonly number[])[], labels: readonly number[]): void;
    predict(samples: readonly (readonly number[])[]): number[];
    free(): void;
  }
  interface Libsvm {
    new (options: {
      readonly type: string;
      readonly kernel: string;
      readonly cost: number;
      readonly gamma: number;
      /** MB */
      readonly cacheSize: number;
      /** whether the solver keeps its progress to itself */
      readonly quiet: boolean;
    }): Svm;
    readonly SVM_TYPES: { readonly C_SVC: string };
    readonly KERNEL_TYPES: { readonly RBF: string };
  }
  /** the WebAssembly module, when it is there */
  const libsvm: Promise<Libsvm>;
  export default libsvm;
}
