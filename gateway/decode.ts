/**
 * Words to values, by the facts of a profile. `compilePoint` binds one point to its bytes once; `decodeDevice` does the same for words
 * given one by one (samples, tests). Pure: no time, no I/O.
 */
import { inRange, type QuantityId, quantity } from '../shared/quantity.ts';
import type { BadReason } from '../shared/reading.ts';
import type { ModbusDevice } from '../shared/site.ts';
import type { Order, Point, Profile, Table } from './device.ts';
import { type Cell, isBitTable, largestExponent, type Place, rawValue, textReader, wordCount } from './words.ts';

/** What decoding needs to know of an installed device; a device of the site file has it all. */
export type Wiring = Pick<ModbusDevice, 'only' | 'inputs'> & { attributes?: ModbusDevice['attributes'] };

export type Decode = () => number | BadReason;

/** A point of an installed device: what it is called, which registers it needs. The first cell holds the value itself. */
export interface WiredPoint {
  point: Point;
  /** Quantity, input or text. */
  name: string;
  /** Undefined: a text, or an input with nothing wired to it; shown only. */
  quantity: QuantityId | undefined;
  cells: Cell[];
}

/** Where a cell's bytes will be found. */
export type Locate = (cell: Cell) => Place;

const wire = (profile: Profile, address: number) => address - profile.base;

/** Registers of a point, wire addresses: the value, then what is added, scale and unit registers. */
export function cellsOf(profile: Profile, point: Point): Cell[] {
  const cell = (table: Table, address: number, count: number): Cell => ({ table, address: wire(profile, address), count });
  const cells = [cell(point.table, point.address, isBitTable(point.table) ? 1 : wordCount(point.type, point.length))];
  if (point.add) cells.push(cell(point.table, point.add.address, wordCount(point.add.type, 1)));
  if (point.scale_register) cells.push(cell(point.scale_register.table, point.scale_register.address, 1));
  if (point.unit_register) cells.push(cell(point.unit_register.table, point.unit_register.address, 1));
  return cells;
}

/** All points of the profile as they are installed; `only` and unwired inputs take their quantity away. */
export function wirePoints(profile: Profile, device: Wiring): WiredPoint[] {
  return profile.points.map((point) => {
    const id = point.quantity ?? (point.input === undefined ? undefined : device.inputs?.[point.input]?.quantity);
    return {
      point,
      name: point.quantity ?? point.input ?? point.text ?? '',
      quantity: id !== undefined && device.only && !device.only.includes(id) ? undefined : id,
      cells: cellsOf(profile, point),
    };
  });
}

/** 4-20 mA loops by NAMUR NE 43: outside these the transmitter or its wire is broken. */
const loopFaultMa = { low: 3.6, high: 21 } as const;
/** NE 43 measuring range starts at 3.8 mA: between this and 4 a sound transmitter shows zero with its own error. */
const loopZeroMa = 3.8;

/** The decoder of one point, bound to its bytes. Gives the value in our unit, or why there is none. */
export function compilePoint(profile: Profile, device: Wiring, wired: WiredPoint, locate: Locate): Decode {
  const { point, cells } = wired;
  const order: Order = point.order ?? profile.order;
  const places = cells.map(locate);
  const { read, unsigned } = rawValue(point.table, { ...point, order }, places[0]!);
  let next = 1;
  // The ratio of the transformers counts for the sum of whole part and fraction.
  const ratio = point.add ? ratioOf(point, device) : 1;
  const scaled = scaler(point, point.add ? 1 : ratioOf(point, device));
  const fold = point.fold;
  let value: Decode = () => {
    let raw = read();
    if (raw === undefined) return 'decode';
    if (fold !== undefined && Math.abs(raw) > fold) {
      if (Math.abs(raw) > 2 * fold) return 'decode';
      raw = Math.sign(raw) * 2 * fold - raw;
    }
    return Number.isFinite(raw) ? scaled(raw) : Number.isNaN(raw) ? 'sentinel' : 'decode';
  };
  if (point.sentinels.length > 0) {
    const inner = value;
    const sentinels = point.sentinels;
    value = () => {
      const raw = read();
      return (raw !== undefined && sentinels.includes(raw)) || sentinels.includes(unsigned()) ? 'sentinel' : inner();
    };
  }
  if (point.add) {
    const { type, scale } = point.add;
    const more = rawValue(point.table, { type, order: point.add.order ?? order }, places[next++]!).read;
    value = then(value, (base) => {
      const raw = more();
      return raw === undefined || !Number.isFinite(raw) ? 'decode' : (base + raw * scale) * ratio;
    });
  }
  if (point.scale_register) {
    const { type, high_byte, bias, sign, table } = point.scale_register;
    const power = rawValue(table, { type, high_byte, order: 'big' }, places[next++]!).read;
    value = then(value, (base) => {
      const exponent = sign * ((power() as number) + bias);
      // SunSpec marks an unused scale factor with 0x8000.
      if (Math.abs(exponent) > largestExponent) return 'sentinel';
      return exponent < 0 ? base / 10 ** -exponent : base * 10 ** exponent;
    });
  }
  if (point.unit_register) {
    const { table, factors } = point.unit_register;
    const code = rawValue(table, { type: 'uint16', order: 'big' }, places[next++]!).read;
    const byCode = new Map(Object.entries(factors).map(([key, factor]) => [Number(key), factor]));
    value = then(value, (base) => {
      const factor = byCode.get(code() as number);
      return factor === undefined ? 'decode' : base * factor;
    });
  }
  return checked(point, device, wired.quantity, value);
}

