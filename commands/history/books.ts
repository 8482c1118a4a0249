/** Past pages of the books of a simulated hospital: what would have been written by hand, and what was missed. Deterministic by seed. */
import { type Books, dueTimes, type NewRecord } from '../../desk/index.ts';
import type { Book, BookField, BookValue } from '../../shared/book.ts';
import { devicesOf, type SiteConfig } from '../../shared/site.ts';
import { localTime } from '../../shared/wording.ts';
import { fillingsIn } from '../../simulators/history-oxygen.ts';
import type { HistoryRegister } from '../../simulators/history-registers.ts';
import { type Stream, streamOf } from '../../simulators/random.ts';

const minute = 60_000;
const hour = 60 * minute;
const dayMs = 24 * hour;
const who = 'simulated-history';

/** Written down by the week, the month or when it happens; the two-hourly books of a duty room would be tens of thousands of lines. */
export const pastBooks = [
  'wastewater-daily', 'wastewater-dosing', 'wastewater-sampling', 'generator-test', 'boiler-weekly-safety', 'boiler-monthly-safety', 'lift-weekly-safety',
  'lift-monthly-safety', 'vessel-weekly-safety', 'vessel-monthly-safety', 'water-tank-cleaning', 'oxygen-filling',
] as const; // biome-ignore format: a list

export interface PastBookSource {
  site: SiteConfig;
  definitions: ReadonlyMap<string, Book>;
  range: { from: number; to: number };
  registers: readonly HistoryRegister[];
  seed: number;
}
export interface PastRecord {
  book: string;
  record: NewRecord;
}

/** Records of one book in their order; signatures and what was written late name the entry by its number in the chain, which begins with 1. */
export function* pastRecords({ site, definitions, range, registers, seed }: PastBookSource, id: string): Generator<PastRecord> {
  const book = definitions.get(id);
  if (!book || site.people.length === 0) return;
  const stream = streamOf(seed, `book ${id}`);
  const zh = site.site.language !== 'en';
  const pick = <T>(list: readonly T[]): T => list[Math.floor(stream.uniform() * list.length)] as T;
  const crew = site.on_call.find(({ trade }) => trade === book.trade)?.people;
  const names = new Map(site.people.map(({ id: person, name }) => [person, name]));
  const people = (crew ?? site.people.map(({ id: person }) => person)).map((person) => names.get(person) ?? person);
  const fillings = new Map(fillingsIn(registers, range.from).map((one) => [one.at, one]));
  const tankM3 = devicesOf(site).find(({ device }) => device.role === 'oxygen-source')?.device.attributes.volume_m3 ?? 8;
  let seq = 0;
  const record = (kind: NewRecord['kind'], due: number, at: number, name: string, more: Partial<NewRecord>): PastRecord => {
    seq++;
    return { book: id, record: { kind, device: null, due, at, who, name, role: null, of: null, reason: null, values: {}, ...more } };
  };
  for (const due of timesOf(book, stream)) {
    const missed = book.schedule !== 'when-it-happens' && stream.uniform() < 0.007;
    if (missed) yield record('missed', due, due + book.grace, 'Plantroom', {});
    // Half of what was missed is written afterwards, and says so by its time.
    if (missed && stream.uniform() < 0.5) continue;
    const at = Math.min(range.to, due + (missed ? book.grace + 5 * hour * stream.uniform() : 25 * minute * stream.uniform()));
    const name = pick(people);
    yield record('entry', due, Math.round(at), name, { role: book.signers[0]?.id ?? null, values: valuesOf(book, due, stream) });
    const entry = seq;
    const others = people.filter((one) => one !== name);
    for (const signer of book.signers.slice(1))
      if (others.length > 0) yield record('signature', due, Math.round(at + 9 * minute), pick(others), { role: signer.id, of: entry });
  }

  function timesOf({ schedule, id: of }: Book, random: Stream): number[] {
    if (schedule !== 'when-it-happens') return dueTimes(schedule, site.site.timezone, range.from, range.to);
    if (of === 'oxygen-filling') return [...fillings.keys()];
    const days = 30;
    const times: number[] = [];
    for (let t = range.from + days * dayMs; t < range.to; t += days * dayMs * (0.85 + 0.3 * random.uniform()))
      times.push(Math.floor(t / dayMs) * dayMs + 2 * hour + Math.floor(random.uniform() * 16) * 15 * minute);
    return times;
  }

  function valuesOf({ fields }: Book, due: number, random: Stream): Record<string, BookValue> {
    return Object.fromEntries(
      fields.flatMap((field): [string, BookValue][] => {
        const value = filled(field, due) ?? readingAt(field, due) ?? madeUp(field, random);
        return value === undefined ? [] : [[field.id, value]];
      }),
    );
  }

  /** As far as the tank's level rose; a litre of liquid weighs 1.14 kg. */
  function filled({ id: field }: BookField, due: number): BookValue | undefined {
    const one = id === 'oxygen-filling' ? fillings.get(due) : undefined;
    if (!one) return undefined;
    const clock = localTime(due, site.site.timezone).slice(11, 13);
    const known: Record<string, number | string> = {
      level_before_pct: one.beforePct,
      level_after_pct: one.afterPct,
      amount_t: Math.round((one.afterPct - one.beforePct) * tankM3 * 1.14) / 100,
      began: `${clock}:05`,
      ended: `${clock}:50`,
    };
    return known[field] === undefined ? undefined : { v: known[field], from: 'person' };
  }

  /** As it stands in the past of the plant; what is not kept of it stays empty. */
  function readingAt({ point }: BookField, due: number): BookValue | undefined {
    if (!point || point.take === 'diff') return undefined;
    const device = point.device ?? devicesOf(site).filter(({ device: one }) => one.role === point.role)[point.index]?.device.id;
    const found = registers.find((one) => one.device === device && one.field === point.quantity);
    const at = found ? Math.floor((due - range.from) / found.everyMs) - 1 : -1;
    const value = found?.values[at];
    return found === undefined || value === undefined || Number.isNaN(value)
      ? undefined
      : { v: value, from: 'reading', t: range.from + at * found.everyMs };
  }

  function madeUp(field: BookField, random: Stream): BookValue | undefined {
    const { kind, required, observe, point } = field;
    const own = knownValues[`${id}/${field.id}`]?.(random, zh);
    if (own !== undefined) return { v: own, from: 'person' };
    if (kind === 'check') return required || observe ? { v: true, from: 'person' } : undefined;
    if (point || !required) return undefined;
    if (kind === 'choice') return { v: field.choices?.find(({ finding }) => !finding)?.id ?? null, from: 'person' };
    if (kind === 'time') return { v: '09:30', from: 'person' };
    if (kind === 'text') return { v: zh ? '正常（模拟历史）' : 'in order (simulated history)', from: 'person' };
    return { v: field.min ?? 1, from: 'person' };
  }
}

