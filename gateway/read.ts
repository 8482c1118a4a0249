/** `plantroom read`: what the devices say right now, decoded and raw, for the person at the cabinet. Needs no broker and no other role. */

import type { Deps } from '../shared/deps.ts';
import { Fault, isFault, reasonOf } from '../shared/errors.ts';
import { quantity } from '../shared/quantity.ts';
import type { BadReason, Quality } from '../shared/reading.ts';
import { devicesOf, isModbusDevice, type ModbusBus, type ModbusDevice } from '../shared/site.ts';
import type { LoadedSite } from '../shared/site-file.ts';
import { profilesOf } from './check.ts';
import { decodeDevice, wirePoints } from './decode.ts';
import type { Profile, Table } from './device.ts';
import { exceptionCode, exceptionOf, isFromGateway } from './modbus/exceptions.ts';
import type { Link } from './modbus/link.ts';
import { openLink } from './modbus/open-link.ts';
import { limitsOf, longEnough, needsOf, planReads, type Span } from './plan.ts';
import { requestOf } from './program.ts';
import { type Refusal, refusalLines } from './read-refusals.ts';
import { isBitTable } from './words.ts';

export interface ReadOptions {
  device?: string | undefined;
  once: boolean;
  json: boolean;
}

/** One value as `--json` prints it. `quantity` is the name of the input or text for points that are none. */
export interface ReadLine {
  device: string;
  quantity: string;
  value: number | string | null;
  unit: string;
  /** `unwired`: an input that the site file does not name. */
  quality: Quality | 'unwired';
  reason?: BadReason;
  /** What the device answered instead, by the Modbus standard. */
  exception?: { code: number; name: string };
  raw: number[];
  table: Table;
  /** As in the profile, so as in the manual. */
  address: number;
  t: number;
}

/** Exit code: 0 when every device answered, else 1. @throws Fault usage/command when there is no such device. */
export async function runRead(
  site: LoadedSite,
  options: ReadOptions,
  out: (line: string) => void,
  { clock, log, signal }: Deps & { signal?: AbortSignal },
): Promise<number> {
  const profiles = profilesOf(site);
  const chosen = devicesOf(site.config).filter(({ device }) => options.device === undefined || device.id === options.device);
  if (chosen.length === 0)
    throw new Fault(
      'usage/command',
      options.device === undefined ? 'the site has no devices' : `the site has no device "${options.device}"`,
    );
  const buses = new Map<ModbusBus, ModbusDevice[]>();
  let failures = 0;
  for (const { bus, device } of chosen) {
    if (bus.type !== 'mqtt' && isModbusDevice(device)) buses.set(bus, [...(buses.get(bus) ?? []), device]);
    else if (options.device !== undefined) {
      throw new Fault(
        'usage/command',
        `"${device.id}" sends by itself over MQTT; read asks Modbus devices. Try: mosquitto_sub -t '${'topic' in device ? device.topic : '#'}' -v`,
      );
    }
  }
  await using undo = new AsyncDisposableStack();
  const links = new Map([...buses.keys()].map((bus) => [bus, undo.use(openLink(bus, log))] as const));
  for (;;) {
    failures = 0;
    await Promise.all(
      [...buses].map(async ([bus, devices]) => {
        const link = links.get(bus) as Link;
        await opened(link, bus.timeout + 1_000, { clock, log });
        for (const device of devices) {
          if (signal?.aborted) return;
          const profile = profiles.get(device.profile) as Profile;
          const read = await readDevice(profile, device, link, bus.timeout, clock.now);
          if (isFault(read)) {
            failures++;
            out(
              options.json
                ? JSON.stringify({ device: device.id, error: read.code, message: read.message })
                : `${device.id}  ${read.message}`,
            );
          } else if (options.json) for (const line of read.lines) out(JSON.stringify(line));
          else {
            for (const line of tableOf(read.lines, site.config.site.language)) out(line);
            for (const line of refusalLines(device.id, device.unit, profile.base, read.refusals)) out(line);
          }
        }
      }),
    );
    if (options.once || signal?.aborted) return failures === 0 ? 0 : 1;
    const everyMs = Math.min(...[...buses.values()].flat().map(({ poll }) => poll));
    await clock.sleep(everyMs, signal).catch(() => {});
    if (signal?.aborted) return failures === 0 ? 0 : 1;
  }
}

async function opened(link: Link, withinMs: number, { clock }: Deps): Promise<void> {
  const until = clock.monotonic() + withinMs;
  while (!link.open && clock.monotonic() < until) await clock.sleep(10);
}

