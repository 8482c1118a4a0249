/**
 * What one kind of round reads of one device and how its bytes become values: planned and compiled once, again only when a register turns
 * out not to exist. Devices of one model that are wired alike share plan and decoders; each has its own image of bytes.
 */
import type { QuantityId } from '../shared/quantity.ts';
import type { BadReason } from '../shared/reading.ts';
import { compilePoint, type Decode, type WiredPoint, type Wiring } from './decode.ts';
import type { Profile } from './device.ts';
import { dataBytes, type Request } from './modbus/pdu.ts';
import { covers, needsOf, type PlanLimits, planReads, type Span } from './plan.ts';
import { type Cell, cellKey, isBitTable, type Place } from './words.ts';

/** Of a cell in the round under way. `pending`: the device asks for patience; there is nothing to say of it yet. */
const cellStates = ['ok', 'comm', 'exception', 'pending'] as const;
export type CellState = (typeof cellStates)[number];

export interface ProgramCell {
  cell: Cell;
  index: number;
  place: Place;
}

interface PlannedSpan {
  span: Span;
  request: Request;
  /** Cells that this request covers, by address. */
  cells: readonly ProgramCell[];
  /** Where its data bytes go in the image. */
  offset: number;
}

/** A value whose parts come from several requests, by index in `spans`: the part that runs, and those that stand nearly always. */
export interface SplitValue {
  decoder: number;
  running: number;
  standing: readonly { cell: Cell; span: number }[];
}

interface Compiled {
  spans: readonly PlannedSpan[];
  cellCount: number;
  /** The bytes that the decoders are bound to; lent to one device at a time, for the moment of decoding. */
  bytes: Uint8Array;
  decoders: readonly { id: QuantityId; decode: Decode; cells: readonly number[] }[];
  /** Values that no single request gives. */
  split: readonly SplitValue[];
  quantities: readonly QuantityId[];
  /** A round in which all is well, to be copied: an object that is put together name by name becomes a slow dictionary in V8. */
  allWell: Readonly<Record<string, number>>;
}

/** One request of a round. */
export interface ProgramSpan extends PlannedSpan {
  /** Rounds in a row in which only this request stayed silent, or was refused; and until when it rests because of that (monotonic ms). */
  silentRounds: number;
  exceptionRounds: number;
  restUntil: number;
  /** Read well since this program was made. */
  everOk: boolean;
  /** Not asked in the last round, for the connection closed before. */
  missed: boolean;
}

export interface Collected {
  v: Partial<Record<QuantityId, number>>;
  bad: Partial<Record<QuantityId, BadReason>>;
}

export interface Program {
  spans: readonly ProgramSpan[];
  split: readonly SplitValue[];
  /** Nothing is said of this value in this round, or that it makes none: its parts are of different moments. */
  hold(decoder: number, as: 'pending' | 'decode'): void;
  /** The same for all values that have several parts and one of them here. */
  holdSplit(cells: readonly ProgramCell[]): void;
  /** What a round of this program gives, good or bad. */
  quantities: readonly QuantityId[];
  /** The answer to a planned request. */
  store(span: ProgramSpan, data: Uint8Array): void;
  /** The answer to a read of some of the cells, from another address on than planned. */
  storePart(cells: readonly ProgramCell[], from: Span, data: Uint8Array): void;
  mark(cells: readonly ProgramCell[], state: CellState): void;
  /** Before a round: nothing is known yet. An old value can then never pass as new. */
  reset(): void;
  /** After a round: every value or why there is none. */
  collect(): Collected;
  /** The words of a cell as they came (coils: 0 or 1); null when they did not, undefined when this program does not read it. `span`: which copy. */
  words(cell: Cell, span?: number): number[] | null | undefined;
}

const requests = new WeakMap<Span, Request>();

/** The same object for the same span: what is encoded of it can be kept. */
export function requestOf(span: Span): Request {
  let request = requests.get(span);
  if (!request) {
    const { table, address, count } = span;
    request = { kind: 'registers', table, address, count };
    requests.set(span, request);
  }
  return request;
}

const compiledOf = new WeakMap<Profile, Map<string, Compiled>>();
/** Ways of wiring and of missing registers that are kept of one profile. */
const mostCompiled = 200;

/**
 * The program of one device. Points without a quantity are left out. `alike` names the choice of points and limits: devices of this
 * profile for which it and the wiring agree share the compiled part.
 */
export function openProgram(profile: Profile, device: Wiring, points: readonly WiredPoint[], limits: PlanLimits, alike: string): Program {
  const { only, inputs, attributes } = device;
  const key = JSON.stringify([alike, only, inputs, attributes?.ct_ratio, attributes?.pt_ratio]);
  let known = compiledOf.get(profile);
  if (!known) {
    known = new Map();
    compiledOf.set(profile, known);
  }
  let compiled = known.get(key);
  if (!compiled) {
    if (known.size >= mostCompiled) known.clear();
    compiled = compile(profile, device, points, limits);
    known.set(key, compiled);
  }
  return programOf(compiled);
}

