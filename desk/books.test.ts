import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sourceOf } from '../shared/book.ts';
import { canonical, verifyChain } from './book-chain.ts';
import { dueBefore, dueTimes } from './book-schedule.ts';
import { loadBooks, openBooks } from './books.ts';
import { openDatabase } from './database.ts';

const t0 = Date.UTC(2026, 0, 15);
const entry = (i: number) => ({
  kind: 'entry' as const, device: null, due: t0 + i * 60_000, at: t0 + i * 60_000 + 5, who: 'li', name: '李卫东', role: 'duty', of: null, reason: null,
  values: { tank_level_pct: { v: 50 + (i % 40) / 8, from: 'reading' as const, t: t0 + i * 60_000 }, remarks: { v: i % 7 === 0 ? '更换"左组" \n😀' : null, from: 'person' as const } },
}); // biome-ignore format: a record

describe('the books that come with the program', () => {
  const books = loadBooks();
  test('all forms that inspectors ask for are there', () => {
    expect([...books.keys()]).toEqual(
      expect.arrayContaining([
        'oxygen-duty', 'oxygen-ward-round', 'oxygen-filling', 'wastewater-daily', 'wastewater-dosing', 'generator-test', 'distribution-patrol', 'electrical-handover', 'boiler-log',
        'boiler-handover', 'fire-patrol', 'water-tank-cleaning', ...['boiler', 'vessel', 'lift'].flatMap((kind) => ['daily', 'weekly', 'monthly'].map((when) => `${kind}-${when}-safety`)),
      ]),
    ); // biome-ignore format: a list
  });
  /** What `forms.md` and the issue name of each form; a field that is taken out fails here. */
  const fieldsOf = {
    'oxygen-duty': 'weather_c tank_level_pct tank_pressure_kpa vaporiser frost source_kpa main_kpa flow_lmin left_kpa right_kpa reserve_cylinders alarm_panel remarks',
    'medical-air-vacuum': 'vacuum_kpa air_kpa dew_point_c purity_pct alarm_panel',
    'oxygen-filling': 'supplier plate batch certificate amount_t began ended level_before_pct level_after_pct',
    'oxygen-ward-round': 'pressure_kpa flow_lmin outlets_checked outlets_leaking',
    'wastewater-daily': 'inflow_m3h outflow_m3h outflow_m3 ph chlorine_mgl dosing_lh normal cause',
    'wastewater-dosing': 'chemical lot available_chlorine_pct amount_kg level_before_pct level_after_pct',
    'wastewater-sampling': 'taken place samples storage analysed method ph chlorine_mgl cod_mgl ss_mgl coliform pathogens',
    'wastewater-failure': 'facility code began ended chlorine_mgl amount_m3 cause reported',
    'generator-test': 'kind start_s transfer_s oil_kpa frequency_hz u_l1_v u_l2_v u_l3_v coolant_c kw_most kw_mean energy_kwh run_hours_h starts fuel_pct battery_least_v alarms sound',
    'distribution-patrol':
      'in_l1_a in_l2_a in_l3_a in_kw in_pf in_kwh u_a_v u_b_v u_c_v t1_wind_c t1_wind_b_c t1_wind_c_c t1_fan f1_a joint_c capacitor_steps dc_v sf6 room_c humidity_pct alarms sound',
    'electrical-handover': 'mode equipment events orders repairs earths permits',
    'shift-handover': 'alarms tickets silenced unusual events pending tools',
    'boiler-log':
      'supply_c return_c return_kpa steam_kpa drum_level feed_c makeup_m3 flue_c o2_pct gas_m3 firing_pct pump heat_mwh gas_alarm blow_down water_level siphon valve_lift hardness ph feed_ph alkalinity chloride phosphate softener',
    'boiler-handover': 'state pending findings tools',
    'boiler-daily-safety': 'staff rules registration body expansion valve gauge interlock burner environment findings measure',
    'vessel-daily-safety': 'staff registration body valve gauge interlock findings measure',
    'lift-daily-safety': 'run doors phone maintenance findings measure',
    'boiler-weekly-safety': 'findings level rectified persons',
    'vessel-weekly-safety': 'findings level rectified persons',
    'lift-weekly-safety': 'findings level rectified persons',
    'boiler-monthly-safety': 'attendees summary decisions',
    'vessel-monthly-safety': 'attendees summary decisions',
    'lift-monthly-safety': 'attendees summary decisions',
    'fire-patrol': 'misuse exits signs equipment doors posts findings',
    'water-tank-cleaning': 'notice certificates disinfectant colour turbidity_ntu odour visible ph coliform colonies chlorine_mgl',
  }; // biome-ignore format: a table
  test.each(Object.entries(fieldsOf))('%s has all fields of its form', (id, fields) => {
    const known = books.get(id)?.fields.map((field) => field.id) ?? [];
    expect(fields.split(' ').filter((field) => !known.includes(field))).toEqual([]);
  });
  test.each([...books.values()].map((book) => [book.id, book] as const))(
    '%s speaks both languages and says where it comes from',
    (_, book) => {
      for (const { zh, en } of [book.title, ...book.fields.map((field) => field.title), ...book.signers.map((one) => one.title)]) {
        expect(zh).not.toBe('');
        expect(en).not.toMatch(/[一-鿿]/);
      }
      expect(sourceOf(book, 'en').length).toBeGreaterThan(20);
      expect(sourceOf(book, 'zh')).toMatch(/\p{Script=Han}/u);
    },
  );
});

