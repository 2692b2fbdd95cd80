/** What turns raw inputs into numbers: the contract of its kinds. A model keeps the specification, and `predict` reads by it. */

/** The specification of one kind of raw input: plain JSON, so that a model keeps it and its file has it. */
export interface InputKind<Spec extends { readonly kind: string }> {
  /** the specification in a file; throws a RangeError naming the first entry that is not what it must be */
  parse(where: string, spec: unknown): Spec;
  /** shape of one example */
  shapeOf(spec: Spec): readonly number[];
}

/** Numbers of examples, one after another. */
export interface ReadInputs {
  /** count × prod(shape) values */
  readonly x: Uint8Array | Float32Array;
  /** number of examples */
  readonly count: number;
}

/** How raw input of one kind is read. */
export interface InputReader<Spec extends { readonly kind: string }> {
  /** what raw input is, in words, for messages */
  readonly needed: string;
  /** whether a value looks like raw input of this kind; `read` checks what it holds */
  isRaw(value: unknown, spec: Spec): boolean;
  /** what a list of bare numbers must be instead, where they are not what `read` makes of raw input; absent where nothing shows it */
  refusal?(values: ArrayLike<number>, spec: Spec): string | undefined;
  /** the numbers; throws a TypeError or RangeError naming the first value that it cannot read */
  read(where: string, name: string, spec: Spec, raw: unknown): ReadInputs;
}
