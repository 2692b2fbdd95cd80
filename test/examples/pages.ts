/** The TypeScript blocks of README and docs, as programs that compile. */
import { type Block, docsPages } from '../../scripts/pages';
import * as ssvae from '../../src/index';
import * as node from '../../src/node/index';

/** README and every page of docs. */
export const PAGES: readonly string[] = ['README.md', ...docsPages()];

/** What a block that continues another may name: the variables of the README's program, and those of a user. */
export const PRELUDE = `
import type { Tensor } from '@tensorflow/tfjs-core';
import type * as ssvae from 'ssvae';
export declare const dataset: ssvae.Dataset;
export declare const data: ssvae.Dataset;
export declare const split: ssvae.Split;
/** rows of a table, as a parser gives them */
export declare const rows: Record<string, string>[];
export declare const newRows: Record<string, string>[];
export declare const batches: ssvae.BatchSource;
export declare const model: ssvae.M2;
export declare const options: ssvae.TrainOptions<ssvae.M2>;
export declare const storage: ssvae.Storage;
export declare const canvas: HTMLCanvasElement;
/** inputs of your own, and their classes */
export declare const x: Float32Array;
export declare const y: number[];
export declare const imageBytes: Uint8Array;
export declare const tensor: Tensor;
export declare const nets: ssvae.SemiSupervisedNets;
export declare const likelihood: ssvae.Likelihood;
export declare const prior: ssvae.LatentPrior;
`;

const PRELUDE_NAMES = [...PRELUDE.matchAll(/declare const (\w+)/g)].map(([, name = '']) => name);

/** An import of those names of a module that a block uses. */
const importOf = (module: string, names: readonly string[], code: string): string => {
  const used = names.filter((name) => new RegExp(`(?<![\\w']|(?<!\\.\\.)\\.)${name}\\b`).test(code));
  return used.length === 0 ? '' : `import { ${used.join(', ')} } from '${module}';\n`;
};

/** A block as a module that compiles: one that continues another gets its names from the prelude and the library. */
export const moduleOf = ({ code, complete }: Block): string => {
  if (complete) return `${code}\nexport {};\n`;
  const platform = /indexedDb|wasmPaths/.test(code) ? 'ssvae/browser' : 'ssvae/node';
  const ofPlatform =
    platform === 'ssvae/node' ? Object.keys(node) : ['selectBackend', 'indexedDb', 'indexedDbFolder'];
  return [
    importOf('./prelude', PRELUDE_NAMES, code),
    importOf('ssvae', Object.keys(ssvae), code),
    importOf(platform, ofPlatform, code),
    /\btf\./.test(code) ? "import * as tf from '@tensorflow/tfjs-core';\n" : '',
    `import type { Likelihood, Objective, SemiSupervisedVae } from 'ssvae';\n`,
    `export async function block() {\n${code}}\n`,
  ].join('');
};
