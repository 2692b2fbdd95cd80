import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDataset } from '../../../src/data/dataset';
import { subset } from '../../../src/data/gather';
import { images } from '../../../src/data/images';
import { splitDataset } from '../../../src/data/split';
import { crc32 } from '../../../src/files/crc32';
import { imageBlocks } from '../../../src/node/blocks/imageBlocks';
import { imageFolder } from '../../../src/node/images/imageFolder';
import { decodePng } from '../../../src/node/images/png';

const noisy = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * i * 37 + 11 * i) % 256);

/** A chunk of a PNG file: length, type, content, checksum. */
const chunk = (type: string, content: ArrayLike<number>): Uint8Array => {
  const body = Uint8Array.from([...Buffer.from(type), ...Array.from(content)]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(content.length);
  bytes.set(body, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
};

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** The header of a file of bytes, 13 × 9 pixels in gray where nothing else is said. */
const headerOf = ({ width = 13, height = 9, depth = 8, color = 0, interlace = 0 } = {}): Uint8Array =>
  chunk('IHDR', [
    0,
    0,
    width >> 8,
    width & 255,
    0,
    0,
    height >> 8,
    height & 255,
    depth,
    color,
    0,
    0,
    interlace,
  ]);

/** A PNG file of these chunks. */
const fileOf = (...chunks: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(Buffer.concat([Uint8Array.from(SIGNATURE), ...chunks]));

const END = chunk('IEND', []);

describe('decodePng', () => {
  it.each([1, 2, 3, 4])('gives the pixels of %i channels that another library wrote', (channels) => {
    const data = noisy(13 * 9 * channels);
    const image = decodePng('test', encode({ data, width: 13, height: 9, channels, depth: 8 }));
    expect(image).toEqual({ data, width: 13, height: 9 });
  });

  it.each([
    [1, [0, 7, 9], [0, 9]],
    [3, [10, 20, 30, 10, 20, 31], [0, 10, 0, 20, 0, 30]],
  ] as const)(
    'makes the color of %i channels clear that the file names as transparent',
    (channels, values, named) => {
      const data = Uint8Array.from(values);
      const png = encode({ data, width: data.length / channels, height: 1, channels, depth: 8 });
      // Behind the signature and the header: two bytes a value.
      const image = decodePng(
        'test',
        Uint8Array.from([...png.subarray(0, 33), ...chunk('tRNS', named), ...png.subarray(33)]),
      );
      const last = data.length / channels - 1;
      const clear = channels === 1 ? last : 0;
      const expected = Array.from({ length: last + 1 }, (_, i) => [
        ...data.subarray(i * channels, (i + 1) * channels),
        i === clear ? 0 : 255,
      ]);
      expect(Array.from(image.data)).toEqual(expected.flat());
    },
  );

  it.each([
    ['four values of 16 bits', 16, 6, 512_000_000],
    ['a palette of one bit, which unpacks to 24', 1, 3, 192_000_000],
  ])('refuses an image of too many bytes, in the file or as pixels, before it unpacks it: %s', (_, ...of) => {
    const [depth, color, bytes] = of;
    const header = headerOf({ width: 8000, height: 8000, depth, color });
    const file = fileOf(header, chunk('PLTE', [1, 2, 3]), chunk('IDAT', deflateSync(noisy(117))), END);
    expect(() => decodePng('test', file)).toThrow(
      `test has 8000 × 8000 pixels of ${depth} bits and color type ${color}, ${bytes} bytes; needed at most 134217728 bytes, or the option decode`,
    );
  });

  it('reads a file of many chunks in a time that grows with their number', () => {
    const png = encode({ data: noisy(117), width: 13, height: 9, channels: 1, depth: 8 });
    const empty = chunk('IDAT', []);
    const file = (count: number): Uint8Array =>
      Buffer.concat([png.subarray(0, 33), ...new Array(count).fill(empty), png.subarray(33)]);
    const millisecondsOf = (count: number): number => {
      const bytes = file(count);
      const start = performance.now();
      decodePng('test', bytes);
      return performance.now() - start;
    };
    millisecondsOf(10);
    // Copying the list at each chunk made the second 65 times as slow as the first, and minutes of a megabyte.
    const [few, many] = [millisecondsOf(10_000), millisecondsOf(80_000)];
    expect(many).toBeLessThan(30 * Math.max(few, 5));
  });

  it('keeps the upper 8 of 16 bits', () => {
    const data = Uint16Array.from(noisy(12), (byte) => byte * 257);
    const image = decodePng('test', encode({ data, width: 4, height: 3, channels: 1, depth: 16 }));
    expect(image.data).toEqual(noisy(12));
  });

  it.each<[string, (png: Uint8Array) => Uint8Array, string]>([
    ['another file', () => noisy(100), 'does not begin as a PNG file'],
    ['half a file', (png) => png.subarray(0, png.length / 2), ''],
    ['an interlaced one', () => fileOf(headerOf({ interlace: 1 }), END), 'is interlaced'],
    ['one without pixels', () => fileOf(headerOf({ width: 0 }), END), 'has 0 × 9 pixels'],
  ])('refuses %s', (_, damage, message) => {
    const png = encode({ data: noisy(117), width: 13, height: 9, channels: 1, depth: 8 });
    expect(() => decodePng('test', damage(png))).toThrow(`test ${message}`);
  });

  /** Two rows of three pixels in four colors of a palette, two bits a pixel. */
  const PALETTE = [1, 2, 3, 40, 50, 60, 70, 80, 90, 100, 110, 120];
  const small = headerOf({ width: 3, height: 2, depth: 2, color: 3 });
  const rows = [0, 0b00011000, 0, 0b11100100];
  const data = chunk('IDAT', deflateSync(Uint8Array.from(rows)));
  const palette = chunk('PLTE', PALETTE);
  const alpha = chunk('tRNS', [9, 8, 7]);
  const whole = fileOf(small, palette, alpha, data, END);

  it.each([
    ['IHDR', 23],
    ['PLTE', 41],
    ['tRNS', 65],
    ['IDAT', 80],
  ])('refuses a file with a changed byte in its chunk %s', (type, at) => {
    expect(decodePng('test', whole)).toMatchObject({ width: 3, height: 2 });
    const damaged = whole.map((byte, i) => (i === at ? byte ^ 1 : byte));
    expect(() => decodePng('test', damaged)).toThrow(
      `test holds a damaged chunk ${type}, needed a PNG file of 1 to 16 bits without interlace`,
    );
  });

  it('passes over what follows the end, and chunks that need not be read', () => {
    const text = chunk('tEXt', [1, 2]).map((byte, i) => (i === 9 ? byte ^ 1 : byte));
    expect(decodePng('test', fileOf(small, text, palette, alpha, data, END, noisy(30)))).toEqual(
      decodePng('test', whole),
    );
  });

  const packed = (bytes: readonly number[]): Uint8Array => chunk('IDAT', deflateSync(Uint8Array.from(bytes)));
  it.each<[string, readonly Uint8Array[], string]>([
    ['a second header', [small, small, palette, data], 'has two chunks IHDR'],
    ['a second palette', [small, palette, palette, data], 'has two chunks PLTE'],
    [
      'a chunk that it must know',
      [small, palette, chunk('CgBI', [1]), data],
      'has a chunk CgBI of another kind',
    ],
    ['a third row', [small, palette, packed([...rows, 0, 1])], 'holds data beyond its last row'],
    [
      'many more rows',
      [small, palette, packed([...rows, ...new Array(5000).fill(0)])],
      'holds data beyond its last row',
    ],
    [
      'bytes behind the packed data',
      [small, palette, data, chunk('IDAT', [1, 2])],
      'holds data beyond its last row',
    ],
    ['too few rows', [small, palette, packed([0, 1])], 'ends in the middle'],
  ])('refuses a file with %s', (_, chunks, message) => {
    expect(() => decodePng('test', fileOf(...chunks, END))).toThrow(`test ${message}, needed a PNG file`);
  });
});

describe('a large image', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ssvae-large-'));
    await mkdir(join(dir, 'wide'));
    const [width, height] = [2_000_000, 1];
    const png = encode({ data: new Uint8Array(width).fill(7), width, height, channels: 1, depth: 8 });
    await writeFile(join(dir, 'wide', 'a.png'), png);
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('is refused by its header where no size is asked for, and is read row by row where one is', async () => {
    await expect(imageFolder(dir)).rejects.toThrow(
      'imageFolder: wide/a.png has 1 × 2000000 pixels, needed at most 4096 a side, or the option size',
    );
    expect(Array.from((await imageFolder(dir, { size: [1, 4] })).x)).toEqual([7, 7, 7, 7]);
  });
});

describe('imageFolder', () => {
  it('refuses options that are none, and no path', async () => {
    for (const options of [new Map([['size', 3]]), Promise.resolve({ size: 3 })])
      await expect(imageFolder('photos', options as never)).rejects.toThrow(
        /^imageFolder: options is (Map|a Promise|Promise)/,
      );
    await expect(imageFolder('')).rejects.toThrow('imageFolder: dir is "", needed the path of a folder');
  });

  let dir = '';
  const write = async (path: string, width = 2): Promise<void> => {
    await mkdir(join(dir, path, '..'), { recursive: true });
    const data = noisy(width * 2).map((byte) => byte ^ path.length);
    await writeFile(join(dir, path), encode({ data, width, height: 2, channels: 1, depth: 8 }));
  };
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ssvae-images-'));
    for (const path of ['dog/b.png', 'cat/deep/one.png', 'cat/2.png', 'unlabeled/x.png']) await write(path);
    await writeFile(join(dir, 'notes.txt'), 'none');
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('takes folders for classes, in the order of their names', async () => {
    const { classNames, y, shape, count } = await imageFolder(dir);
    expect({ classNames, y: Array.from(y), shape, count }).toEqual({
      classNames: ['cat', 'dog'],
      y: [0, 0, 1, 255],
      shape: [2, 2, 1],
      count: 4,
    });
  });

  it('gives the file of each example, in parts of the data set too', async () => {
    const data = await imageFolder(dir);
    const paths = ['cat/2.png', 'cat/deep/one.png', 'dog/b.png', 'unlabeled/x.png'];
    expect(data.paths).toEqual(paths);
    expect(subset(data, [3, 0, 3]).paths).toEqual(['unlabeled/x.png', 'cat/2.png', 'unlabeled/x.png']);
    expect(createDataset({ ...data }).paths).toEqual(paths);
    expect(() => createDataset({ ...data, paths: paths.slice(1) })).toThrow(
      new RangeError('createDataset: paths has 3 entries, needed 4, one for each example'),
    );
    expect(() => splitDataset(data, { seed: 1 })).not.toThrow();
  });

  it('takes a flat folder of images where a model reads them', async () => {
    const { input, classNames } = await imageFolder(dir);
    const flat = join(dir, 'unlabeled');
    const { paths, y, classes, shape } = await imageFolder(flat, { input });
    expect({ paths, y: Array.from(y), classes, shape }).toEqual({
      paths: ['x.png'],
      y: [255],
      classes: 1,
      shape: [2, 2, 1],
    });
    await write('top.png');
    const mixed = await imageFolder(dir, { input, classNames: classNames as string[] });
    expect(mixed.paths).toEqual(['cat/2.png', 'cat/deep/one.png', 'dog/b.png', 'top.png', 'unlabeled/x.png']);
    expect(Array.from(mixed.y)).toEqual([0, 0, 1, 255, 255]);
    await rm(join(dir, 'top.png'));
    await expect(imageFolder(flat)).rejects.toThrow(
      new RangeError(
        'imageFolder: x.png is in no folder of a class, needed one, or the folder unlabeled; for images to predict, input: model.input',
      ),
    );
  });

  it('names a folder that cannot be read', async () => {
    await expect(imageFolder(join(dir, 'none'))).rejects.toThrow(/^imageFolder: .*none cannot be read/);
    await expect(imageFolder(join(dir, 'notes.txt'))).rejects.toThrow(/^imageFolder: .*cannot be read/);
  });

  it('refuses labels beside folders', async () => {
    await expect(imageFolder(dir, { labels: ['a', 'a', 'b', 'b'] } as never)).rejects.toThrow(
      'imageFolder: labels is not an option, needed folders, one a class',
    );
  });

  it('decodes other formats by a function given, and names the file that fails', async () => {
    await writeFile(join(dir, 'dog/c.jpg'), 'no image');
    await expect(imageFolder(dir)).rejects.toThrow(
      'imageFolder: dog/c.jpg is not a PNG file, needed the option decode',
    );
    const one = { data: Uint8Array.of(1, 2), width: 2, height: 1 };
    expect((await imageFolder(dir, { decode: async () => one })).count).toBe(5);
    const fails = imageFolder(dir, {
      decode: (_, path) => {
        if (path.endsWith('jpg')) throw new Error('bad marker');
        return one;
      },
    });
    await expect(fails).rejects.toThrow('imageFolder: decode fails on dog/c.jpg: bad marker');
    await rm(join(dir, 'dog/c.jpg'));
  });

  it('names files of other sizes, of no folder, and a folder without images', async () => {
    await write('dog/wide.png', 3);
    await expect(imageFolder(dir)).rejects.toThrow(
      'imageFolder: dog/wide.png has 2 × 3 pixels and cat/2.png has 2 × 2 pixels, needed one size, or the option size',
    );
    expect((await imageFolder(dir, { size: 4 })).shape).toEqual([4, 4, 1]);
    await rm(join(dir, 'dog/wide.png'));
    await write('top.png');
    await expect(imageFolder(dir)).rejects.toThrow('imageFolder: top.png is in no folder of a class');
    await rm(join(dir, 'top.png'));
    await expect(imageFolder(join(dir, 'cat', 'deep', '..', '..', 'dog', '..', 'unlabeled'))).rejects.toThrow(
      /is in no folder/,
    );
  });

  it('follows links to files and folders, and names those that lead to nothing or in a circle', async () => {
    const root = await mkdtemp(join(tmpdir(), 'ssvae-links-'));
    try {
      const photos = join(root, 'photos');
      await mkdir(photos);
      await symlink(join(dir, 'dog'), join(photos, 'dog'));
      await mkdir(join(photos, 'cat'));
      await symlink(join(dir, 'cat', '2.png'), join(photos, 'cat', 'linked.png'));
      await mkdir(join(photos, 'unlabeled'));
      await symlink(join(dir, 'unlabeled'), join(photos, 'unlabeled', 'more'));
      const whole = await imageFolder(photos);
      expect({ y: Array.from(whole.y), names: whole.classNames, notes: whole.notes }).toEqual({
        y: [0, 1, 255],
        names: ['cat', 'dog'],
        notes: [],
      });
      await symlink(join(root, 'none.png'), join(photos, 'cat', 'gone.png'));
      await symlink('self', join(photos, 'self'));
      await symlink('..', join(photos, 'cat', 'up'));
      const { count, notes } = await imageFolder(photos);
      expect(count).toBe(3);
      expect(notes).toEqual([
        '2 paths are passed over, such as self: they lead to nothing',
        'the path cat/up is passed over: it leads to a folder that is read already',
      ]);
      await rm(join(photos, 'dog'));
      for (const name of ['cat', 'unlabeled']) await rm(join(photos, name), { recursive: true });
      await expect(imageFolder(photos)).rejects.toThrow(
        'holds no image, needed folders of images, one a class; the path self is passed over: it leads to nothing',
      );
    } finally {
      await rm(root, { recursive: true });
    }
  });

  describe('in a folder of its own', () => {
    let root = '';
    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'ssvae-own-'));
    });
    afterEach(() => rm(root, { recursive: true }));
    const image = encode({ data: noisy(4), width: 2, height: 2, channels: 1, depth: 8 });
    const put = async (path: string): Promise<void> => {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), image);
    };
    const labelsOf = async (dir = root): Promise<readonly number[]> => Array.from((await imageFolder(dir)).y);

    it('reads each folder once for each class where 8 folders all link to each other', async () => {
      const names = Array.from({ length: 8 }, (_, i) => `f${i}`);
      for (const name of names) await put(`${name}/1.png`);
      for (const name of names)
        for (const other of names) if (other !== name) await symlink(`../${other}`, join(root, name, other));
      const { y, notes } = await imageFolder(root);
      expect(Array.from(y)).toEqual(names.flatMap((_, label) => new Array(8).fill(label)));
      // Each class has 56 links, of which 7 are followed.
      expect(notes).toEqual([
        '392 paths are passed over, such as f0/f1/f0: they lead to folders that are read already',
      ]);
      expect((await imageBlocks(root)).sizes).toEqual([8]);
    });

    it('reads 20 folders of two links each to the next at once', async () => {
      const names = Array.from({ length: 20 }, (_, i) => `f${i}`);
      for (const [i, name] of names.entries()) {
        await put(`${name}/1.png`);
        for (const link of ['a', 'b']) await symlink(join(root, `f${(i + 1) % 20}`), join(root, name, link));
      }
      const start = performance.now();
      expect((await labelsOf()).length).toBe(400);
      expect((await imageBlocks(root)).sizes).toEqual([20]);
      expect(performance.now() - start).toBeLessThan(10_000);
    });

    it('reads a folder under its own path rather than by a link to it', async () => {
      for (const path of ['cat/z/1.png', 'cat/1.png']) await put(path);
      await symlink('z', join(root, 'cat', 'a'));
      const { notes, y } = await imageFolder(root);
      expect(y.length).toBe(2);
      expect(notes).toEqual(['the path cat/a is passed over: it leads to a folder that is read already']);
    });

    it('passes over folders whose names begin with a dot', async () => {
      for (const path of ['cat/1.png', 'dog/1.png', '.ipynb_checkpoints/1.png', 'cat/.thumbnails/1.png'])
        await put(path);
      await symlink('dog', join(root, '.Trash-1000'));
      const { classNames, y, notes } = await imageFolder(root);
      expect({ classNames, y: Array.from(y), notes }).toEqual({
        classNames: ['cat', 'dog'],
        y: [0, 1],
        notes: [],
      });
      expect((await imageBlocks(root)).sizes).toEqual([2]);
    });

    it('keeps each image in the size asked for, in memory of its own', async () => {
      const paths = ['cat/1.png', 'cat/2.png', 'dog/3.png'];
      for (const path of paths) await put(path);
      const side = 64;
      const [gray, color] = [new Uint8Array(side * side), new Uint8Array(4 * side * side)];
      // Each is written over by the next, as views of a decoder's memory are.
      const decode = (_: Uint8Array, path: string) => {
        const data = path.startsWith('dog') ? color : gray;
        for (let i = 0; i < data.length; i++) data[i] = (Number(path[4]) * i) % 251;
        return { data, width: side, height: side };
      };
      for (const options of [
        {},
        { size: 4 },
        { size: 4, gray: true },
        { size: [4, 2], planar: true },
      ] as const) {
        const read = await imageFolder(root, { ...options, decode });
        const each = paths.map((path) => {
          const { data, ...sides } = decode(new Uint8Array(), path);
          return { data: data.slice(), ...sides };
        });
        const wanted = images(each, options);
        expect(Array.from(read.x)).toEqual(Array.from(wanted.x));
        expect(read.input).toEqual(wanted.input);
      }
    });

    it('says where the folders are parts of a data set', async () => {
      for (const path of ['train/cat/1.png', 'train/dog/2.png', 'val/cat/3.png']) await put(path);
      const { notes } = await imageFolder(root);
      expect(notes).toEqual([
        'the classes are "train", "val", as the parts of a data set are called: read a part alone where its folders are the classes',
      ]);
      expect((await imageFolder(join(root, 'train'))).notes).toEqual([]);
    });

    it('counts files without the name of an image', async () => {
      await put('cat/1.png');
      await mkdir(join(root, 'dog'));
      for (const name of ['1.docx', 'labels.csv']) await writeFile(join(root, 'dog', name), 'x');
      await writeFile(join(root, 'dog', '.DS_Store'), 'x');
      for (const { notes } of [await imageFolder(root), await imageBlocks(root)])
        expect(notes).toEqual(['2 paths are passed over, such as dog/1.docx: they have no names of images']);
      await rm(join(root, 'cat'), { recursive: true });
      await expect(imageFolder(root)).rejects.toThrow(/holds no image.*such as dog\/1.docx/);
    });

    it('counts devices and pipes with the names of images', async () => {
      await put('cat/1.png');
      await symlink('/dev/null', join(root, 'cat', 'null.png'));
      for (const { notes } of [await imageFolder(root), await imageBlocks(root)])
        expect(notes).toEqual(['the path cat/null.png is passed over: it is not a regular file']);
    });

    it('reads the folder that a path meant when it was called', async () => {
      await put('cat/1.png');
      const before = process.cwd();
      process.chdir(root);
      try {
        const found = imageFolder('.');
        process.chdir(before);
        expect((await found).count).toBe(1);
      } finally {
        process.chdir(before);
      }
    });
  });
});
