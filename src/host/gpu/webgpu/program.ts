/** Programs in WGSL for work that was put off. */
import type { Elementwise } from '../elementwise';
import type { Uniform } from './backend';
import type { Places } from './places';
import type { Input, Reduced, Reduction, Source } from './source';

/** A program and what it is called with. */
export interface Program {
  readonly code: string;
  readonly reads: readonly Source[];
  readonly uniforms: readonly Uniform[];
  readonly workgroups: number;
}

/** What a program writes: the type of the values. */
export type Written = 'f32' | 'i32';

// Drivers may take exp and log for anything at 0, at infinities and at NaN.
const HELPERS = `
fn isnan(x : f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn isinf(x : f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }
fn chosen(condition : bool, a : f32, b : f32) -> f32 { return select(b, a, condition); }
fn exponential(x : f32) -> f32 { return chosen(isnan(x), x, exp(x)); }
fn logarithm(x : f32) -> f32 {
  if (isnan(x) || (isinf(x) && x > 0.0)) { return x; }
  if (x == 0.0) { return -uniforms.infinity; }
  return chosen(x < 0.0, uniforms.nan, log(x));
}`;

/** An operation as a function. */
const functionOf = ({ name, inputs, numbers, value }: Elementwise): string =>
  `fn ssvae_${name}(${[...inputs, ...numbers].map((argument) => `${argument} : f32`).join(', ')}) -> f32 { return ${value}; }`;

/** Values and the statements before them. */
interface Block {
  readonly statements: string;
  readonly values: readonly string[];
}

/** Writes one program. */
class Writer {
  readonly #functions = new Map<string, string>();
  readonly #reads = new Map<Source, { readonly name: string; readonly type: Written }>();
  readonly #uniforms: { readonly name: string; readonly type: Written; readonly value: number }[] = [];
  /** names in the block at hand: of values by source and place, and of places */
  #values = new Map<Source, Map<string, string>>();
  #places = new Map<string, string>();
  #statements: string[] = [];
  #names = 0;

  constructor(private readonly typeOf: (source: Source) => Written) {}

  /** Statements that compute sources at a place, each value once. Names of one block are not known in another. */
  block(sources: readonly Source[], place: string): Block {
    const outside = [this.#values, this.#places, this.#statements] as const;
    this.#values = new Map();
    this.#places = new Map();
    this.#statements = [];
    const values = sources.map((source) => this.#valueOf(source, place));
    const statements = this.#statements.join('\n');
    [this.#values, this.#places, this.#statements] = outside;
    return { statements, values };
  }

  /** The name of a number that differs from call to call. */
  uniform(type: Written, value: number): string {
    const name = `n${this.#uniforms.length}`;
    this.#uniforms.push({ name, type, value });
    return `uniforms.${name}`;
  }

  #valueOf(source: Source, place: string): string {
    const known = this.#values.get(source) ?? new Map<string, string>();
    this.#values.set(source, known);
    const name = known.get(place) ?? this.#compute(source, place);
    known.set(place, name);
    return name;
  }

  #compute(source: Source, place: string): string {
    if (source.number !== undefined) return this.uniform('f32', source.number);
    if (source.work === undefined) return this.#let(`f32(${this.#read(source)}[${place}])`);
    const { task, inputs } = source.work;
    if ('reduction' in task)
      return this.#few(task.reduction, task.reduced, (inputs[0] as Input).source, place);
    const { operation, numbers } = task;
    const values = inputs.map((input) => this.#valueOf(input.source, this.#placeIn(input.places, place)));
    this.#functions.set(operation.name, functionOf(operation));
    const given = numbers.map((value) => this.uniform('f32', value));
    return this.#let(`ssvae_${operation.name}(${[...values, ...given].join(', ')})`);
  }

  /** The value of a reduction at a place. */
  #few({ start, both, isMean }: Reduction, { count, after }: Reduced, source: Source, place: string): string {
    const total = `v${this.#names++}`;
    const [all, next] = [count, after].map((value) => this.uniform('i32', value)) as [string, string];
    const { statements, values } = this.block([source], `${total}_place`);
    this.#statements.push(`
  var ${total} = f32(${start});
  for (var k = 0; k < ${all}; k++) {
    let ${total}_place = (${place} / ${next} * ${all} + k) * ${next} + ${place} % ${next};
    ${statements}
    { let a = ${total}; let b = ${values[0]}; ${total} = ${both}; }
  }`);
    return isMean ? this.#let(`${total} / f32(${all})`) : total;
  }

  #let(expression: string): string {
    const name = `v${this.#names++}`;
    this.#statements.push(`let ${name} = ${expression};`);
    return name;
  }

  #read(source: Source): string {
    const read = this.#reads.get(source) ?? { name: `x${this.#reads.size}`, type: this.typeOf(source) };
    this.#reads.set(source, read);
    return read.name;
  }

  /** The place in an input, at a place of the result. */
  #placeIn(places: Places, place: string): string {
    if (places === undefined) return place;
    if (places.length === 0) return '0';
    const key = `${place}: ${places.map(({ stride, size, step }) => `${stride} ${size} ${step}`).join(', ')}`;
    const shares = (): string =>
      places
        .map(({ stride, size, step }) => {
          const divided = stride === 1 ? place : `${place} / ${this.uniform('i32', stride)}`;
          const within = `(${divided}) % ${this.uniform('i32', size)}`;
          return step === 1 ? within : `${within} * ${this.uniform('i32', step)}`;
        })
        .join(' + ');
    const name = this.#places.get(key) ?? this.#let(shares());
    this.#places.set(key, name);
    return name;
  }

