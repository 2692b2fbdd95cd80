import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { STOCK_BINARY, shareMemory } from '../../src/wasm/stockBinary';

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** One memory of 1 page, at most 2. */
const MEMORY = [5, 4, 1, 1, 1, 2];

const bytes = (...parts: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flat());

const shared = (binary: Uint8Array): Uint8Array => {
  const copy = Uint8Array.from(binary);
  shareMemory(copy, 'its place');
  return copy;
};

const stock = readFile(
  createRequire(import.meta.url).resolve(`@tensorflow/tfjs-backend-wasm/dist/${STOCK_BINARY}`),
);

describe('shareMemory', () => {
  it('changes the one byte that says whose the memory is', () => {
    const small = bytes(HEADER, MEMORY);
    expect(shared(small)).toEqual(bytes(HEADER, [5, 4, 1, 3, 1, 2]));
  });

  it("makes the stock backend's binary a module in shared memory", async () => {
    const binary = await stock;
    const changed = shared(binary);
    expect([...changed.keys()].filter((i) => changed[i] !== binary[i])).toHaveLength(1);
    expect(WebAssembly.validate(changed as Uint8Array<ArrayBuffer>)).toBe(true);
  });

  it.each([
    ['an HTML page', new TextEncoder().encode('<!doctype html><title>Not found</title>')],
    ['nothing', new Uint8Array(0)],
    ['zeros', new Uint8Array(100)],
  ])('refuses %s, naming where it came from', (_, binary) => {
    expect(() => shared(binary)).toThrow('its place is not a WebAssembly module');
  });

  it('refuses a small module cut anywhere', () => {
    const small = bytes(HEADER, MEMORY);
    for (let length = 0; length < small.length; length++)
      expect(() => shared(small.subarray(0, length)), `${length}`).toThrow(
        length < 4 ? 'its place is not a WebAssembly module' : /its place (ends early|has no memory)/,
      );
  });

  it("refuses the stock backend's binary cut within any section, however late", async () => {
    const binary = await stock;
    const lengths = Array.from({ length: 100 }, (_, i) => Math.floor(((i + 0.5) * binary.length) / 100));
    for (const length of [...Array(1700).keys(), ...lengths])
      expect(() => shared(binary.subarray(0, length)), `${length}`).toThrow(/^its place /);
  });

  it.each([
    ['a number that never ends', [5, ...Array(400).fill(0x80)]],
    ['a section longer than any file', [1, ...Array(300).fill(0xff), 1]],
    ['a length in many bytes', [1, ...Array(400).fill(0x80), 0]],
  ])('refuses %s', (_, rest) => {
    expect(() => shared(bytes(HEADER, rest))).toThrow(/^its place (ends early|has no memory)/);
  });

  it.each([
    ['no memory', []],
    ['a memory without a largest size', [5, 3, 1, 0, 1]],
  ])('refuses a module with %s, unchanged', (_, rest) => {
    const module = bytes(HEADER, rest);
    expect(() => shareMemory(module, 'its place')).toThrow('its place has no memory that can be shared');
    expect(module).toEqual(bytes(HEADER, rest));
  });
});
