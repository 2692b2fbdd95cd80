/** TensorBoard's event files: an `Event` of TensorFlow's `event.proto` in each record of a TFRecord file. */
import { crc32c } from '../files/crc32';

/** What an event says. */
export type EventContent =
  | { readonly fileVersion: string }
  | { readonly begins: true }
  | { readonly scalars: Readonly<Record<string, number>> };

/** An event. */
export type Event = EventContent & { readonly seconds: number; readonly step: number };

type Bytes = readonly number[];

/** A number below 2⁵³, seven bits to a byte, the lowest first. */
const varint = (value: number): Bytes =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];

const numberOf = (size: 4 | 8, value: number): Bytes => {
  const view = new DataView(new ArrayBuffer(size));
  if (size === 4) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return [...new Uint8Array(view.buffer)];
};

// A field is its number and the kind of its value, then the value: 0 a varint, 1 eight bytes, 2 a length and bytes, 5 four bytes.
const integer = (field: number, value: number): Bytes => [field * 8, ...varint(value)];
const double = (field: number, value: number): Bytes => [field * 8 + 1, ...numberOf(8, value)];
const float = (field: number, value: number): Bytes => [field * 8 + 5, ...numberOf(4, value)];
const message = (field: number, bytes: Bytes): Bytes => [field * 8 + 2, ...varint(bytes.length), ...bytes];
const text = (field: number, value: string): Bytes => message(field, [...new TextEncoder().encode(value)]);

const contentOf = (event: EventContent): Bytes => {
  if ('fileVersion' in event) return text(3, event.fileVersion);
  // SessionLog.START: what a reader knows of this step and later ones is of a run that was interrupted.
  if ('begins' in event) return message(7, integer(1, 1));
  return message(
    5,
    Object.entries(event.scalars).flatMap(([tag, value]) =>
      message(1, [...text(1, tag), ...float(2, value)]),
    ),
  );
};

const word = (value: number): Bytes =>
  [value, value >>> 8, value >>> 16, value >>> 24].map((byte) => byte & 255);

/** The checksum of TFRecord: turned and shifted, as a record may hold others. */
const masked = (bytes: Bytes): Bytes => {
  const crc = crc32c(Uint8Array.from(bytes));
  return word(((crc >>> 15) | (crc << 17)) + 0xa282ead8);
};

/** An event as a record: its length and the event, each with its checksum. */
export function eventRecord(event: Event): Uint8Array {
  // What is 0 is left out.
  const step = event.step === 0 ? [] : integer(2, event.step);
  const data = [...double(1, event.seconds), ...step, ...contentOf(event)];
  const length = [...word(data.length), ...word(0)];
  return Uint8Array.from([...length, ...masked(length), ...data, ...masked(data)]);
}