const ratioOf = (point: Point, device: Wiring): number =>
  (point.times ?? []).reduce((product, ratio) => product * (device.attributes?.[ratio] ?? 1), 1);

/** Scale and offset, CT and PT ratio, or the table of states. */
function scaler(point: Point, ratio: number): (raw: number) => number | BadReason {
  if (point.nonzero) return (raw) => (raw === 0 ? 0 : 1);
  if (point.states) {
    const states = new Map(Object.entries(point.states).map(([raw, state]) => [Number(raw), state]));
    return (raw) => states.get(raw) ?? 'decode';
  }
  const { offset } = point;
  const scale = point.scale * ratio;
  // 2301 / 10 is 230.1 but 2301 * 0.1 is 230.10000000000002: divide where the scale is one over a whole number.
  const divisor = Math.round(1 / scale);
  if (scale !== 0 && Math.abs(scale) < 1 && Math.abs(1 / scale - divisor) < 1e-9 * Math.abs(divisor)) {
    return offset === 0 ? (raw) => raw / divisor : (raw) => raw / divisor + offset;
  }
  if (scale === 1) return offset === 0 ? (raw) => raw : (raw) => raw + offset;
  return offset === 0 ? (raw) => raw * scale : (raw) => raw * scale + offset;
}

function then(value: Decode, step: (base: number) => number | BadReason): Decode {
  return () => {
    const base = value();
    return typeof base === 'number' ? step(base) : base;
  };
}

/** Loop current, wiring of the input, and what is physically possible. */
function checked(point: Point, device: Wiring, id: QuantityId | undefined, value: Decode): Decode {
  const isLoop = point.signal === '4-20ma';
  const input = point.input === undefined ? undefined : device.inputs?.[point.input];
  const { low, high } = input ?? {};
  const lowest = id === undefined ? undefined : quantity(id).range[0];
  if (isLoop) {
    value = then(value, (ma) => {
      if (!(ma >= loopFaultMa.low && ma <= loopFaultMa.high)) return 'sensor';
      if (low === undefined || high === undefined) return ma;
      const physical = low + ((ma - 4) / 16) * (high - low);
      return lowest !== undefined && physical < lowest && ma < 4 && ma >= loopZeroMa ? lowest : physical;
    });
  }
  if (input?.invert) value = then(value, (bit) => (bit === 0 ? 1 : 0));
  return id === undefined ? value : then(value, (base) => (inRange(id, base) ? base : 'range'));
}

/** A text point, or a number shown as text. */
export function compileText(profile: Profile, device: Wiring, wired: WiredPoint, locate: Locate): () => string {
  const { point, cells } = wired;
  if (point.type === 'string') return textReader(locate(cells[0]!), cells[0]!.count, point.order ?? profile.order);
  const decode = compilePoint(profile, device, wired, locate);
  return () => String(decode());
}

/** One register (or coil, 0 or 1) at a wire address; undefined when it was not read. */
export type WordSource = (table: Table, address: number) => number | undefined;

export interface Decoded {
  v: Partial<Record<QuantityId, number>>;
  bad: Partial<Record<QuantityId, BadReason>>;
  texts: Record<string, string>;
  /** Inputs of a remote I/O as the module shows them (mA, 0 or 1), wired or not; undefined ones are bad. */
  inputs: Record<string, number | undefined>;
  /** Why an input shows nothing. */
  inputReasons: Record<string, BadReason>;
  /** Words of each point (its value register only) by quantity, input or text name. */
  raw: Record<string, number[]>;
}

/** Bytes of the cell, filled from single words; undefined when one is missing. */
function fillCell(cell: Cell, words: WordSource): Place | undefined {
  const bits = isBitTable(cell.table);
  const view = new DataView(new ArrayBuffer(bits ? 1 : cell.count * 2));
  for (let at = 0; at < cell.count; at++) {
    const word = words(cell.table, cell.address + at);
    if (word === undefined) return undefined;
    if (bits) view.setUint8(0, word & 1);
    else view.setUint16(at * 2, word);
  }
  return { view, offset: 0, bit: 0 };
}

/** Everything that these words say of the device. A quantity whose words are missing is bad with `comm`. */
export function decodeDevice(profile: Profile, device: Wiring, words: WordSource): Decoded {
  const out: Decoded = { v: {}, bad: {}, texts: {}, inputs: {}, inputReasons: {}, raw: {} };
  for (const wired of wirePoints(profile, device)) {
    const { point, quantity: id, cells, name } = wired;
    const places = new Map(cells.map((cell) => [cell, fillCell(cell, words)]));
    if ([...places.values()].includes(undefined)) {
      if (id !== undefined) out.bad[id] = 'comm';
      continue;
    }
    const locate: Locate = (cell) => places.get(cell) as Place;
    const main = cells[0]!;
    out.raw[name] = Array.from({ length: main.count }, (_, at) => words(main.table, main.address + at) as number);
    if (point.text !== undefined) {
      out.texts[name] = compileText(profile, device, wired, locate)();
      continue;
    }
    if (point.input !== undefined) {
      const shown = compilePoint(profile, {}, { ...wired, quantity: undefined }, locate)();
      out.inputs[name] = typeof shown === 'number' ? shown : undefined;
      if (typeof shown !== 'number') out.inputReasons[name] = shown;
    }
    if (id === undefined) continue;
    const value = compilePoint(profile, device, wired, locate)();
    if (typeof value === 'number') out.v[id] = value;
    else out.bad[id] = value;
  }
  return out;
}