type Made = (random: Stream, zh: boolean) => string | number | undefined;
const between = (low: number, high: number, digits = 1): Made => (random) => Number((low + (high - low) * random.uniform()).toFixed(digits)); // biome-ignore format: one
const said =
  (zh: string, en: string): Made =>
  (_random, inChinese) =>
    inChinese ? zh : en;
const zeroRisk = said('零风险（模拟历史）', 'zero risk (simulated history)');
const weekly = (book: string): Record<string, Made> => ({
  [`${book}/period`]: said('本周一至周五', 'Monday to Friday'),
  [`${book}/findings`]: zeroRisk,
  [`${book}/rectified`]: said('无需整改', 'nothing to rectify'),
});
const monthly = (book: string): Record<string, Made> => ({
  [`${book}/attendees`]: said('主要负责人、安全总监、安全员', 'responsible person, safety director, safety officer'),
  [`${book}/summary`]: zeroRisk,
  [`${book}/decisions`]: said('按计划检验、校验', 'inspections and calibrations as planned'),
});
const knownValues: Record<string, Made> = {
  ...weekly('boiler-weekly-safety'),
  ...weekly('lift-weekly-safety'),
  ...weekly('vessel-weekly-safety'),
  ...monthly('boiler-monthly-safety'),
  ...monthly('lift-monthly-safety'),
  ...monthly('vessel-monthly-safety'),
  'wastewater-dosing/chemical': said('次氯酸钠', 'sodium hypochlorite'),
  'wastewater-dosing/available_chlorine_pct': between(9.5, 10.5),
  'wastewater-dosing/amount_kg': between(38, 52, 0),
  'wastewater-dosing/remarks': said('模拟历史', 'simulated history'),
  'wastewater-daily/cause': said('无异常（模拟历史）', 'nothing abnormal (simulated history)'),
  'wastewater-sampling/samples': between(3, 3, 0),
  'wastewater-sampling/ph': between(6.9, 7.6),
  'wastewater-sampling/chlorine_mgl': between(3, 6),
  'wastewater-sampling/cod_mgl': between(70, 150, 0),
  'wastewater-sampling/ss_mgl': between(18, 42, 0),
  'wastewater-sampling/coliform': between(120, 1_500, 0),
  'wastewater-sampling/rain': said('模拟历史', 'simulated history'),
  'generator-test/start_s': between(7.2, 10.8),
  'generator-test/fuel_pct': between(72, 94, 0),
  'generator-test/battery_v': between(26.1, 27.2),
  'generator-test/remarks': said('模拟历史', 'simulated history'),
  'water-tank-cleaning/tank': said('生活水箱 1号', 'drinking water tank 1'),
  'water-tank-cleaning/disinfectant': said('次氯酸钠 50 mg/L', 'sodium hypochlorite 50 mg/L'),
  'water-tank-cleaning/turbidity_ntu': between(0.2, 0.6),
  'water-tank-cleaning/ph': between(7, 7.6),
  'water-tank-cleaning/colonies': between(2, 20, 0),
  'water-tank-cleaning/chlorine_mgl': between(0.1, 0.4, 2),
  'water-tank-cleaning/remarks': said('模拟历史', 'simulated history'),
  'oxygen-filling/supplier': said('示范气体有限公司（模拟历史）', 'Demo Gases Ltd (simulated history)'),
  'oxygen-filling/plate': said('模 A·00001', 'SIM 00001'),
  'oxygen-filling/batch': (random) => `YO2-${1_000 + Math.floor(9_000 * random.uniform())}`,
};

/** Books of which a record stands already are left as they are. @param pause between pieces, so that others may write. @returns how many records */
export async function writePastBooks(
  books: Books,
  source: PastBookSource,
  transact: (work: () => void) => void,
  pause: () => Promise<void>,
  atOnce = 150,
): Promise<number> {
  let written = 0;
  for (const id of pastBooks) {
    if (books.head(id).seq > 0) continue;
    const all = [...pastRecords(source, id)];
    for (let at = 0; at < all.length; at += atOnce) {
      transact(() => {
        for (const { book, record } of all.slice(at, at + atOnce)) books.add(book, record);
      });
      written += Math.min(atOnce, all.length - at);
      await pause();
    }
  }
  return written;
}
