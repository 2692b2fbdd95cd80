/** A line of docs/results/memory.jsonl. */
export interface MemoryLine {
  readonly backend: string;
  /** what the run does */
  readonly kind: string;
  readonly step: number;
  /** tensors alive */
  readonly tensors: number;
  /** their data buffers */
  readonly buffers: number;
  /** bytes of the process, garbage collected */
  readonly rss: number;
  /** bytes of the heap that are in use */
  readonly heapUsed: number;
  /** bytes of array buffers, those of the backend's WebAssembly memory included */
  readonly arrayBuffers: number;
}