/** All points of one device, or why it cannot be read at all. */
async function readDevice(
  profile: Profile,
  device: ModbusDevice,
  link: Link,
  timeoutMs: number,
  now: () => number,
): Promise<{ lines: ReadLine[]; refusals: Refusal[] } | Fault> {
  const points = wirePoints(profile, device);
  const words = new Map<string, number>();
  const refused = new Map<string, number>();
  const refusals: Refusal[] = [];
  let answers = 0;
  const limits = limitsOf(profile);
  const read = async (wanted: Span, isAgain = false): Promise<Fault | undefined> => {
    const span = longEnough(wanted, limits);
    try {
      const data = await link.read(device.unit, requestOf(span), timeoutMs);
      answers++;
      for (let at = 0; at < span.count; at++) {
        const word = isBitTable(span.table) ? (data[at >> 3]! >> (at & 7)) & 1 : (data[at * 2]! << 8) | data[at * 2 + 1]!;
        words.set(`${span.table} ${span.address + at}`, word);
      }
      return undefined;
    } catch (error) {
      if (!isFault(error)) throw error;
      if (isFault(error, 'modbus/exception')) answers++;
      // One disturbed answer, or a connection that the device closes after each, says nothing about the next.
      else if (!isAgain) {
        const again = await read(wanted, true);
        // That it answers with other numbers says more than what became of the connection after that.
        return again && isFault(error, 'transport/mismatch') ? error : again;
      }
      return error;
    }
  };
  for (const span of planReads(needsOf(points, limits), limits)) {
    const fault = await read(span);
    if (!fault) continue;
    if (fault.code !== 'modbus/exception') {
      if (answers === 0) return new Fault(fault.code, `${reasonOf(fault)}. ${hint(fault, device, link)}`, { cause: fault });
      continue;
    }
    // Refused as a block: one by one, to show which.
    for (const cell of points.flatMap(({ cells }) => cells)) {
      if (cell.table !== span.table || cell.address < span.address || cell.address >= span.address + span.count) continue;
      const refusal = await read(cell);
      if (!isFault(refusal, 'modbus/exception')) continue;
      const code = exceptionCode(refusal);
      refused.set(`${cell.table} ${cell.address}`, code);
      refusals.push({ code, table: cell.table, address: cell.address + profile.base, count: cell.count });
    }
  }
  const [first] = refusals;
  if (words.size === 0 && first && refusals.every(({ code }) => isFromGateway(code))) {
    return new Fault('modbus/exception', refusalLines('', device.unit, profile.base, refusals.slice(0, 1)).join('').trim());
  }
  const t = now();
  const decoded = decodeDevice(profile, device, (table, address) => words.get(`${table} ${address}`));
  const lines = points.map(({ point, name, quantity: id, cells }): ReadLine => {
    const main = cells[0]!;
    const value = decoded.v[id as never] ?? decoded.inputs[name] ?? decoded.texts[name] ?? null;
    const code = cells.map((cell) => refused.get(`${cell.table} ${cell.address}`)).find((one) => one !== undefined);
    const reason: BadReason =
      code !== undefined
        ? 'exception'
        : (decoded.bad[id as never] ?? decoded.inputReasons[name] ?? (name in decoded.raw ? 'decode' : 'comm'));
    // An input that the site file does not name has nothing to measure: that is no fault of it.
    const isUnwired = point.input !== undefined && device.inputs?.[point.input] === undefined;
    return {
      device: device.id,
      quantity: id ?? name,
      value,
      unit: id === undefined ? (point.signal ? 'mA' : '') : quantity(id).unit,
      quality: value !== null ? 'good' : isUnwired ? 'unwired' : 'bad',
      ...(value === null && !isUnwired ? { reason } : {}),
      ...(code === undefined ? {} : { exception: { code, name: exceptionOf(code).name } }),
      raw: decoded.raw[name] ?? [],
      table: point.table,
      address: main.address + profile.base,
      t,
    };
  });
  return { lines, refusals };
}

function hint(fault: Fault, device: ModbusDevice, link: Link): string {
  if (fault.code === 'transport/timeout') return `Nothing answers as unit ${device.unit}: check unit id, wiring, baud rate and parity`;
  if (fault.code === 'transport/garbled') return 'Check parity, baud rate, termination, and that no second client is on the line';
  if (fault.code === 'transport/mismatch') {
    const key = /unit id/.test(fault.message) ? 'unit_ids' : 'transaction_ids';
    return `The device is there and wired well; \`${key}: ignore\` at its bus takes its answers as they are`;
  }
  return link.open ? '' : 'Check host and port, or the serial port, and that no running gateway holds it';
}

function shownValue({ value, quality, reason, exception }: ReadLine): string {
  if (quality === 'unwired') return 'not wired';
  if (value === null) return `bad: ${reason}${exception ? ` ${exception.code}` : ''}`;
  return typeof value === 'number' ? String(Number(value.toPrecision(10))) : value;
}

/** An aligned table; labels stand last, since Chinese characters are as wide as two. */
function tableOf(lines: readonly ReadLine[], language: 'zh' | 'en'): string[] {
  const rows = lines.map((line) => [
    line.device,
    line.quantity,
    shownValue(line),
    line.unit,
    line.quality,
    `${line.table} ${line.address}`,
    line.raw.map((word) => (isBitTable(line.table) ? String(word) : word.toString(16).toUpperCase().padStart(4, '0'))).join(' '),
    labelOf(line.quantity, language),
  ]);
  const header = ['device', 'quantity', 'value', 'unit', 'quality', 'address', 'raw', ''];
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  return [header, ...rows].map((row) =>
    row
      .map((cell, column) => (column === 2 ? cell.padStart(widths[2]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}

function labelOf(id: string, language: 'zh' | 'en'): string {
  try {
    return quantity(id as never).label[language];
  } catch {
    return '';
  }
}
