/** What a page cannot show by itself: no text is missing, none hides in the code, and the arithmetic behind a figure is right. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Alarm } from '../../shared/alarm.ts';
import { systems } from '../../shared/system.ts';
import type { SimulatorFault } from '../../shared/topic.ts';
import { buildConsoleIfStale, builtConsoleDir, modulesName } from './build.ts';
import { bridge } from './chart/gaps.ts';
import type { DeviceInfo } from './data/api.ts';
import { en } from './i18n/en.ts';
import { makeWords } from './i18n/i18n.tsx';
import { zh } from './i18n/zh.ts';
import { headlineOxygen } from './overview/headline-oxygen.ts';
import { type Pick, pickValue } from './overview/pick.ts';
import { columns, systemValues } from './overview/system-values.ts';
import { combineSeries } from './overview/trends.ts';
import { faultGroups, runningOf } from './parts/fault-groups.ts';
import { sparkPath } from './parts/sparkline.tsx';
import { consoleSources, importsOf } from './sources.ts';

const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.tsx?$/.test(file) && !file.includes('.test.'),
);
const read = (file: string) => readFileSync(join(import.meta.dirname, file), 'utf8');

describe('texts', () => {
  it('are there in both languages, with the same places to fill', () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    for (const [key, text] of Object.entries(en)) {
      expect([key, places(zh[key as keyof typeof zh])]).toEqual([key, places(text)]);
      expect(zh[key as keyof typeof zh].trim(), key).not.toBe('');
    }
  });

  it('are all used', () => {
    const code = sources
      .filter((file) => !file.startsWith('i18n/'))
      .map(read)
      .join('\n');
    const unused = Object.keys(en).filter(
      (key) =>
        !code.includes(`'${key}'`) &&
        !/^(role|reason|param|profile\.evidence|site\.kind|rule\.curve|balance\.verdict)\./.test(key) &&
        !key.startsWith('age.'),
    );
    expect(unused).toEqual([]);
  });

  it('stand in the dictionaries and nowhere else', () => {
    const chinese = sources.filter((file) => !file.startsWith('i18n/') && /[\u3400-\u9fff]/.test(read(file)));
    expect(chinese).toEqual([]);
    const bare = sources.flatMap((file) =>
      [...read(file).matchAll(/>\s*([A-Z][a-z]+(?: [a-z]+)+)\s*</g)].map(([, words]) => `${file}: ${words}`),
    );
    expect(bare).toEqual([]);
  });
});

describe('the frame', () => {
  it('says a danger before that nobody is told, and both before what is past its date', () => {
    const frame = read('frame/frame.tsx');
    const order = ['<DangerStrip />', '<PathBanner />', '<OverdueBanner />'].map((one) => frame.indexOf(one));
    expect(order.every((at) => at > 0)).toBe(true);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });
});

describe('pages where people look for who is called', () => {
  it.each(['alarms', 'alarm', 'rosters', 'deliveries'])('%s says that nobody is, without a channel', (page) => {
    expect(read(`pages/${page}.tsx`)).toContain('<NoChannel />');
    expect(read('parts/no-channel.tsx')).toContain('#/deliveries');
  });
});

describe('the drawer of faults', () => {
  it('keeps a fault that is started, or ended, where it was: what ran when it was opened stands first', () => {
    const fault = (name: string, active: boolean) =>
      ({
        name,
        active,
        system: name.startsWith('o') ? 'oxygen' : 'water',
        startedAt: null,
        title: name,
        description: name,
      }) as unknown as SimulatorFault;
    const at = (faults: SimulatorFault[], first: ReadonlySet<string>) =>
      faultGroups(faults, first).map(({ id, faults: of }) => [id, of.map(({ name }) => name)]);
    const opened = [fault('o1', false), fault('w1', true), fault('w2', false)];
    const order = [['running', ['w1']], ['oxygen', ['o1']], ['water', ['w2']]]; // biome-ignore format: a table
    const first = runningOf(opened);
    expect(at(opened, first)).toEqual(order);
    expect(at([fault('o1', true), fault('w1', false), fault('w2', true)], first)).toEqual(order);
    expect(at([fault('o1', true), fault('w1', false)], runningOf([fault('o1', true)]))).toEqual([
      ['running', ['o1']],
      ['water', ['w1']],
    ]);
  });
});

describe('numbers and times', () => {
  const words = makeWords('zh', 'Asia/Shanghai', () => undefined);

  it('are written in the time zone of the site', () => {
    const t = Date.UTC(2026, 10, 22, 16, 5);
    expect(words.time(t, t)).toBe('00:05');
    expect(words.dateTime(t)).toBe('2026/11/23 00:05:00');
    expect(words.age(t - 61_000, t)).toBe('1 分钟前');
  });
});

const device = (id: string, role: string, values: Record<string, number | null>, attributes = {}): DeviceInfo =>
  ({
    id,
    role,
    system: 'heating',
    attributes,
    latest: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, { value, unit: 'kPa', t: 5, quality: value === null ? 'bad' : 'good' }]),
    ),
  }) as unknown as DeviceInfo;

describe('figures of the overview', () => {
  const pick: Pick = { label: 'value.loopPressure', roles: ['heating-loop'], quantities: ['pressure_kpa'], combine: 'min' };
  const loops = [
    device('a', 'heating-loop', { pressure_kpa: 300 }),
    device('b', 'heating-loop', { pressure_kpa: 280 }),
    device('x', 'room', { pressure_kpa: 1 }),
  ];

  it('name the device that decided', () => {
    expect(pickValue(pick, 'heating', loops)).toMatchObject({ value: 280, devices: ['b'], total: 2, bad: false });
    expect(pickValue({ ...pick, combine: 'sum' }, 'heating', loops).value).toBe(580);
    expect(pickValue({ ...pick, combine: 'mean' }, 'heating', loops).value).toBe(290);
  });

  it('never take a bad value for 0, and say so when all are bad', () => {
    const bad = [device('a', 'heating-loop', { pressure_kpa: null }), device('b', 'heating-loop', { pressure_kpa: 280 })];
    expect(pickValue({ ...pick, combine: 'sum' }, 'heating', bad).value).toBe(280);
    expect(pickValue(pick, 'heating', bad.slice(0, 1))).toMatchObject({ value: null, bad: true });
    expect(pickValue(pick, 'heating', [])).toMatchObject({ value: null, bad: false });
  });

  it('compare what can be compared: per cent of nominal, distance from the limit of the room, the fullest phase', () => {
    const lowest = systemValues.oxygen!.rows.find(({ label }) => label === 'value.zoneLow')!;
    const zones = [
      device('icu', 'ward-zone', { pressure_kpa: 310 }, { nominal_kpa: 400 }),
      device('front', 'ward-zone', { pressure_kpa: 303 }, { nominal_kpa: 300 }),
      device('mute', 'ward-zone', { pressure_kpa: null }, { nominal_kpa: 300 }),
    ];
    expect(pickValue(lowest, undefined, zones)).toMatchObject({ value: 77.5, unit: '%', devices: ['icu'], total: 3, valid: 2 });
    const rooms = [
      device('room-pump', 'room', { room_temp_c: 12 }, { room_min_c: 5 }),
      device('ward', 'room', { room_temp_c: 17.5 }, { room_min_c: 18 }),
    ];
    expect(pickValue(systemValues.environment!.key, undefined, rooms)).toMatchObject({ value: -0.5, unit: 'K', devices: ['ward'] });
    const load = systemValues.electricity!.rows.find(({ label }) => label === 'value.feeder')!;
    const circuits = [
      device('fd', 'feeder', { current_l1_a: 50, current_l2_a: 40, current_l3_a: 30 }, { rating_a: 100 }),
      device('dm', 'department-meter', { current_l1_a: 10, current_l2_a: 66, current_l3_a: 10 }, { rating_a: 63 }),
    ];
    const found = pickValue(load, undefined, circuits);
    expect(found).toMatchObject({ unit: '%', devices: ['dm'] });
    expect(found.value).toBeCloseTo(104.8, 1);
  });

  it('lead with the lowest oxygen zone and its place while a zone is in alarm, with the source else', () => {
    const zones = new Map(
      [
        device('source', 'oxygen-source', { pressure_kpa: 400 }, { nominal_kpa: 400 }),
        device('icu', 'ward-zone', { pressure_kpa: 91 }, { nominal_kpa: 400 }),
        device('front', 'ward-zone', { pressure_kpa: 396 }, { nominal_kpa: 400 }),
      ].map((one) => [one.id, one]),
    );
    const alarm = {
      id: 'icu.low',
      device: 'icu',
      quantity: 'pressure_kpa',
      active: true,
      lifeSafety: true,
      priority: 'critical',
      state: 'ACKED',
    };
    const low = alarm as unknown as Alarm;
    expect(headlineOxygen(zones, [low])).toMatchObject({
      label: 'kpi.oxygenZone',
      picked: { value: 22.75, unit: '%', devices: ['icu'] },
      alarm: { priority: 'critical' },
    });
    const calm = { label: 'kpi.oxygen', picked: { value: 100, devices: ['source'] }, alarm: undefined };
    expect(headlineOxygen(zones, [{ ...low, active: false }])).toMatchObject(calm);
    expect(headlineOxygen(zones, [{ ...low, quantity: 'oxygen_flow_lmin' }])).toMatchObject(calm);
    expect(headlineOxygen(zones, [{ ...low, device: 'source' }])).toMatchObject({ ...calm, alarm: { device: 'source' } });
  });

  it('cover every system of the vocabulary once', () => {
    expect(columns.flat().sort()).toEqual([...systems].sort());
    expect(Object.keys(systemValues).sort()).toEqual([...systems].sort());
  });
});

describe('trends', () => {
  it('join what is only sparse and keep what is missing', () => {
    const sparse = [[0, 1], [1, null], [2, null], [3, 2], [6, 3], [9, 4], [30, 5], [33, 6]] as [number, number | null][]; // biome-ignore format: short
    expect(bridge(sparse, 0)).toEqual([[0, 1], [3, 2], [6, 3], [9, 4], [19.5, null], [30, 5], [33, 6]]); // biome-ignore format: short
    expect(sparkPath(bridge(sparse, 0)).match(/M/g)).toHaveLength(2);
  });

  it('a sum has a gap where one part has one', () => {
    const sum: Pick = { label: 'value.power', quantities: ['active_power_kw'], combine: 'sum' };
    expect(combineSeries(sum, [[[0, 1], [1, 2]], [[0, 10], [1, null]]])).toEqual([[0, 11], [1, null]]); // biome-ignore format: short
  });
});

describe('the built console', () => {
  beforeAll(async () => {
    await buildConsoleIfStale();
  }, 240_000);

  it('is built anew when anything changes that is in it, wherever that stands', () => {
    const sources = consoleSources();
    const bundled = JSON.parse(readFileSync(join(builtConsoleDir(), modulesName), 'utf8')) as string[];
    expect(bundled).toEqual(expect.arrayContaining(['shared/zone.ts', 'dashboards/board/compare.ts', 'dashboards/console/main.tsx']));
    expect(bundled.filter((file) => !sources.includes(file))).toEqual([]);
    expect(sources.filter((file) => file.includes('.test.') || file.startsWith('ingest/stores'))).toEqual([]);
  });

  it.each([
    ["import { a } from './a.ts';", ['./a.ts']],
    ["import { type A, a } from '../a.ts';\nexport * from './b.ts';", ['../a.ts', './b.ts']],
    ["import type { A } from './a.ts';\nexport type { B } from './b.ts';", []],
    ["import './a.css';\nconst b = lazy(() => import('./b.tsx'));", ['./a.css', './b.tsx']],
    ["import {\n  a,\n  b,\n} from './a.ts';\nimport react from 'react';", ['./a.ts']],
  ])('finds what a file imports: %j', (text, found) => {
    expect(importsOf(text)).toEqual(found);
  });

  it('is small, and asks nothing of the outside', () => {
    const folder = join(builtConsoleDir(), 'assets');
    const page = readFileSync(join(builtConsoleDir(), 'index.html'), 'utf8');
    const first = [...page.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map(([, file]) => file as string);
    expect(first.length).toBeGreaterThan(0);
    const bytes = first.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
    expect(bytes).toBeLessThan(350_000);
    expect(first.some((file) => readFileSync(join(folder, file), 'utf8').includes('React DevTools'))).toBe(false);
    expect(page).not.toMatch(/https?:\/\//);
    const styles = readdirSync(folder)
      .filter((file) => file.endsWith('.css'))
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join();
    expect(styles).not.toMatch(/url\((?!data:)["']?https?:|@import/);
  });
});
