/**
 * What one kind of round reads of one device and how its bytes become values: planned and compiled once, again only when a register turns
 * out not to exist. Devices of one model that are wired alike share plan and decoders; each has its own image of bytes.
 */
import type { QuantityId } from '../shared/quantity.ts';
import type { BadReason } from '../shared/reading.ts';
import { compilePoint, type Decode, type WiredPoint, type Wiring } from './decode.ts';
import type { Profile } from './device.ts';
import { dataBytes, type Request } from './modbus/pdu.ts';
import { type PlanLimits, planReads, type Span } from './plan.ts';
import { type Cell, isBitTable, type Place } from './words.ts';

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

interface Compiled {
  spans: readonly PlannedSpan[];
  cellCount: number;
  /** The bytes that the decoders are bound to; lent to one device at a time, for the moment of decoding. */
  bytes: Uint8Array;
  decoders: readonly { id: QuantityId; decode: Decode; cells: readonly number[] }[];
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
  /** The words of a cell as they came (coils: 0 or 1); null when they did not, undefined when this program does not read it. */
  words(cell: Cell): number[] | null | undefined;
}

const keyOf = ({ table, address, count }: Cell) => `${table} ${address} ${count}`;

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
  const unique = [...new Map(wanted.flatMap(({ cells }) => cells).map((cell) => [keyOf(cell), cell])).values()];
  const planned = planReads(unique, limits);
  const sizes = planned.map((span) => dataBytes(requestOf(span)) as number);
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  const cells = new Map<string, ProgramCell>();
  let offset = 0;
  const spans = planned.map((span, index) => {
    // A cell that two requests cover belongs to the first; it must not be good because of one and old because of the other.
    const own = unique.filter((cell) => inside(cell, span) && !cells.has(keyOf(cell))).sort((a, b) => a.address - b.address);
    const placed = own.map((cell) => {
      const one: ProgramCell = { cell, index: cells.size, place: placeIn(view, offset, span, cell) };
      cells.set(keyOf(cell), one);
      return one;
    });
    const at = offset;
    offset += sizes[index] as number;
    return { span, request: requestOf(span), cells: placed, offset: at };
  });
  const cellOf = (cell: Cell) => cells.get(keyOf(cell)) as ProgramCell;
  const decoders = wanted.map((wired) => ({
    id: wired.quantity as QuantityId,
    decode: compilePoint(profile, device, wired, (cell) => cellOf(cell).place),
    cells: wired.cells.map((cell) => cellOf(cell).index),
  }));
  const quantities = decoders.map(({ id }) => id);
  const allWell = JSON.parse(JSON.stringify(Object.fromEntries(quantities.map((id) => [id, 0.5])))) as Record<string, number>;
  return { spans, cellCount: cells.size, bytes, decoders, quantities, allWell };
}

function programOf({ spans, cellCount, bytes, decoders, quantities, allWell }: Compiled): Program {
  const image = new Uint8Array(bytes.length);
  /** By cell: index in `cellStates`. */
  const states = new Uint8Array(cellCount).fill(1);
  const mark = (cells: readonly ProgramCell[], state: CellState) => {
    const code = cellStates.indexOf(state);
    for (const { index } of cells) states[index] = code;
  };
  return {
    spans: spans.map((span) => ({ ...span, silentRounds: 0, exceptionRounds: 0, restUntil: 0, everOk: false, missed: false })),
    quantities,
    mark,
    store({ cells, offset }, data) {
      image.set(data, offset);
      mark(cells, 'ok');
    },
    storePart(cells, from, data) {
      for (const one of cells) copyCell(data, from, one, image);
      mark(cells, 'ok');
    },
    reset() {
      states.fill(1);
    },
    collect() {
      bytes.set(image);
      const all: Partial<Record<QuantityId, number>> = { ...allWell };
      const bad: Collected['bad'] = {};
      const without: QuantityId[] = [];
      for (const { id, decode, cells } of decoders) {
        let worst = 0;
        for (const index of cells) worst = Math.max(worst, states[index] as number);
        const state = cellStates[worst] as CellState;
        const value = state === 'ok' ? decode() : state;
        if (typeof value === 'number') all[id] = value;
        else {
          without.push(id);
          if (value !== 'pending') bad[id] = value;
        }
      }
      if (without.length === 0) return { v: all, bad };
      return { v: Object.fromEntries(Object.entries(all).filter(([id]) => !without.includes(id as QuantityId))), bad };
    },
    words(cell) {
      const key = keyOf(cell);
      for (const { cells } of spans) {
        const found = cells.find((one) => keyOf(one.cell) === key);
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

const inside = (cell: Cell, span: Span): boolean =>
  cell.table === span.table && cell.address >= span.address && cell.address + cell.count <= span.address + span.count;

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
