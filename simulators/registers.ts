/**
 * Values into registers, by the same profiles that the gateway reads with. Written from the profile's meaning and not from the gateway's
 * decoder, so that a mistake there is seen. A device answers for the registers around its points; what lies elsewhere does not exist.
 */
import { functionOf, type Order, type Point, type Profile, type Table, tables, type ValueType, wordsOf } from '../gateway/device.ts';
import { type QuantityId, quantities } from '../shared/quantity.ts';
import type { ModbusDevice } from '../shared/site.ts';
import { wordsOfForm } from './number-forms.ts';

/** NaN: the sensor's loop is open. Undefined: the device has no such value. */
export type ValueSource = (quantity: QuantityId) => number | undefined;

export interface RegisterImage {
  /** Puts the values in; to be called before reading when they may have changed. */
  fill(source: ValueSource): void;
  /** Words (or bits) from a wire address; undefined when one of them does not exist. */
  read(table: Table, address: number, count: number): readonly number[] | undefined;
  maxRegisters: number;
}

interface Block {
  from: number;
  words: Uint16Array;
}
type Put = (at: number, word: number) => void;

export const tableOfFunction = new Map<number, Table>(tables.map((table) => [functionOf[table], table]));
const isBits = (table: Table) => table === 'coil' || table === 'discrete';

export function registerImage(profile: Profile, device: Pick<ModbusDevice, 'inputs' | 'attributes'>): RegisterImage {
  const blocks = Object.fromEntries(tables.map((table) => [table, blocksOf(profile, table)])) as Record<Table, Block[]>;
  const place = (table: Table, address: number): Block => {
    const block = blocks[table].find(({ from, words }) => address >= from && address < from + words.length);
    if (!block) throw new Error(`${profile.id}: no block for ${table} ${address}`);
    return block;
  };
  const writers = profile.points.map((point) => {
    const wire = point.address - profile.base;
    const block = place(point.table, wire);
    const put: Put = (at, word) => {
      block.words[wire - block.from + at] = word;
    };
    const extra = (table: Table, address: number, word: number) => {
      const home = place(table, address - profile.base);
      home.words[address - profile.base - home.from] = word & 0xffff;
    };
    return pointWriter(profile, point, device, put, (at) => block.words[wire - block.from + at] ?? 0, extra, place);
  });
  return {
    maxRegisters: profile.max_registers,
    fill(source) {
      for (const write of writers) write(source);
    },
    read(table, address, count) {
      const block = blocks[table].find(({ from, words }) => address >= from && address + count <= from + words.length);
      return block && Array.from(block.words.subarray(address - block.from, address - block.from + count));
    },
  };
}

