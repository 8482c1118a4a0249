import { allocate } from '../../energy/allocation.ts';
import { billMonth } from '../../energy/bill.ts';
import { consumptionColumns } from '../../energy/counter.ts';
import { boundsOf } from '../../energy/month-names.ts';
import { fileOf } from '../../energy/site-tariffs.ts';
import { slotsOf } from '../../energy/slots.ts';
import { readTariff } from '../../energy/tariff.ts';
import { random } from '../../test/random.ts';
import { median, type Row } from '../row.ts';

const meters = 1_000;
const quarterMs = 900_000;
const year = 2025;
const zone = 'Asia/Shanghai';
const repetitions = 3;
const reachS = 20;
const reachMb = 500;

/** A year of one meter: what it showed each quarter of an hour, with a day's course, noise, a gap and now and then a reset. */
function register(seed: number, count: number, t: Float64Array, v: Float64Array): void {
  const dice = random(seed);
  const kw = 2 + 30 * dice();
  let value = 1_000 * dice();
  for (let i = 0; i < count; i++) {
    const hour = (i % 96) / 4;
    value += (kw * (0.4 + 0.6 * Math.sin((Math.PI * hour) / 24)) * (0.8 + 0.4 * dice())) / 4;
    if (i === 17_000 && seed % 50 === 0) value = 0;
    v[i] = Math.round(value * 100) / 100;
    t[i] = i;
  }
}

const row: Row = {
  id: 'e01',
  title: `${meters.toLocaleString('en')} meters × one year of quarter hours: counted anew, priced and allocated month by month`,
  reach: `≤ ${reachS} s, ≤ ${reachMb} MB`,
  async run() {
    const tariff = readTariff(fileOf('hebei-commercial-two-part', '.'));
    const priced = { ...tariff, versions: tariff.versions.map((version) => ({ ...version, from: '2020-01-01' })) };
    const months = Array.from({ length: 12 }, (_, i) => `${year}-${String(i + 1).padStart(2, '0')}`);
    const [begin] = boundsOf(zone, months[0] as string);
    const [, end] = boundsOf(zone, months[11] as string);
    const count = (end - begin) / quarterMs;
    const t = new Float64Array(count + 1);
    const v = new Float64Array(count + 1);
    const seconds: number[] = [];
    const mb: number[] = [];
    let sums = '';
    for (let k = 0; k < repetitions; k++) {
      globalThis.gc?.();
      let spent = 0;
      let most = 0;
      const started = performance.now();
      // Which part of the bill each quarter hour of the year belongs to: the same for all meters.
      const names: string[] = [];
      const part = new Uint8Array(count);
      const monthOf = new Uint8Array(count);
      months.forEach((month, m) => {
        const [from, to] = boundsOf(zone, month);
        const slot = slotsOf(priced, month);
        for (let at = from; at < to; at += quarterMs) {
          const i = (at - begin) / quarterMs;
          const name = slot(at);
          if (!names.includes(name)) names.push(name);
          part[i] = names.indexOf(name);
          monthOf[i] = m;
        }
      });
      spent += performance.now() - started;
      const width = names.length;
      const parts = new Float64Array(meters * 12 * width);
      const main = new Float64Array(count);
      for (let meter = 0; meter < meters; meter++) {
        // Making up what the meter showed is not what is measured.
        register(meter + 1, count + 1, t, v);
        for (let i = 0; i <= count; i++) t[i] = begin + i * quarterMs;
        const at = performance.now();
        const {
          from,
          count: found,
          measured,
          manual,
          estimated,
          unknown,
        } = consumptionColumns({ t, v, length: count + 1 }, { timezone: zone, rated: 60 });
        const shift = (from - begin) / quarterMs;
        for (let i = 0; i < found; i++) {
          const q = i + shift;
          if (q < 0 || q >= count) continue;
          const value = (measured[i] as number) + (manual[i] as number) + (estimated[i] as number) + (unknown[i] as number);
          const place = (meter * 12 + (monthOf[q] as number)) * width + (part[q] as number);
          parts[place] = (parts[place] as number) + value;
          main[q] = (main[q] as number) + value;
        }
        spent += performance.now() - at;
        if (meter % 50 === 0) most = Math.max(most, process.memoryUsage().rss / 1e6);
      }
      const at = performance.now();
      const departments = Array.from({ length: 50 }, (_, i) => ({ id: `d${i}`, kind: 'department' as const, area: 100 + i }));
      let total = 0;
      months.forEach((month, m) => {
        const [from, to] = boundsOf(zone, month);
        const use = Array.from({ length: (to - from) / quarterMs }, (_, i) => ({
          from: from + i * quarterMs,
          value: main[(from - begin) / quarterMs + i] as number,
        }));
        const bill = billMonth({ tariff: priced, month, use, reactive: 100_000 });
        const values = (meter: number) => Object.fromEntries(names.map((name, i) => [name, parts[(meter * 12 + m) * width + i] as number]));
        const all: Record<string, number> = {};
        for (const { from: t0, value } of use) {
          const name = names[part[(t0 - begin) / quarterMs] as number] as string;
          all[name] = (all[name] ?? 0) + value;
        }
        const result = allocate({
          meters: [
            { id: 'main', values: all, rule: { by: 'area', among: departments.map(({ id }) => id) } },
            ...Array.from({ length: meters }, (_, meter) => ({
              id: `m${meter}`,
              parent: 'main',
              values: values(meter),
              rule: { to: `d${meter % 50}` },
            })),
          ],
          receivers: departments,
          parts: bill.lines.map(({ id, amount }) => ({ id, cost: amount, ...(names.includes(id) ? {} : { quantity: false as const }) })),
        });
        if (Math.round((result.allocatedCost + result.unallocatedCost) * 100) !== Math.round(bill.total * 100))
          throw new Error(`${month}: not the bill`);
        total += bill.total;
      });
      spent += performance.now() - at;
      sums = total.toFixed(2);
      seconds.push(spent / 1_000);
      mb.push(Math.max(most, process.memoryUsage().rss / 1e6));
    }
    const [s, m] = [median(seconds), Math.max(...mb)];
    return {
      ours: `${s.toFixed(1)} s, ${m.toFixed(0)} MB`,
      limit: 'the target of the issue',
      raw: { 'seconds of work': seconds, 'most resident MB': mb },
      ok: s <= reachS && m <= reachMb,
      note: `${sums} yuan in all, each month to the cent`,
    };
  },
};
export default row;
