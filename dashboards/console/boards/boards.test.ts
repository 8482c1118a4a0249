/** The link of a board, its steps through time, and its files for spreadsheets. */
import { describe, expect, it } from 'vitest';
import { csvOf } from '../../../shared/csv.ts';
import type { ReadingsPanel } from '../../board/board.ts';
import { csvOverTime } from '../chart/csv.ts';
import { makeWords } from '../i18n/i18n.tsx';
import { panelTable } from './panel-table.ts';
import { niceTop } from './shapes.tsx';
import { keyOf, type PanelContent, type PanelLine } from './use-panel.ts';
import { type BoardView, readView, stepped, writeView, zoomed } from './view.ts';

const hour = 3_600_000;
const now = Date.UTC(2026, 10, 22, 6);
const live: BoardView = { range: 'day', fixed: undefined, building: null, compare: null };

describe('the link of a board', () => {
  const link = (view: BoardView) =>
    new URLSearchParams(Object.entries(writeView(view, 'day')).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));

  it('is empty for what is usual, and brings back all else', () => {
    expect(link(live).toString()).toBe('');
    const view: BoardView = { range: 'week', fixed: { from: now - 3 * hour, to: now }, building: 'front', compare: 'year' };
    expect(readView(link(view), 'day')).toEqual(view);
    expect(link(view).get('from')).toBe('2026-11-22T03:00:00Z');
  });

  it('is read as far as it is understood', () => {
    for (const text of [
      'range=decade',
      'from=x&to=y',
      'from=2026-01-02&to=2026-01-01',
      'from=2020-01-01&to=2026-01-01',
      'from=2026-01-01',
      'compare=never',
    ]) {
      expect(readView(new URLSearchParams(text), 'day'), text).toEqual(live);
    }
  });
});

describe('steps through time', () => {
  it('go a whole range back, and forth until it is live again', () => {
    const back = stepped(live, now, -1);
    expect(back.fixed).toEqual({ from: now - 48 * hour, to: now - 24 * hour });
    expect(stepped(stepped(back, now, -1), now, 1)).toEqual(back);
    expect(stepped(back, now, 1)).toEqual(live);
    const short: BoardView = { ...live, fixed: { from: now - 3 * hour, to: now - hour } };
    expect(stepped(short, now, 1).fixed).toEqual({ from: now - 2 * hour, to: now });
  });

  it('zoom keeps the end of what is live and the middle of what is not, within a minute and 400 days, never beyond now', () => {
    expect(zoomed(live, now, 0.5).fixed).toEqual({ from: now - 12 * hour, to: now });
    const fixed: BoardView = { ...live, fixed: { from: now - 8 * hour, to: now - 4 * hour } };
    expect(zoomed(fixed, now, 0.5).fixed).toEqual({ from: now - 7 * hour, to: now - 5 * hour });
    expect(zoomed(zoomed(fixed, now, 2), now, 2).fixed).toEqual({ from: now - 16 * hour, to: now });
    let out = fixed;
    for (let time = 0; time < 20; time++) out = zoomed(out, now, 2);
    expect(out.fixed!.to - out.fixed!.from).toBe(400 * 24 * hour);
    for (let time = 0; time < 40; time++) out = zoomed(out, now, 0.5);
    expect(out.fixed!.to - out.fixed!.from).toBe(60_000);
  });
});

describe('the scale of bars', () => {
  it.each([[0, 1], [0.7, 1], [1, 1], [1.2, 2], [23, 25], [312, 500], [0.021, 0.025]])('that reach %f ends at %f', (most, top) => {
    expect(niceTop(most)).toBeCloseTo(top, 9);
  }); // biome-ignore format: short
});

describe('a file for spreadsheets', () => {
  const t = Date.UTC(2026, 0, 1);
  const line = (label: string, more: Partial<PanelLine>): PanelLine => ({
    label: { zh: label, en: label },
    device: label,
    deviceName: { zh: label, en: label },
    value: 'active_power_kw',
    valueLabel: { zh: '有功功率', en: 'Active power' },
    unit: 'kW',
    figure: 2,
    figureAt: null,
  place: null,
    points: [[t, 1.5], [t + hour, null], [t + 2 * hour, -3]],
    limits: [],
    ...more,
  }); // biome-ignore format: short
  const panel = (kind: ReadingsPanel['kind']): ReadingsPanel => ({ id: 'p', kind, title: { zh: 'p', en: 'p' }, size: [6, 6], series: [] });
  const content = (lines: PanelLine[], earlier?: PanelContent['earlier']): PanelContent => ({
    answer: { from: t, to: t + 3 * hour, every: hour, lines },
    earlier,
  });
  const zh = makeWords('zh', 'Asia/Shanghai', () => undefined);
  const write = (kind: ReadingsPanel['kind'], of: PanelContent) => {
    const table = panelTable(panel(kind), of, zh);
    return table.columns ? csvOverTime(table.columns, 'Asia/Shanghai', '时间') : csvOf(table.rows);
  };

  it('has a mark for Excel, the clocks of the site with their offset, units in the header, the earlier period beside it', () => {
    const main = line('进线', {});
    const before = new Map([[keyOf(main), line('进线', { points: [[t, 1], [t + hour, 2]] })]]); // biome-ignore format: short
    expect(write('time-series', content([main], { period: 'day', lines: before }))).toBe(
      '\ufeff时间 (Asia/Shanghai),进线 (kW),进线 · 昨日 (kW)\r\n2026-01-01T08:00:00+08:00,1.5,1\r\n2026-01-01T09:00:00+08:00,,2\r\n2026-01-01T10:00:00+08:00,-3,\r\n',
    );
  });

  it('tells the hour that comes twice apart by its offset', () => {
    const autumn = Date.UTC(2026, 9, 25, 0, 30);
    const csv = csvOverTime([{ header: 'P', points: [[autumn, 1], [autumn + hour, 2]] }], 'Europe/Berlin', 'time'); // biome-ignore format: short
    expect(csv).toContain('2026-10-25T02:30:00+02:00,1\r\n2026-10-25T02:30:00+01:00,2');
  });

  it('writes states as words and figures as a row each', () => {
    const states = { 0: { zh: '停止', en: 'off' }, 1: { zh: '运行', en: 'on' } };
    expect(write('state-timeline', content([line('泵', { unit: '', states, points: [[t, 1]] })]))).toContain('+08:00,运行\r\n');
    expect(write('stat', content([line('进线', { figureAt: t })]))).toBe('\ufeff名称,数值,单位,时间\r\n进线,2,kW,2026/01/01 08:00:00\r\n');
    const main = line('进线', {});
    const csv = write('stat', content([main], { period: 'year', lines: new Map([[keyOf(main), line('进线', { figure: 1 })]]) }));
    expect(csv).toBe('\ufeff名称,数值,去年,单位\r\n进线,2,1,kW\r\n');
  });

  it.each(['=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])('no name becomes a formula: %j', (name) => {
    const row = csvOf([[name, -1]]);
    expect(row).toBe(`\ufeff"'${name.replaceAll('"', '""')}",-1\r\n`);
  });
});