  /**
   * The program.
   *
   * @param written types of the results, named `y0`, `y1`, …
   * @param main its body: `index` counts invocations, `lane` those of the workgroup `part`
   * @param workgroups how many are needed
   * @param lanes invocations of a workgroup
   * @param shared declarations before it
   */
  program(
    written: readonly Written[],
    main: string,
    workgroups: number,
    lanes: number,
    shared = '',
  ): Program {
    const reads = [...this.#reads.values()];
    const buffers = [
      ...written.map((type, i) => `var<storage, read_write> y${i} : array<${type}>;`),
      ...reads.map(({ name, type }) => `var<storage, read> ${name} : array<${type}>;`),
      'var<uniform> uniforms : Uniforms;',
    ];
    // The host puts two numbers of its own first, and two for each buffer.
    const ofHost = ['nan : f32,', 'infinity : f32,'].concat(
      buffers.slice(1).map((_, i) => `shape${i} : i32, stride${i} : i32,`),
    );
    const code = `
struct Uniforms { ${ofHost.join(' ')} ${this.#uniforms.map(({ name, type }) => `${name} : ${type},`).join(' ')} };
${buffers.map((buffer, i) => `@group(0) @binding(${i}) ${buffer}`).join('\n')}
${HELPERS}
${[...this.#functions.values(), shared].join('\n')}
@compute @workgroup_size(${lanes})
fn _start(@builtin(workgroup_id) group : vec3<u32>, @builtin(num_workgroups) groups : vec3<u32>,
          @builtin(local_invocation_index) local : u32) {
  let lane = i32(local);
  let part = i32((group.z * groups.y + group.y) * groups.x + group.x);
  let index = part * ${lanes} + lane;
  ${main}
}`;
    const uniforms = this.#uniforms.map(
      ({ type, value }): Uniform => ({ type: type === 'f32' ? 'float32' : 'int32', data: [value] }),
    );
    return { code, reads: [...this.#reads.keys()], uniforms, workgroups };
  }
}

/** Invocations of a workgroup where each makes one value. */
const LANES = 64;

/**
 * Makes sources, each value by one invocation.
 *
 * @param sources with work
 * @param typeOf of the values of a source
 */
export function elementwiseProgram(sources: readonly Source[], typeOf: (source: Source) => Written): Program {
  const writer = new Writer(typeOf);
  const types = sources.map(typeOf);
  const sizes = sources.map(({ work }) => work?.size ?? 0);
  const blocks = [...new Set(sizes)].map((size) => {
    const places = [...sources.keys()].filter((i) => sizes[i] === size);
    const { statements, values } = writer.block(
      places.map((i) => sources[i] as Source),
      'index',
    );
    const set = places.map((i, at) => `y${i}[index] = ${types[i]}(${values[at]});`).join(' ');
    return `if (index < ${writer.uniform('i32', size)}) {\n${statements}\n${set} }`;
  });
  return writer.program(types, blocks.join('\n'), Math.ceil(Math.max(...sizes) / LANES), LANES);
}

/** Combines what the invocations of a workgroup found in `total`. */
const combined = (lanes: number): string => `
  parts[lane] = total;
  workgroupBarrier();
  for (var width = ${lanes / 2}; width > 0; width = width / 2) {
    if (lane < width) { parts[lane] = combine(parts[lane], parts[lane + width]); }
    workgroupBarrier();
  }`;

const sharedOf = ({ both }: Reduction, lanes: number): string => `
var<workgroup> parts : array<f32, ${lanes}>;
fn combine(a : f32, b : f32) -> f32 { return ${both}; }`;

/** Invocations of a workgroup that reduces so many values. */
const lanesFor = (count: number): number => (count > 1024 ? 256 : 64);

/** Reduces a source, a workgroup for each result. */
export function reductionProgram(
  source: Source,
  reduction: Reduction,
  { before, count, after }: Reduced,
  typeOf: (source: Source) => Written,
): Program {
  const writer = new Writer(typeOf);
  const lanes = lanesFor(count);
  const { statements, values } = writer.block([source], 'place');
  const [size, all, next] = [before * after, count, after].map((value) => writer.uniform('i32', value));
  const main = `
  var total = f32(${reduction.start});
  if (part < ${size}) {
    let first = part / ${next} * ${all} * ${next} + part % ${next};
    for (var k = lane; k < ${all}; k = k + ${lanes}) {
      let place = first + k * ${next};
      ${statements}
      total = combine(total, ${values[0]});
    }
  }
  ${combined(lanes)}
  if (lane == 0 && part < ${size}) { y0[part] = parts[0]${reduction.isMean ? ` / f32(${all})` : ''}; }`;
  return writer.program(['f32'], main, before * after, lanes, sharedOf(reduction, lanes));
}

/**
 * Sums all values of all sources, in as many parts as there are workgroups.
 *
 * @param sources with their sizes
 * @param parts how many sums there shall be
 */
export function sumProgram(
  sources: readonly { readonly source: Source; readonly size: number }[],
  sum: Reduction,
  parts: number,
  typeOf: (source: Source) => Written,
): Program {
  const writer = new Writer(typeOf);
  const lanes = lanesFor(sources.reduce((most, { size }) => Math.max(most, size), 0));
  const stride = writer.uniform('i32', parts * lanes);
  const loops = sources.map(({ source, size }) => {
    const { statements, values } = writer.block([source], 'place');
    return `
  for (var place = index; place < ${writer.uniform('i32', size)}; place = place + ${stride}) {
    ${statements}
    total = combine(total, ${values[0]});
  }`;
  });
  const main = `
  var total = 0.0;
  ${loops.join('\n')}
  ${combined(lanes)}
  if (lane == 0) { y0[part] = parts[0]; }`;
  return writer.program(['f32'], main, parts, lanes, sharedOf(sum, lanes));
}