describe('the chain', () => {
  const filled = (count: number) => {
    const db = openDatabase(':memory:');
    const books = openBooks(db);
    db.transact(() => {
      for (let i = 0; i < count; i++) books.add('oxygen-duty', entry(i));
    });
    return { db, books, lines: [...books.lines('oxygen-duty')] };
  };

  test('any byte that is changed in 10,000 records is found', () => {
    const { books, lines } = filled(10_000);
    const head = books.head('oxygen-duty');
    expect(books.verify('oxygen-duty')).toMatchObject({ records: 10_000, breaks: [] });
    let seed = 20_261_127;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return seed % below;
    };
    // Each try changes one byte of one part; the records around it are enough to find it, as the whole chain is too.
    for (let round = 0; round < 2_000; round++) {
      const at = random(lines.length - 2) + 1;
      const near = lines.slice(at - 1, at + 2).map((line) => ({ ...line }));
      const part = (['body', 'prev', 'hash'] as const)[random(3)] as 'body' | 'prev' | 'hash';
      const victim = near[1]!;
      const bytes = Buffer.from(victim[part]);
      const byte = random(bytes.length);
      bytes[byte] = ((bytes[byte] as number) ^ (1 << random(7))) & 0xff;
      victim[part] = bytes.toString('utf8');
      const broken = verifyChain('oxygen-duty', renumbered(near), undefined);
      expect(broken.breaks.length, `round ${round}: ${part} ${byte} of record ${at + 1}`).toBeGreaterThan(0);
    }
    expect(verifyChain('oxygen-duty', lines.slice(0, -1), head).breaks).toHaveLength(1);
    expect(verifyChain('oxygen-duty', [...lines.slice(0, 500), ...lines.slice(501)], head).breaks.length).toBeGreaterThan(0);
  });
  /** Three records as a chain of their own: what is wrong beside the change is the place alone, which is told apart here. */
  function renumbered(three: { seq: number; body: string; prev: string; hash: string }[]) {
    const wrongPlace = new Set(['it does not follow the record before it']);
    const good = verifyChain('oxygen-duty', three);
    const own = good.breaks
      .filter(({ what, seq }) => !wrongPlace.has(what) || seq !== three[0]!.seq)
      .filter(({ what }) => !/was expected here/.test(what));
    return own.length > 0 ? [{ ...three[1]!, hash: 'x' }] : [];
  }

  test('nothing can be changed or removed in the database either', () => {
    const { db } = filled(3);
    expect(() => db.run("UPDATE book_records SET body = '{}' WHERE seq = 2")).toThrow('never changed');
    expect(() => db.run('DELETE FROM book_records WHERE seq = 3')).toThrow('never removed');
  });

  test('another program proves the export, and finds the change', () => {
    const { lines, books } = filled(50);
    const folder = mkdtempSync(join(tmpdir(), 'plantroom-books-'));
    try {
      const file = join(folder, 'oxygen-duty.jsonl');
      const write = (all: typeof lines) =>
        writeFileSync(file, all.map(({ seq, prev, hash, body }) => JSON.stringify({ seq, prev, hash, body })).join('\n'));
      const python = () =>
        execFileSync('python3', [join(import.meta.dirname, '..', 'test', 'golden', 'verify_books.py'), file], {
          encoding: 'utf8',
          stdio: 'pipe',
        });
      write(lines);
      expect(python().trim()).toBe(`50 ${books.head('oxygen-duty').hash}`);
      write(lines.map((line) => (line.seq === 20 ? { ...line, body: line.body.replace('李卫东', '王海涛') } : line)));
      expect(python).toThrow('line 20: content changed');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('keys are sorted at every level and nothing is blank', () => {
    expect(canonical({ b: [1, { d: null, c: '中' }], a: undefined, '1': true })).toBe('{"1":true,"b":[1,{"c":"中","d":null}]}');
  });
});

describe('when records are due', () => {
  const day = 86_400_000;
  test('every two hours is twelve times a day, eleven or twelve when the clocks change', () => {
    const count = (zone: string, from: number) => dueTimes({ every: 7_200_000 }, zone, from, from + day).length;
    expect(count('Asia/Shanghai', Date.UTC(2026, 0, 14, 16))).toBe(12);
    // Berlin, 29 March 2026, 00:00 to 00:00 is 23 hours; 25 October is 25.
    expect(dueTimes({ every: 7_200_000 }, 'Europe/Berlin', Date.UTC(2026, 2, 28, 23), Date.UTC(2026, 2, 29, 22))).toHaveLength(12);
    expect(dueTimes({ every: 7_200_000 }, 'Europe/Berlin', Date.UTC(2026, 9, 24, 22), Date.UTC(2026, 9, 25, 23))).toHaveLength(12);
  });
  test('weekdays and days of the month are those of the wall', () => {
    const due = dueTimes({ at: ['09:00'], days: [1, 4] }, 'Asia/Shanghai', Date.UTC(2026, 0, 11, 16), Date.UTC(2026, 0, 18, 16));
    expect(due.map((t) => new Date(t).toISOString())).toEqual(['2026-01-12T01:00:00.000Z', '2026-01-15T01:00:00.000Z']);
    expect(
      dueTimes({ monthly: 15, at: '09:00', months: [4, 10] }, 'Asia/Shanghai', Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)),
    ).toHaveLength(2);
    expect(dueBefore({ at: ['09:00'], days: [1, 4] }, 'Asia/Shanghai', due[1] as number)).toBe(due[0]);
  });
  test('what has no schedule is never due', () => expect(dueTimes('when-it-happens', 'Asia/Shanghai', 0, t0)).toEqual([]));
});
