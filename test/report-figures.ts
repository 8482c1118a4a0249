/** What the API answers at the source of a figure of the year-end report, worked out anew: the other side of "every figure equals the API's". */
import type { Block, Figure, ReportDocument } from '../reports/index.ts';
import type { SiteConfig } from '../shared/site.ts';
import { tradeLabels } from '../shared/system.ts';

export interface PlacedFigure {
  table: string;
  row: string;
  column: string;
  figure: Figure;
  /** The cells beside it. */
  cells: Extract<Block, { kind: 'table' }>['rows'][number];
}

export const placedFigures = ({ blocks }: ReportDocument): PlacedFigure[] =>
  blocks.flatMap((block) =>
    block.kind !== 'table'
      ? []
      : block.rows.flatMap((cells) =>
          cells.flatMap((cell, at) =>
            typeof cell === 'object' && cell !== null
              ? [{ table: block.title, row: String(cells[0]), column: block.head[at] ?? '', figure: cell, cells }]
              : [],
          ),
        ),
  );

// biome-ignore lint/suspicious/noExplicitAny: answers as they come
type Get = (path: string) => Promise<any>;
const dayMs = 86_400_000;
const cents = (values: number[]) => values.reduce((sum, value) => sum + Math.round(value * 100), 0) / 100;
const month = (t: number) => new Date(t + 8 * 3_600_000).toISOString().slice(0, 7);

