/**
 * What one kind of round reads of one device and how its bytes become values: planned and compiled once, again only when a register turns
 * out not to exist. All answers of a round land in one image; the decoders are bound to their places in it.
 */
import type { QuantityId } from '../shared/quantity.ts';
import type { BadReason } from '../shared/reading.ts';
import { compilePoint, type Decode, type WiredPoint, type Wiring } from './decode.ts';
import type { Profile } from './device.ts';
import { dataBytes, type Request } from './modbus/pdu.ts';
import { type PlanLimits, planReads, type Span } from './plan.ts';
import { type Cell, isBitTable, type Place } from './words.ts';

export type CellState = 'ok' | 'comm' | 'exception';

/** One request of a round. */
export interface ProgramSpan {
  span: Span;
  request: Request;
  /** Cells that this request covers, by address. */
  cells: ProgramCell[];
  /** Where its data bytes go in the image. */
  offset: number;
  /** Rounds in a row in which only this request stayed silent, or was refused; and until when it rests because of that (monotonic ms). */
  silentRounds: number;
  exceptionRounds: number;
  restUntil: number;
}

export interface ProgramCell {
  cell: Cell;
  state: CellState;
  place: Place;
}

export interface Program {
  spans: ProgramSpan[];
  /** What a round of this program gives, good or bad. */
  quantities: QuantityId[];
  /** The answer to a planned request. */
  store(span: ProgramSpan, data: Uint8Array): void;
  /** The answer to a read of some of the cells, from another address on than planned. */
  storePart(cells: readonly ProgramCell[], from: Span, data: Uint8Array): void;
  /** Before a round: nothing is known yet. An old value can then never pass as new. */
  reset(): void;
  /** After a round: every value or why there is none. */
  collect(v: Partial<Record<QuantityId, number>>, bad: Partial<Record<QuantityId, BadReason>>): void;
}

const keyOf = ({ table, address, count }: Cell) => `${table} ${address} ${count}`;

export const requestOf = ({ table, address, count }: Span): Request => ({ kind: 'registers', table, address, count });

/** Points to requests and decoders. Points without a quantity are left out. */
export function buildProgram(profile: Profile, device: Wiring, points: readonly WiredPoint[], limits: PlanLimits): Program {
  const cells = new Map<string, ProgramCell>();
  const wanted = points.filter((wired) => wired.quantity !== undefined);
  for (const cell of wanted.flatMap((wired) => wired.cells)) {
    // The place is filled in below, when the spans are known.
    cells.set(keyOf(cell), { cell, state: 'comm', place: { view: new DataView(new ArrayBuffer(0)), offset: 0, bit: 0 } });
  }
  const all = [...cells.values()].sort((a, b) => a.cell.address - b.cell.address);
  const spans: ProgramSpan[] = [];
  let size = 0;
  const placed = new Set<ProgramCell>();
  for (const span of planReads(
    all.map(({ cell }) => cell),
    limits,
  )) {
    const request = requestOf(span);
    const covered = all.filter(({ cell }) => inside(cell, span));
    // A cell that two spans cover belongs to the first; it must not be good because of one and old because of the other.
    const own = covered.filter((one) => !placed.has(one));
    for (const one of own) placed.add(one);
    spans.push({ span, request, cells: own, offset: size, silentRounds: 0, exceptionRounds: 0, restUntil: 0 });
    size += dataBytes(request) as number;
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (const { span, cells: own, offset } of spans) {
    for (const one of own) one.place = placeIn(view, offset, span, one.cell);
  }
  const decoders = wanted.map((wired) => {
    const own = wired.cells.map((cell) => cells.get(keyOf(cell)) as ProgramCell);
    const decode: Decode = compilePoint(profile, device, wired, (cell) => (cells.get(keyOf(cell)) as ProgramCell).place);
    return { id: wired.quantity as QuantityId, decode, own, first: own[0] as ProgramCell, single: own.length === 1 };
  });
  const stateOf = (own: readonly ProgramCell[]): CellState => own.find((cell) => cell.state !== 'ok')?.state ?? 'ok';

  return {
    spans,
    quantities: decoders.map(({ id }) => id),
    store({ cells: own, offset }, data) {
      bytes.set(data, offset);
      for (const one of own) one.state = 'ok';
    },
    storePart(own, from, data) {
      for (const one of own) {
        copyCell(data, from, one, bytes);
        one.state = 'ok';
      }
    },
    reset() {
      for (const { cells: own } of spans) for (const one of own) one.state = 'comm';
    },
    collect(v, bad) {
      for (const { id, decode, own, first, single } of decoders) {
        const state = single ? first.state : stateOf(own);
        if (state !== 'ok') {
          bad[id] = state;
          continue;
        }
        const value = decode();
        if (typeof value === 'number') v[id] = value;
        else bad[id] = value;
      }
    },
  };
}

export const inside = (cell: Cell, span: Span): boolean =>
  cell.table === span.table && cell.address >= span.address && cell.address + cell.count <= span.address + span.count;

function placeIn(view: DataView, offset: number, span: Span, cell: Cell): Place {
  const at = cell.address - span.address;
  return isBitTable(cell.table) ? { view, offset: offset + (at >> 3), bit: at & 7 } : { view, offset: offset + at * 2, bit: 0 };
}

/** A cell out of an answer that starts elsewhere than the planned one (found by bisection, or a read in two parts). */
function copyCell(data: Uint8Array, from: Span, { cell, place }: ProgramCell, bytes: Uint8Array): void {
  const at = cell.address - from.address;
  if (isBitTable(cell.table)) {
    const bit = (data[at >> 3]! >> (at & 7)) & 1;
    bytes[place.offset] = (bytes[place.offset]! & ~(1 << place.bit)) | (bit << place.bit);
  } else bytes.set(data.subarray(at * 2, (at + cell.count) * 2), place.offset);
}
