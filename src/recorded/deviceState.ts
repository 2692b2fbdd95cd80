/** Variables that live in a graph, and are copied back to TensorFlow.js when they are read. */
import { engine, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { DataId, NativeBackend, NativeEntry, NativeOutput } from '../host/native/tensorflow';

/** Where the values of the variables are. */
export interface DeviceState {
  /** Names of variables whose values the graph lacks: all at first, later those that were assigned to. */
  stale(): readonly string[];
  /** Handle of a variable's values, for the graph to take. */
  handleOf(name: string): number;
  /** Notes that the graph has the values of these variables too. */
  taken(names: readonly string[]): void;
  /** Frees the values that were read: the graph is about to change them. */
  letGo(): void;
  /** Copies all values back that still live in the graph, which can then be freed. */
  bringBack(): void;
}

/** The place of a variable's values. */
interface Place {
  readonly dataId: DataId;
  /** handle of the values, once they were read */
  id: number;
}

const NONE = -1;

/**
 * Variables by name, and how their values are read from the graph.
 *
 * A variable that the graph has holds an entry of the backend. Its handle is asked for only when an operation or a reading
 * needs the values: then all of them are read at once. Every reader sees the values of the last step, and a step whose
 * values are not read copies none.
 *
 * @param backend whose entries these are
 * @param variables by name
 * @param readAll reads the values of all variables from the graph, in their order
 */
export function createDeviceState(
  backend: NativeBackend,
  variables: Readonly<Record<string, Variable>>,
  readAll: () => readonly NativeOutput[],
): DeviceState {
  const named = Object.entries(variables);
  const places = new Map<string, Place>();
  let isRead = true;

  const bringBack = (): void => {
    if (isRead) return;
    isRead = true;
    for (const [i, { id }] of readAll().entries()) {
      const place = places.get(named[i]?.[0] as string);
      if (place?.id === NONE && backend.tensorMap.has(place.dataId)) place.id = id;
      else backend.binding.deleteTensor(id);
    }
  };

  const settle = (name: string, variable: Variable): void => {
    const place: Place = { dataId: {}, id: NONE };
    const { shape } = variable;
    let isSettling = true;
    const entry: NativeEntry = {
      shape,
      dtype: backend.binding.TF_FLOAT,
      values: null,
      refCount: 1,
      // Asked for by an operation, by a reading, and when the values are freed.
      get id() {
        if (place.id === NONE && !isSettling) bringBack();
        return place.id;
      },
      set id(id) {
        place.id = id;
      },
    };
    backend.tensorMap.set(place.dataId, entry);
    const tensor: Tensor = engine().makeTensorFromTensorInfo({
      dataId: place.dataId,
      shape,
      dtype: 'float32',
    });
    variable.assign(tensor);
    tensor.dispose();
    isSettling = false;
    places.set(name, place);
  };

  return {
    stale: () =>
      named.flatMap(([name, variable]) => (places.get(name)?.dataId === variable.dataId ? [] : [name])),
    handleOf: (name) => backend.getInputTensorIds([variables[name] as Variable])[0] as number,
    taken(names) {
      for (const name of names) settle(name, variables[name] as Variable);
      isRead = false;
    },
    letGo() {
      const kept = named.filter(([name]) => {
        const { dataId } = places.get(name) as Place;
        return backend.tensorMap.get(dataId).refCount > 1;
      });
      // Another tensor holds these values, such as a clone: it keeps them, and the variable gets a new place.
      if (kept.length > 0) bringBack();
      for (const [name, variable] of kept) settle(name, variable);
      for (const place of places.values()) {
        if (place.id !== NONE) backend.binding.deleteTensor(place.id);
        place.id = NONE;
      }
      isRead = false;
    },
    bringBack,
  };
}
