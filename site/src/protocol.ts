/** Messages between the page and its worker. */
import type { DigitsSettings } from './digits/settings';
import type { PlaneSettings } from './plane/settings';

/** Backends that the page offers. */
export type Backend = 'wasm' | 'webgpu';

/** The points of a run, once, before its first frame. */
export interface PlanePoints {
  /** coordinates in turn */
  readonly x: Float32Array;
  /** the classes that training is given, −1 where it gets none */
  readonly given: Int32Array;
  readonly classes: number;
  /** half the side of the square that is drawn */
  readonly reach: number;
}

/** One side of a frame. */
export interface PlaneSide {
  /** q(y|x) on a grid of SIDE × SIDE points, classes fastest */
  readonly field: Float32Array;
  /** on the test points, 0 to 1; absent for points that the reader drew */
  readonly accuracy?: number;
  /** points that the model makes, coordinates in turn, as many of each class; absent for a classifier alone */
  readonly samples?: Float32Array;
}

/** Both sides after a step. */
export interface PlaneFrame {
  readonly step: number;
  readonly steps: number;
  readonly sides: readonly [PlaneSide, PlaneSide];
}

/** The digits after a step. */
export interface DigitsFrame {
  readonly step: number;
  readonly steps: number;
  readonly accuracy: number;
  /** made images, a row for each class, as gray bytes of 28 × 28 */
  readonly grid: Uint8Array;
  /** codes of test digits, two numbers each */
  readonly codes: Float32Array;
  /** the class that the model reads in each of them */
  readonly read: Uint8Array;
}

/** What the model makes of a drawing. */
export interface Reading {
  /** q(y|x) of the ten digits */
  readonly probabilities: Float32Array;
  /** the same handwriting as each of the ten digits, gray bytes of 28 × 28 */
  readonly analogies: Uint8Array;
}

/** A scene that the worker trains. */
export type Scene = 'plane' | 'digits';

/** What the page asks for. `run` numbers the runs of a page: answers of an older one are dropped. */
export type Request =
  | { readonly type: 'start'; readonly backend: Backend; readonly wasmPaths: string }
  | { readonly type: 'snippet'; readonly name: string }
  | { readonly type: 'plane'; readonly run: number; readonly settings: PlaneSettings }
  | { readonly type: 'digits'; readonly run: number; readonly settings: DigitsSettings }
  | { readonly type: 'pause'; readonly paused: boolean }
  | { readonly type: 'stop' }
  | { readonly type: 'read'; readonly pixels: Uint8Array }
  | { readonly type: 'decode'; readonly code: readonly [number, number] }
  | { readonly type: 'save'; readonly scene: Scene }
  | { readonly type: 'open'; readonly scene: Scene; readonly run: number; readonly bytes: Uint8Array };

/** What the worker answers. */
export type Answer =
  | { readonly type: 'printed'; readonly text: string }
  | { readonly type: 'ran'; readonly seconds: number }
  | { readonly type: 'ready'; readonly backend: Backend; readonly description: string }
  | ({ readonly type: 'points'; readonly run: number } & PlanePoints)
  | ({ readonly type: 'planeFrame'; readonly run: number; readonly rate: number } & PlaneFrame)
  | {
      readonly type: 'examples';
      readonly run: number;
      readonly pixels: Uint8Array;
      readonly labels: Uint8Array;
    }
  | ({ readonly type: 'digitsFrame'; readonly run: number; readonly rate: number } & DigitsFrame)
  | {
      readonly type: 'done';
      readonly run: number;
      readonly step: number;
      readonly rate: number;
      readonly tensors: number;
    }
  | ({ readonly type: 'reading' } & Reading)
  | { readonly type: 'decoded'; readonly images: Uint8Array }
  | { readonly type: 'saved'; readonly scene: Scene; readonly bytes: Uint8Array }
  | { readonly type: 'failed'; readonly during: Request['type']; readonly message: string };
