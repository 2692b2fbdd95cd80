/** How raw numbers become x, as nodes of ONNX. */
import { type Column, type ColumnsInput, placesOf } from '../core/inputs/columns';
import type { InputSpec } from '../core/inputs/registry';
import type { VectorsInput } from '../core/inputs/vectors';
import type { Graph, Value } from './graph';

/** Raw inputs that are numbers: what the input is called, how wide it is, and x of it. */
export interface RawInput {
  readonly name: 'vectors' | 'columns';
  readonly width: number;
  read(graph: Graph, raw: Value): Value;
}

const vectorsOf = ({ mean, sd }: VectorsInput): RawInput => ({
  name: 'vectors',
  width: mean.length,
  read(graph, raw) {
    const kept = sd.flatMap((one, d) => (one > 0 ? [d] : []));
    const shape = [kept.length];
    const pick = (key: string, list: readonly number[]): string =>
      graph.constant(
        `input_${key}`,
        Float32Array.from(kept, (d) => list[d] as number),
      );
    const given = graph.node(
      'Gather',
      'input_kept',
      [raw, graph.constant('input_places', kept)],
      { shape },
      { axis: 1 },
    );
    const centered = graph.node('Sub', 'input_centered', [given, pick('mean', mean)], { shape });
    return graph.node('Div', 'input_x', [centered, pick('sd', sd)], { shape });
  },
});

/** One place of x: which column it is of, and how its value comes of a cell. */
interface Place {
  readonly column: number;
  readonly mean: number;
  readonly sd: number;
  /** the index of a level that it is 1 for; −1 where the value is a number */
  readonly level: number;
  /** what a missing cell has */
  readonly missing: number;
  readonly isMask: boolean;
}

const placesIn = (column: Column, i: number): readonly Place[] => {
  const plain: Place = { column: i, mean: 0, sd: 1, level: -1, missing: 0, isMask: false };
  if (column.type === 'levels') return column.levels.map((_, level) => ({ ...plain, level }));
  if (column.type === 'number') return [{ ...plain, mean: column.mean, sd: column.sd }];
  return [{ ...plain, missing: column.masked ? 0 : Math.round(column.mean) }];
};

const columnsOf = ({ columns }: ColumnsInput): RawInput => ({
  name: 'columns',
  width: columns.length,
  read(graph, raw) {
    const masks = placesOf(columns).places.flatMap(({ mask }, column) =>
      mask === undefined ? [] : [{ column, mean: 0, sd: 1, level: -1, missing: 0, isMask: true }],
    );
    const all = [...columns.flatMap(placesIn), ...masks];
    const made = { shape: [all.length] };
    const list = (key: string, of: (place: Place) => number): string =>
      graph.constant(`input_${key}`, Float32Array.from(all, of));
    const places = graph.constant('input_places', all.map(({ column }) => column)); // biome-ignore format: one line
    const cells = graph.node('Gather', 'input_cells', [raw, places], made, { axis: 1 });
    const isMissing = graph.node('IsNaN', 'input_missing', [cells], made);
    const centered = graph.node('Sub', 'input_centered', [cells, list('mean', ({ mean }) => mean)], made);
    const numbers = graph.node('Div', 'input_numbers', [centered, list('sd', ({ sd }) => sd)], made);
    const isLevel = graph.node('Equal', 'input_isLevel', [cells, list('level', ({ level }) => level)], made);
    const levels = graph.node('Cast', 'input_levels', [isLevel], made, { to: 1 });
    const takes = (key: string, is: (place: Place) => boolean): Value =>
      graph.node(
        'Greater',
        `input_${key}`,
        [list(`${key}Flags`, (place) => Number(is(place))), graph.number(0.5)],
        made,
      );
    const values = graph.node(
      'Where',
      'input_values',
      [takes('ofLevel', ({ level }) => level >= 0), levels, numbers],
      made,
    );
    const known = graph.node(
      'Where',
      'input_known',
      [takes('ofMask', ({ isMask }) => isMask), graph.number(1), values],
      made,
    );
    return graph.node('Where', 'input_x', [isMissing, list('absent', ({ missing }) => missing), known], made);
  },
});

/** What a model reads raw, where it is numbers. */
export function rawInputOf(input: InputSpec | undefined): RawInput | undefined {
  if (input?.kind === 'vectors') return vectorsOf(input);
  return input?.kind === 'columns' ? columnsOf(input) : undefined;
}
