/**
 * Register words to numbers: one closure per value, compiled once and bound to its bytes, so that a poll decodes without looking anything
 * up. Words stand as they come over the wire, each high byte first (Modbus Application Protocol V1.1b3, 4.2).
 */
import { type Order, type Table, type ValueType, wordsOf } from './device.ts';

/** Registers (or coils) that belong together and must come from one answer. `address` is the wire address. */
export interface Cell {
  table: Table;
  address: number;
  /** Registers, or coils for coil and discrete tables. */
  count: number;
}

export const cellKey = ({ table, address, count }: Cell): string => `${table} ${address} ${count}`;

/** Where a cell's bytes are: byte offset of its first register, or for coils the byte and bit. */
export interface Place {
  view: DataView;
  offset: number;
  bit: number;
}

/** Undefined: the words make no value, such as a BCD digit above 9. */
export type RawReader = () => number | undefined;

export interface RawValue {
  read: RawReader;
  /** The same words as one unsigned number, for sentinels written as in manuals (0xFFFFFFFF). */
  unsigned: () => number;
}

const family = {
  big: 'big', 'word-swapped': 'word-swapped', 'byte-swapped': 'byte-swapped', little: 'little', 'half-swapped': 'half-swapped',
  'half-byte-swapped': 'half-byte-swapped', ABCD: 'big', CDAB: 'word-swapped', BADC: 'byte-swapped', DCBA: 'little',
} as const satisfies Record<Order, string>; // biome-ignore format: a table

export const isBitTable = (table: Table): boolean => table === 'coil' || table === 'discrete';

/** Registers of a value of this type. */
export function wordCount(type: ValueType, length: number | undefined): number {
  return type === 'string' ? (length ?? 1) : wordsOf[type];
}

/** For each byte of the big-endian value, most significant first: its place on the wire. */
export function byteOrder(words: number, order: Order): number[] {
  const bytes = Array.from({ length: words * 2 }, (_, at) => at);
  const wordsReversed = () => Array.from({ length: words }, (_, at) => words - 1 - at).flatMap((word) => [word * 2, word * 2 + 1]);
  const swapBytes = (list: number[]) => list.map((at) => at ^ 1);
  const swapHalves = () => (words === 4 ? [4, 5, 6, 7, 0, 1, 2, 3] : wordsReversed());
  switch (family[order]) {
    case 'big':
      return bytes;
    case 'word-swapped':
      return wordsReversed();
    case 'byte-swapped':
      return swapBytes(bytes);
    case 'little':
      return [...bytes].reverse();
    case 'half-swapped':
      return swapHalves();
    case 'half-byte-swapped':
      return swapBytes(swapHalves());
  }
}

const two32 = 4294967296;

/** 16-bit words of the value, most significant first. */
function wordReaders({ view, offset }: Place, words: number, order: Order): (() => number)[] {
  const at = byteOrder(words, order);
  return Array.from({ length: words }, (_, word) => {
    const high = offset + at[word * 2]!;
    const low = offset + at[word * 2 + 1]!;
    if (low === high + 1) return () => view.getUint16(high);
    if (low === high - 1) return () => view.getUint16(low, true);
    return () => (view.getUint8(high) << 8) | view.getUint8(low);
  });
}