function compile(profile: Profile, device: Wiring, points: readonly WiredPoint[], limits: PlanLimits): Compiled {
  const wanted = points.filter((wired) => wired.quantity !== undefined);
  const planned = planReads(needsOf(wanted, limits), limits);
  const firstWith = (cells: readonly Cell[]) => planned.findIndex((span) => cells.every((cell) => covers(span, cell)));
  // A value comes from one request where one has it all. What it shares with others may so stand in two requests; each has its own.
  const homes = wanted.map(({ cells }) => {
    const home = firstWith(cells);
    return cells.map((cell) => (home >= 0 ? home : firstWith([cell])));
  });
  const sizes = planned.map((span) => dataBytes(requestOf(span)) as number);
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  const cells = new Map<string, ProgramCell>();
  let offset = 0;
  const spans = planned.map((span, index) => {
    const own = new Map(
      wanted.flatMap((wired, at) => wired.cells.filter((_, c) => homes[at]?.[c] === index)).map((cell) => [cellKey(cell), cell]),
    );
    const placed = [...own.values()]
      .sort((a, b) => a.address - b.address)
      .map((cell) => {
        const one: ProgramCell = { cell, index: cells.size, place: placeIn(view, offset, span, cell) };
        cells.set(`${index} ${cellKey(cell)}`, one);
        return one;
      });
    const at = offset;
    offset += sizes[index] as number;
    return { span, request: requestOf(span), cells: placed, offset: at };
  });
  const decoders = wanted.map((wired, at) => {
    const placed = wired.cells.map((cell, c) => cells.get(`${homes[at]?.[c]} ${cellKey(cell)}`) as ProgramCell);
    const decode = compilePoint(profile, device, wired, (cell) => (placed[wired.cells.indexOf(cell)] as ProgramCell).place);
    return { id: wired.quantity as QuantityId, decode, cells: placed.map(({ index }) => index) };
  });
  const split = wanted.flatMap((wired, decoder) => {
    const own = homes[decoder] as number[];
    if (new Set(own).size === 1) return [];
    // The fraction runs; else the number does, and scale and unit stand.
    const running = wired.point.add ? 1 : 0;
    const home = own[running] as number;
    const standing = wired.cells.flatMap((cell, c) => (own[c] === home ? [] : [{ cell, span: own[c] as number }]));
    return [{ decoder, running: home, standing }];
  });
  const quantities = decoders.map(({ id }) => id);
  const allWell = JSON.parse(JSON.stringify(Object.fromEntries(quantities.map((id) => [id, 0.5])))) as Record<string, number>;
  return { spans, cellCount: cells.size, bytes, decoders, split, quantities, allWell };
}

function programOf({ spans, cellCount, bytes, decoders, split, quantities, allWell }: Compiled): Program {
  const held = new Map<number, 'pending' | 'decode'>();
  const image = new Uint8Array(bytes.length);
  /** By cell: index in `cellStates`. */
  const states = new Uint8Array(cellCount).fill(1);
  const mark = (cells: readonly ProgramCell[], state: CellState) => {
    const code = cellStates.indexOf(state);
    for (const { index } of cells) states[index] = code;
  };
  return {
    spans: spans.map((span) => ({ ...span, silentRounds: 0, exceptionRounds: 0, restUntil: 0, everOk: false, missed: false })),
    split,
    quantities,
    mark,
    hold: (decoder, as) => void held.set(decoder, as),
    holdSplit(parts) {
      for (const [at, { cells }] of decoders.entries())
        if (cells.length > 1 && parts.some(({ index }) => cells.includes(index))) held.set(at, 'pending');
    },
    store({ cells, offset }, data) {
      image.set(data, offset);
      mark(cells, 'ok');
    },
    storePart(cells, from, data) {
      for (const one of cells) copyCell(data, from, one, image);
      mark(cells, 'ok');
    },
    reset() {
      // To clear an empty map costs it a new table.
      if (held.size > 0) held.clear();
      states.fill(1);
    },
    collect() {
      bytes.set(image);
      const all: Partial<Record<QuantityId, number>> = { ...allWell };
      const bad: Collected['bad'] = {};
      const without: QuantityId[] = [];
      const isAnyHeld = held.size > 0;
      for (let at = 0; at < decoders.length; at++) {
        const { id, decode, cells } = decoders[at] as (typeof decoders)[number];
        let worst = 0;
        for (const index of cells) worst = Math.max(worst, states[index] as number);
        let value: ReturnType<Decode> | 'pending';
        if (worst === 0) value = isAnyHeld ? (held.get(at) ?? decode()) : decode();
        else value = cellStates[worst] as Exclude<CellState, 'ok'>;
        if (typeof value === 'number') all[id] = value;
        else {
          without.push(id);
          if (value !== 'pending') bad[id] = value;
        }
      }
      if (without.length === 0) return { v: all, bad };
      return { v: Object.fromEntries(Object.entries(all).filter(([id]) => !without.includes(id as QuantityId))), bad };
    },
    words(cell, only) {
      const key = cellKey(cell);
      for (const { cells } of only === undefined ? spans : spans.slice(only, only + 1)) {
        const found = cells.find((one) => cellKey(one.cell) === key);
        if (found) return states[found.index] === 0 ? wordsAt(image, found) : null;
      }
      return undefined;
    },
  };
}

function wordsAt(image: Uint8Array, { cell, place: { offset, bit } }: ProgramCell): number[] {
  if (isBitTable(cell.table)) return [(image[offset]! >> bit) & 1];
  return Array.from({ length: cell.count }, (_, at) => (image[offset + at * 2]! << 8) | image[offset + at * 2 + 1]!);
}

function placeIn(view: DataView, offset: number, span: Span, cell: Cell): Place {
  const at = cell.address - span.address;
  return isBitTable(cell.table) ? { view, offset: offset + (at >> 3), bit: at & 7 } : { view, offset: offset + at * 2, bit: 0 };
}

/** A cell out of an answer that starts elsewhere than the planned one: a part of a read that was refused as a whole. */
function copyCell(data: Uint8Array, from: Span, { cell, place }: ProgramCell, image: Uint8Array): void {
  const at = cell.address - from.address;
  if (isBitTable(cell.table)) {
    const bit = (data[at >> 3]! >> (at & 7)) & 1;
    image[place.offset] = (image[place.offset]! & ~(1 << place.bit)) | (bit << place.bit);
  } else image.set(data.subarray(at * 2, (at + cell.count) * 2), place.offset);
}