/** Registers that exist: those of the points and the gaps between them that a read may span. */
function blocksOf(profile: Profile, table: Table): Block[] {
  const spans: [from: number, to: number][] = [];
  for (const point of profile.points) {
    const add = (at: Table, address: number, count: number) => {
      if (at === table) spans.push([address - profile.base, address - profile.base + count - 1]);
    };
    add(point.table, point.address, isBits(point.table) ? 1 : wordCount(point.type, point.length));
    if (point.add) add(point.table, point.add.address, wordCount(point.add.type, 1));
    if (point.scale_register) add(point.scale_register.table, point.scale_register.address, 1);
    if (point.unit_register) add(point.unit_register.table, point.unit_register.address, 1);
  }
  spans.sort((a, b) => a[0] - b[0]);
  const holes = profile.holes
    .filter((hole) => hole.table === table)
    .map((hole) => [hole.from - profile.base, hole.to - profile.base] as const);
  const merged: [number, number][] = [];
  for (const [from, to] of spans) {
    const last = merged.at(-1);
    const gapHasHole = last && holes.some(([a, b]) => a < from && b > last[1]);
    if (last && from - last[1] - 1 <= profile.max_gap && !gapHasHole) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged.map(([from, to]) => ({ from, words: new Uint16Array(to - from + 1) }));
}

const wordCount = (type: ValueType, length: number | undefined) => (type === 'string' ? (length ?? 1) : wordsOf[type]);

/** The code whose factor is 1 where there is one, and one decimal more than whole numbers. */
const exponentRegister = 1;

function pointWriter(
  profile: Profile,
  point: Point,
  device: Pick<ModbusDevice, 'inputs' | 'attributes'>,
  put: Put,
  get: (at: number) => number,
  extra: (table: Table, address: number, word: number) => void,
  place: (table: Table, address: number) => Block,
): (source: ValueSource) => void {
  const order = point.order ?? profile.order;
  if (point.text !== undefined) {
    const text = point.text === 'serial-number' ? 'SIM-0001' : 'SIMULATED';
    return () => putText(text, point.length ?? 1, order, put);
  }
  if (isBits(point.table)) {
    const bitOf = inputValue(point, device);
    return (source) => put(0, bitOf(source) ? 1 : 0);
  }
  const ratio = (point.times ?? []).reduce((product, ratio) => product * (device.attributes[ratio] ?? 1), 1);
  let divisor = point.scale * ratio;
  const { scale_register: power, unit_register: unit, add } = point;
  if (power) divisor *= 10 ** -exponentRegister;
  const unitCode = unit && (Object.entries(unit.factors).find(([, factor]) => factor === 1) ?? Object.entries(unit.factors)[0]);
  if (unitCode) divisor *= unitCode[1];
  const states = point.states && Object.entries(point.states).map(([raw, state]) => [Number(raw), state] as const);
  const valueFor = inputValue(point, device);
  const wraps = point.quantity !== undefined && quantities[point.quantity].kind === 'counter';
  const encode = encoder(point, order, wraps);
  const fraction =
    add &&
    ((): ((rest: number) => void) => {
      const block = place(point.table, add.address - profile.base);
      const at = add.address - profile.base - block.from;
      const write = encoder({ type: add.type }, add.order ?? order, false);
      return (rest) =>
        write(
          rest / add.scale,
          (index, word) => {
            block.words[at + index] = word;
          },
          () => 0,
        );
    })();
  return (source) => {
    if (power) {
      const exponent = (power.sign === -1 ? 1 : -1) * exponentRegister - power.bias;
      // The other byte of the register may be the exponent of another value, the same here: both bytes hold it.
      extra(power.table, power.address, power.type.endsWith('int8') ? (exponent & 255) * 257 : exponent);
    }
    if (unit && unitCode) extra(unit.table, unit.address, Number(unitCode[0]));
    const value = valueFor(source);
    if (value === undefined || Number.isNaN(value)) {
      const sentinel = point.sentinels[0];
      return encode(sentinel ?? (value === undefined ? 0 : Number.NaN), put, get);
    }
    if (states)
      return encode(
        states.find(([raw, state]) => state === value && raw === value)?.[0] ?? states.find(([, state]) => state === value)?.[0] ?? 0,
        put,
        get,
      );
    if (fraction) {
      const shown = value / ratio;
      const whole = Math.trunc(shown);
      fraction(shown - whole);
      return encode((whole * ratio) / divisor, put, get);
    }
    encode((value - point.offset) / divisor, put, get);
  };
}

/** The value before scaling: of the quantity itself, or what the loop of the wired input carries. */
function inputValue(point: Point, device: Pick<ModbusDevice, 'inputs'>): (source: ValueSource) => number | undefined {
  const { quantity } = point;
  if (quantity !== undefined) return (source) => source(quantity);
  const input = point.input === undefined ? undefined : device.inputs?.[point.input];
  if (!input) return () => undefined;
  const { low, high } = input;
  if (point.signal === '4-20ma') {
    return (source) => {
      const value = source(input.quantity);
      // NE 43: a sound transmitter stays within 3.8 and 20.5 mA whatever it measures; an open loop carries nothing
      if (value === undefined || Number.isNaN(value)) return 0;
      if (low === undefined || high === undefined) return value;
      return Math.min(20.5, Math.max(3.8, 4 + ((value - low) / (high - low)) * 16));
    };
  }
  return (source) => {
    const value = source(input.quantity);
    if (value === undefined) return undefined;
    return input.invert ? 1 - value : value;
  };
}

type Encode = (raw: number, put: Put, get: (at: number) => number) => void;
const two16 = 65_536;
const scratch = new DataView(new ArrayBuffer(8));

function encoder(point: Pick<Point, 'type' | 'bit' | 'mask' | 'high_byte'>, order: Order, wraps: boolean): Encode {
  const { type } = point;
  const words = wordCount(type, 1);
  const places = wordPlaces(words, order);
  const write = (at: number, word: number, put: Put) => {
    const { index, swap } = places[at] as { index: number; swap: boolean };
    put(index, swap ? ((word & 0xff) << 8) | (word >>> 8) : word);
  };
  const masked =
    (mask: number, shift: number): Encode =>
    (raw, put, get) => {
      put(0, (get(0) & ~mask) | ((Math.round(raw) << shift) & mask));
    };
  switch (type) {
    case 'bit':
      return (raw, put, get) => masked(1 << (point.bit ?? 0), point.bit ?? 0)(raw ? 1 : 0, put, get);
    case 'bits': {
      const mask = point.mask ?? 0xffff;
      return masked(mask, 31 - Math.clz32(mask & -mask));
    }
    case 'int8':
    case 'uint8':
      return point.high_byte ? masked(0xff00, 8) : masked(0x00ff, 0);
    case 'float16':
      return (raw, put) => {
        scratch.setFloat16(0, raw);
        write(0, scratch.getUint16(0), put);
      };
    case 'float32':
    case 'float64':
      return (raw, put) => {
        if (words === 2) scratch.setFloat32(0, raw);
        else scratch.setFloat64(0, raw);
        for (let at = 0; at < words; at++) write(at, scratch.getUint16(at * 2), put);
      };
    case 'string':
      return () => undefined;
    default: {
      const form = wordsOfForm(type, words);
      if (!form) return integer(type, words, wraps, write);
      return (raw, put) => {
        for (const [at, word] of form(Number.isNaN(raw) ? 0 : raw).entries()) write(at, word, put);
      };
    }
  }
}

function integer(type: ValueType, words: number, wraps: boolean, write: (at: number, word: number, put: Put) => void): Encode {
  const packed = type.startsWith('bcd');
  const base = packed || type.startsWith('mod') ? 10_000 : two16;
  const span = base ** words;
  const signed = type.startsWith('int');
  const [low, high] = signed ? [-span / 2, span / 2 - 1] : [0, span - 1];
  return (raw, put) => {
    let whole = Number.isNaN(raw) ? 0 : Math.round(raw);
    // a counter rolls over like the real one, anything else stays at its end
    if (wraps && whole > high) whole %= signed ? span / 2 : span;
    whole = Math.min(high, Math.max(low, whole));
    // below zero the words come out as two's complement by themselves
    for (let at = words - 1; at >= 0; at--) {
      const digits = whole % base;
      write(at, packed ? Number.parseInt(String(digits), 16) : digits, put);
      whole = Math.floor(whole / base);
    }
  };
}

/** For each word of the big-endian value: which register takes it and whether its bytes change places. */
function wordPlaces(words: number, order: Order): { index: number; swap: boolean }[] {
  const reversed = ['word-swapped', 'CDAB', 'little', 'DCBA'].includes(order);
  const halves = order === 'half-swapped' || order === 'half-byte-swapped';
  const swap = ['byte-swapped', 'BADC', 'little', 'DCBA', 'half-byte-swapped'].includes(order);
  return Array.from({ length: words }, (_, at) => {
    const index = reversed || (halves && words === 2) ? words - 1 - at : halves ? (at + words / 2) % words : at;
    return { index, swap };
  });
}

function putText(text: string, length: number, order: Order, put: Put): void {
  const { swap } = wordPlaces(1, order)[0] as { swap: boolean };
  for (let at = 0; at < length; at++) {
    const high = text.charCodeAt(at * 2) || 0;
    const low = text.charCodeAt(at * 2 + 1) || 0;
    put(at, swap ? (low << 8) | high : (high << 8) | low);
  }
}
