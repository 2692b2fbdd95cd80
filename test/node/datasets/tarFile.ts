/** Writes tar archives, for tests to read. */

interface Member {
  readonly name: string;
  readonly type: string;
  readonly data: Uint8Array;
}

const header = ({ name, type, data }: Member): Uint8Array => {
  const block = new Uint8Array(512);
  const put = (at: number, text: string): void => block.set(new TextEncoder().encode(text), at);
  put(0, name);
  put(100, '0000644\0');
  put(124, `${data.length.toString(8).padStart(11, '0')}\0`);
  put(148, '        ');
  put(156, type);
  put(257, 'ustar\0');
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return block;
};

/** A ustar archive, with its two empty blocks at the end. */
export const tarFile = (members: readonly Member[]): Uint8Array => {
  const parts = members.flatMap((member) => {
    const padded = new Uint8Array(Math.ceil(member.data.length / 512) * 512);
    padded.set(member.data);
    return [header(member), padded];
  });
  return new Uint8Array(Buffer.concat([...parts, new Uint8Array(1024)]));
};