/** Decimal digits in four-bit nibbles; undefined when one is above 9. */
function bcd(word: number): number | undefined {
  const d3 = word >>> 12;
  const d2 = (word >>> 8) & 15;
  const d1 = (word >>> 4) & 15;
  const d0 = word & 15;
  return d3 > 9 || d2 > 9 || d1 > 9 || d0 > 9 ? undefined : d3 * 1000 + d2 * 100 + d1 * 10 + d0;
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const floats = new DataView(new ArrayBuffer(8));

export interface RawForm {
  type: ValueType;
  order: Order;
  bit?: number | undefined;
  mask?: number | undefined;
  high_byte?: boolean | undefined;
}

/**
 * The reader of one value. 64-bit integers above 2^53 become the nearest double, at most 1 part in 9·10^15 away, which is what the store
 * keeps anyway; nothing wraps.
 */
export function rawValue(table: Table, form: RawForm, place: Place): RawValue {
  if (isBitTable(table)) {
    const { view, offset, bit } = place;
    const read = () => (view.getUint8(offset) >>> bit) & 1;
    return { read, unsigned: read };
  }
  const words = wordReaders(place, wordCount(form.type, 1), form.order);
  const [a, b, c, d] = words as [() => number, () => number, () => number, () => number];
  const unsigned = joined(words);
  const reader = (read: RawReader): RawValue => ({ read, unsigned });
  const plainBytes = family[form.order] === 'big';
  const { view, offset } = place;
  switch (form.type) {
    case 'uint8':
      return eightBit(a, form.high_byte, false);
    case 'int8':
      return eightBit(a, form.high_byte, true);
    case 'uint16':
    case 'uint32':
    case 'uint48':
    case 'uint64':
      return reader(unsigned);
    case 'int16':
      return reader(() => (a() << 16) >> 16);
    case 'int32':
      return reader(plainBytes ? () => view.getInt32(offset) : () => (a() << 16) | b());
    case 'int48':
      return reader(() => ((a() << 16) >> 16) * two32 + (b() * 65536 + c()));
    case 'int64':
      return reader(() => ((a() << 16) | b()) * two32 + (c() * 65536 + d()));
    case 'float16':
      return reader(() => half(a()));
    case 'float32':
      if (plainBytes) return reader(() => view.getFloat32(offset));
      return reader(() => {
        floats.setUint16(0, a());
        floats.setUint16(2, b());
        return floats.getFloat32(0);
      });
    case 'float64':
      if (plainBytes) return reader(() => view.getFloat64(offset));
      return reader(() => {
        floats.setUint16(0, a());
        floats.setUint16(2, b());
        floats.setUint16(4, c());
        floats.setUint16(6, d());
        return floats.getFloat64(0);
      });
    case 'bcd16':
    case 'bcd32':
    case 'bcd64':
      return reader(decimal(words, bcd));
    case 'mod10000-32':
    case 'mod10000-48':
    case 'mod10000-64':
      return reader(decimal(words, (word) => (word > 9999 ? undefined : word)));
    case 'signed-mod10000-32':
    case 'signed-mod10000-48':
    case 'signed-mod10000-64':
      return reader(signedGroups(words));
    case 'signed-bcd16':
    case 'signed-bcd32':
    case 'signed-bcd64':
      return reader(signedBcd(words));
    case 'sign-magnitude-16':
      return reader(signMagnitude(() => a() & 0x7fff, a));
    case 'sign-magnitude-32':
      return reader(signMagnitude(() => (a() & 0x7fff) * 65_536 + b(), a));
    case 'decimal32':
      return reader(decimalFloat(a, () => ((((a() & 255) << 16) | b()) << 8) >> 8));
    case 'udecimal32':
      return reader(decimalFloat(a, () => ((a() & 255) << 16) | b()));
    case 'bit': {
      const bit = form.bit ?? 0;
      return reader(() => (a() >>> bit) & 1);
    }
    case 'bits': {
      const mask = form.mask ?? 0xffff;
      const shift = 31 - Math.clz32(mask & -mask);
      return reader(() => (a() & mask) >>> shift);
    }
    case 'string':
      return reader(() => undefined);
  }
}

function eightBit(word: () => number, high: boolean | undefined, signed: boolean): RawValue {
  const unsigned = high ? () => word() >>> 8 : () => word() & 255;
  return { read: signed ? () => (unsigned() << 24) >> 24 : unsigned, unsigned };
}

function joined([a, b, c, d]: (() => number)[]): () => number {
  if (!a) return () => 0;
  if (!b) return a;
  if (!c) return () => a() * 65536 + b();
  if (!d) return () => a() * two32 + (b() * 65536 + c());
  return () => (a() * 65536 + b()) * two32 + (c() * 65536 + d());
}

function decimal(words: (() => number)[], digits: (word: number) => number | undefined): RawReader {
  return () => {
    let value = 0;
    for (const word of words) {
      const four = digits(word());
      if (four === undefined) return undefined;
      value = value * 10_000 + four;
    }
    return value;
  };
}

/** Groups of four digits, each with the sign of the whole; groups of both signs are nobody's number. */
function signedGroups(words: (() => number)[]): RawReader {
  return () => {
    let value = 0;
    let sign = 0;
    for (const word of words) {
      const group = (word() << 16) >> 16;
      if (group > 9_999 || group < -9_999 || (group !== 0 && sign === -Math.sign(group))) return undefined;
      if (group !== 0) sign = Math.sign(group);
      value = value * 10_000 + group;
    }
    return value;
  };
}

function signedBcd([first, ...rest]: (() => number)[]): RawReader {
  const lead = first as () => number;
  const plain = decimal([lead, ...rest], bcd);
  const behindSign = decimal([() => lead() & 0x0fff, ...rest], bcd);
  return () => {
    if (lead() >>> 12 !== 15) return plain();
    const value = behindSign();
    return value === undefined ? undefined : 0 - value;
  };
}

const signMagnitude =
  (magnitude: () => number, lead: () => number): RawReader =>
  () =>
    lead() & 0x8000 ? 0 - magnitude() : magnitude();

/** No meter scales by more than 10^18. */
export const largestExponent = 18;

function decimalFloat(lead: () => number, mantissa: () => number): RawReader {
  return () => {
    const exponent = (lead() << 16) >> 24;
    if (Math.abs(exponent) > largestExponent) return undefined;
    return exponent < 0 ? mantissa() / 10 ** -exponent : mantissa() * 10 ** exponent;
  };
}

/** Text of ASCII registers up to the first NUL, without the blanks that fill it up. */
export function textReader({ view, offset }: Place, words: number, order: Order): () => string {
  const swapped = byteOrder(1, order)[0] === 1;
  return () => {
    let text = '';
    for (let at = 0; at < words * 2; at++) {
      const code = view.getUint8(offset + (swapped ? at ^ 1 : at));
      if (code === 0) break;
      text += code >= 32 && code < 127 ? String.fromCharCode(code) : '?';
    }
    return text.trim();
  };
}