/** @returns null: the API knows none either. @throws where nothing here knows how that figure is checked: then write it here */
export async function answered({ table, row, column, figure, cells }: PlacedFigure, get: Get, site: SiteConfig): Promise<number | null> {
  if (column === 'Change') {
    const [now, before] = [cells[1], cells[2]] as [Figure, Figure];
    if (now.value === null || !before.value || now.note || before.note) return null;
    return (100 * (now.value - before.value)) / before.value;
  }
  const [path = '', query = ''] = figure.source.split('?');
  const asked = new URLSearchParams(query);
  const [from, to] = [Number(asked.get('from')), Number(asked.get('to'))];
  const answer = figure.source === '' ? null : await get(figure.source);
  const here = `${table} / ${row} / ${column} (${figure.source})`;
  const sum = (list: { value: number | null }[]) => {
    const known = list.flatMap(({ value }) => value ?? []);
    return known.length === 0 ? null : known.reduce((all, value) => all + value, 0);
  };
  if (path === '') return null;
  if (path === '/api/energy/consumption') {
    const used = sum(answer.rows);
    if (figure.unit.endsWith('/bed-day')) {
      // Months of which the range holds the greater part.
      const months = `from=${month(from + 15 * dayMs)}&to=${month(to - 15 * dayMs)}`;
      const [days] = await get(`/api/energy/figures?name=bed-days&${months}`);
      return used === null || !days.total ? null : used / days.total;
    }
    if (figure.unit === 'kWh/bed') return (used ?? Number.NaN) / (site.departments.find(({ name }) => name.en === row)?.beds ?? Number.NaN);
    return used;
  }
  if (path === '/api/energy/cost') {
    let yuan = 0;
    for (const one of answer.rows as { from: number; to: number; total: number; quantity: number; lines: { cost: number }[] }[]) {
      if (one.lines.every(({ cost }) => cost === 0)) continue;
      if (one.from >= from && one.to <= to) yuan += one.total;
      else if (one.quantity) {
        const part = `medium=${asked.get('medium')}&from=${Math.max(from, one.from)}&to=${Math.min(to, one.to)}&every=1d`;
        yuan += (one.total / one.quantity) * (sum((await get(`/api/energy/consumption?${part}`)).rows) ?? 0);
      }
    }
    return yuan === 0 ? null : Math.round(yuan * 100) / 100;
  }
  if (path === '/api/energy/figures') return answer[0].known;
  if (path === '/api/tickets/statistics') {
    const trade = Object.entries(tradeLabels).find(([, { en }]) => en === row)?.[0];
    if (trade) return answer.rows.find((one: { key: string }) => one.key === trade)?.opened ?? 0;
    const { total } = answer;
    const known: Record<string, number | null> = {
      'All tickets': total.opened,
      'Per head': total.opened / site.people.length,
      'Signed off': total.closed,
      Open: total.open,
      Cancelled: total.cancelled,
      Overdue: total.overdue,
      'Of these not repaired yet': total.overdueOpen,
      'Time to repair': total.restore.medianMin,
      Cost: total.costYuan,
    };
    if (row in known) return known[row] ?? null;
  }
  if (path === '/api/alarm-kpis')
    return row === 'All alarms' ? answer.annunciated : row === 'Of life safety' ? answer.lifeSafety : Number.NaN;
  if (path === '/api/outages')
    return { Outages: answer.count, 'Without mains': answer.minutes, 'Generator run': answer.generatorHours, Generated: answer.generatorKwh }[row]; // biome-ignore format: one
  if (path === '/api/series') {
    const points = (answer.points as [number, number | null][]).flatMap(([, value]) => value ?? []);
    if (points.length === 0) return null;
    const within = (least: number, most: number) =>
      (100 * points.filter((value) => value >= least && value <= most).length) / points.length;
    // What a counter stood at before the range; else at its first reading.
    const firstOf = (found: { points: [number, number | null][] }) => found.points.find(([, value]) => value !== null);
    const start = firstOf(answer)?.[0] ?? Number.NaN;
    const base = start < from + dayMs ? points[0] : firstOf(await get(figure.source.replace('aggregate=last', 'aggregate=first')))?.[1];
    const counted = (points.at(-1) ?? Number.NaN) - (base ?? Number.NaN);
    const known: Record<string, number> = {
      'Oxygen used': points.reduce((all, value) => all + value * 0.06, 0),
      'Lowest tank level': Math.min(...points),
      'Chlorine within limits': within(2, 8),
      'pH within limits': within(6, 9),
      Discharged: counted,
    };
    if (row in known) return known[row] ?? null;
  }
  if (path.startsWith('/api/books/')) {
    const states = (answer as { state: string }[]).map(({ state }) => state);
    const count = (...wanted: string[]) => states.filter((state) => wanted.includes(state)).length;
    if (row === 'Fillings') return count('written', 'late') || null;
    if (row === 'Filled')
      return answer.flatMap((one: { entry: { values: Record<string, { v: number }> } | null }) => one.entry?.values.amount_t?.v ?? []).reduce((a: number, b: number) => a + b, 0) || null; // biome-ignore format: one
    return { Written: count('written', 'late'), Late: count('late'), Missed: count('missed') }[column] ?? Number.NaN;
  }
  if (path === '/api/assets') {
    const kinds: Record<string, string> = { Boiler: 'boiler', 'Pressure vessel': 'pressure-vessel', Lift: 'lift' };
    const state = { 'In use': 'in-use', Stopped: 'stopped', Scrapped: 'scrapped' }[column];
    return answer.filter((one: { kind: string; facts: { state: string } | null }) => one.kind === kinds[row] && one.facts?.state === state).length; // biome-ignore format: one
  }
  if (path === '/api/certificates' || path === '/api/due') {
    const rules = (await get('/api/deadlines')) as { id: string; title: { en: string } }[];
    const rule = rules.find(({ title }) => title.en === row)?.id;
    if (path === '/api/certificates') {
      const year = /\d{4}/.exec(column)?.[0] ?? '';
      return answer.filter((one: { value: { rule: string; last?: string } }) => one.value.rule === rule && one.value.last?.startsWith(year)).length; // biome-ignore format: one
    }
    const own = answer.filter((one: { rule: string }) => one.rule === rule) as { left: number }[];
    return own.filter(({ left }) => (column === 'Expired' ? left < 0 : left >= 0)).length;
  }
  if (path === '/api/contracts') {
    const running = (answer as { value: { state: string; cost_yuan: number } }[]).filter(({ value }) => value.state === 'running');
    return column === 'Number' ? running.length : cents(running.map(({ value }) => value.cost_yuan));
  }
  if (path === '/api/energy/bills') {
    const bills = (answer.bills as { name: { en: string }; total: number; paid: number; open: number; cancelled: unknown }[]).filter(
      ({ name, cancelled }) => cancelled === null && (row === 'All' || name.en === row),
    );
    const field = { Billed: 'total', Paid: 'paid', Open: 'open' }[column] as 'total' | 'paid' | 'open' | undefined;
    return column === 'Bills' ? bills.length : field ? cents(bills.map((one) => one[field])) : Number.NaN;
  }
  if (path.startsWith('/api/energy/savings/')) {
    if (!answer.result?.claimed) return null;
    return column === 'Saved' ? answer.result.saved : column === 'Worth' ? (answer.yuan?.saved ?? null) : Number.NaN;
  }
  throw new Error(`nothing checks ${here}`);
}
