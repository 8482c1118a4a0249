/** Every query of every board against a real InfluxDB that holds a simulated day: none may come back empty. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDerived, isReadings } from '../../dashboards/board/board.ts';
import { loadBoards } from '../../dashboards/board/boards.ts';
import { evaluate, parseExpression } from '../../dashboards/board/expression.ts';
import { buildDashboard } from '../../dashboards/grafana/build.ts';
import { questionsOf, screenStep } from '../../dashboards/grafana/influxql.ts';
import { consumptionSource } from '../../dashboards/grafana/input.ts';
import { consumptionOf, metersIn, type Scope } from '../../energy/index.ts';
import { openStore } from '../../ingest/open-store.ts';
import { languages } from '../../shared/text.ts';
import { demoSite } from '../board-site.ts';
import { needs } from '../servers.ts';
import { type AnnotationTarget, ask, dayEnd, dayStart, filled, hasValues, marksOf, panelsOf, startDay, targetsOf } from './grafana-day.ts';

const demo = demoSite();
const boards = [...(await loadBoards()).values()];
const consumption = consumptionSource('influx1:');
const build = (board: (typeof boards)[number], language: 'zh' | 'en') =>
  buildDashboard(board, {
    site: demo.config,
    devices: demo.devices,
    rules: demo.rules,
    language,
    consoleUrl: 'http://127.0.0.1:8080',
    consumption,
  });

describe.runIf(needs('influxd'))('boards on a day of the simulated hospital', () => {
  let server: Awaited<ReturnType<typeof startDay>>;
  beforeAll(async () => {
    server = await startDay(demo);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  describe.each(boards.map((board) => [board.id, board] as const))('%s', (_id, board) => {
    it.each(languages)('no query of the %s board is empty', async (language) => {
      const empty: string[] = [];
      let asked = 0;
      for (const panel of panelsOf(build(board, language))) {
        for (const { refId, query } of targetsOf(panel)) {
          asked++;
          const result = await ask(server, filled(query, panel));
          if (result.error !== undefined || !hasValues(result)) empty.push(`${panel.title} ${refId}: ${result.error ?? 'empty'}: ${query}`);
        }
      }
      expect(asked).toBeGreaterThan(0);
      expect(empty).toEqual([]);
    });

    it('one chosen device, with its building and department, leaves that device alone', async () => {
      const built = build(board, 'en');
      const variables = built.templating?.list ?? [];
      const wrong: string[] = [];
      for (const panel of panelsOf(built)) {
        for (const { refId, query } of targetsOf(panel)) {
          const device = /=~ \/\^\(([^|)]+)[|)]/.exec(query)?.[1] ?? demo.devices[0]!.id;
          if (device.startsWith('$')) continue;
          const choice = Object.fromEntries(
            variables.map(({ name, options }) => {
              const option = (options ?? []).find(({ value }) => String(value).split('|').includes(device));
              return [name, option ? String(option.value) : '.*'];
            }),
          );
          const result = await ask(server, filled(query, panel, { ...choice, device }));
          const others = (result.series ?? []).filter(({ tags }) => tags?.device !== undefined && tags.device !== device);
          if (!hasValues(result) || others.length > 0)
            wrong.push(`${panel.title} ${refId} for ${device}: ${result.error ?? 'empty'}: ${query}`);
        }
      }
      expect(wrong).toEqual([]);
    });

    it('its marks are the alarms of the day that called somebody, of these devices', async () => {
      for (const language of languages) {
        const marks = (await Promise.all(annotationsOf(board, language).map((target) => marksOf(server, target)))).flat();
        // A board of figures alone has nothing to mark.
        const curves = board.panels.some(
          ({ kind, ...panel }) => (kind === 'time-series' || kind === 'state-timeline') && !('lookBack' in panel),
        );
        expect(marks.length > 0).toBe(curves);
        for (const { title, text, tags, time, timeEnd } of marks) {
          expect(title).toMatch(language === 'zh' ? /[\u4e00-\u9fff]/ : /^[A-Za-z ,]+$/);
          expect([...devicesNamed.keys()]).toContain(text);
          expect(tags).toEqual([expect.stringMatching(/^[A-Z0-9]+-/)]);
          expect(timeEnd === undefined || timeEnd > time).toBe(true);
        }
      }
    });
  });

  const annotationsOf = (board: (typeof boards)[number], language: 'zh' | 'en') =>
    (build(board, language).annotations?.list ?? []).map(({ target }) => target as unknown as AnnotationTarget);
  const devicesNamed = new Map(
    [...demo.devices, ...demo.config.gateways].flatMap(({ id, name }) => [
      [name.zh, id],
      [name.en, id],
    ]),
  );

  const newest = async (measurement: string, device: string): Promise<Record<string, number>> => {
    const { series } = await ask(server, `SELECT last(*) FROM "${measurement}" WHERE "device" = '${device}'`);
    const [one] = series ?? [];
    return Object.fromEntries((one?.columns ?? []).map((column, index) => [column.replace(/^last_/, ''), Number(one?.values[0]?.[index])]));
  };

  it('works out every derived value as the console does', async () => {
    let compared = 0;
    for (const board of boards) {
      const panels = panelsOf(build(board, 'en'));
      for (const panel of board.panels.filter(isReadings)) {
        const built = panels.find(({ title, gridPos }) => title === panel.title.en && gridPos?.w === panel.size[0]);
        for (const series of panel.series.filter((one) => one.aggregate === 'last' && !one.combine)) {
          for (const value of series.values.filter(isDerived)) {
            for (const { query } of targetsOf(built!)) {
              for (const { tags, columns, values, name } of (await ask(server, filled(query, built!))).series ?? []) {
                const device = demo.devices.find(({ id }) => id === tags?.device)!;
                const readings = await newest(name, device.id);
                const expected = evaluate(parseExpression(value.expression), {
                  quantity: (id) => readings[id],
                  attribute: (attribute) => device.attributes[attribute as 'rating_a'],
                });
                const column = columns.indexOf(value.label.en);
                expect(values[0]?.[column], `${panel.id} ${device.id}`).toBeCloseTo(expected!, 6);
                compared++;
              }
            }
          }
        }
      }
    }
    expect(compared).toBeGreaterThan(60);
  });

  const shownBy = async (title: string) => {
    const panel = panelsOf(build(boards.find(({ id }) => id === 'energy')!, 'en')).find((one) => one.title === title)!;
    return (await ask(server, filled(targetsOf(panel)[0]!.query, panel))).series ?? [];
  };

  it('shows of a day what /api/energy/consumption says of it: the site, each department, each building', async () => {
    await using store = await openStore({ url: server.storeUrl, site: demo.config.site.id });
    const booked = async (scope: Scope, id?: string) =>
      (await consumptionOf(store, metersIn(server.meters, scope, id, 'electricity'), [dayStart, dayEnd]))[0]!;
    const [total] = await shownBy('Electricity in the range shown');
    const site = await booked('site');
    expect(total?.columns.slice(1)).toEqual(['Energy import', 'Of it estimated']);
    expect(total?.values[0]?.[1]).toBeCloseTo(site.value!, 6);
    expect(total?.values[0]?.[2]).toBeCloseTo(site.estimated + site.unknown, 6);
    expect(site.value).toBeGreaterThan(5_000);
    let compared = 0;
    for (const [title, by] of [['Electricity by department', 'department'], ['Electricity by building', 'building']] as const) // biome-ignore format: a table
      for (const { tags, values } of await shownBy(title)) {
        expect(values[0]?.[1], tags?.[by]).toBeCloseTo((await booked(by, tags?.[by])).value!, 6);
        compared++;
      }
    expect(compared).toBeGreaterThan(12);
  });

  const writeBooked = (lines: string[]) => fetch(`${server.url}/write?db=plantroom&rp=long`, { method: 'POST', body: lines.join('\n') });
  const askedOf = async (device: string, step: '1d' | '1mo' | undefined, part?: 'estimated') => {
    const one = { ...demo.devices.find(({ id }) => id === 'fd-ct')!, id: device };
    const [question] = questionsOf(
      { select: { devices: [device] }, values: ['energy_import_kwh'], aggregate: 'consumed', combine: 'sum', ...(step ? { step } : {}), ...(part ? { part } : {}) },
      { shape: step ? 'trend' : 'once', timezone: 'Asia/Shanghai', columns: ['Energy'], variables: [], all: [one, demo.devices[0]!], consumption: consumption.from, estimated: part ? undefined : 'Estimated' },
    ); // biome-ignore format: short
    const { series, error } = await ask(server, filled(question!.query, { timeFrom: '20d' }));
    if (error !== undefined) throw new Error(error);
    return series?.[0]?.values.filter(([, value]) => value !== null) ?? [];
  };

  it('a day that was taken back is no day of 0, and what was filled in stands beside the sum', async () => {
    const quarter = 900_000;
    const day = (days: number) => dayStart - days * 86_400_000;
    const line = (t: number, fields: string) => `consumption,device=fd-gone ${fields} ${t}000000`;
    const all = (t: number, fields: (i: number) => string) => Array.from({ length: 96 }, (_, i) => line(t + i * quarter, fields(i)));
    await writeBooked([
      // Measured, of which nobody wrote how much was estimated; two hours of it filled in.
      ...all(day(4), (i) => (i < 8 ? 'value=2,estimated_amount=1.5,unknown_amount=0.25' : 'value=2')),
      // Taken back as a whole.
      ...all(day(3), () => 'value=0,estimated_amount=0,manual_amount=0,unknown_amount=0,void=1'),
      // Taken back for some hours.
      ...all(day(2), (i) => (i < 40 ? 'value=0,void=1' : 'value=1,void=0')),
      // Nothing was used, and that is known.
      ...all(day(1), () => 'value=0'),
    ]);
    expect(await askedOf('fd-gone', '1d')).toEqual([
      [day(4), 192, 14],
      [day(2), 56, 0],
      [day(1), 0, 0],
    ]);
    expect(await askedOf('fd-gone', '1d', 'estimated')).toEqual([
      [day(4), 14],
      [day(2), 0],
      [day(1), 0],
    ]);
    expect((await askedOf('fd-gone', undefined))[0]?.slice(1)).toEqual([248, 14]);
    expect(await askedOf('fd-never', '1mo')).toEqual([]);
  });

  const marks = async (id: string, choice: Record<string, string> = {}) => {
    const targets = annotationsOf(boards.find((board) => board.id === id)!, 'en');
    const found = await Promise.all(targets.map((target) => marksOf(server, target, choice)));
    const minutes = (t: number | undefined) => (t === undefined ? undefined : Math.round((t - dayStart) / 60_000));
    return found.map((list) =>
      list.map(({ title, text, tags, time, timeEnd }) => ({ title, text, rule: tags[0], from: minutes(time), to: minutes(timeEnd) })),
    );
  };

  it('marks an alarm from its raise to its return, in the query of its priority, and one that stands as a moment', async () => {
    const [critical, high, medium, low] = await marks('oxygen');
    expect(critical).toContainEqual({
      title: 'Oxygen pressure low in the zone',
      text: demo.devices.find(({ id }) => id === 'o2-icu')?.name.en,
      rule: 'O2-AREA-LOW',
      from: expect.closeTo(65, -1),
      to: expect.closeTo(125, -1),
    });
    expect(high?.filter(({ rule }) => rule === 'SYS-SENSOR-O2')).toMatchObject([{ from: expect.closeTo(725, -1), to: undefined }]);
    expect(medium?.map(({ rule }) => rule)).toContain('O2-PRE');
    expect(low).toEqual([]);
    expect((await marks('electricity'))[3]?.map(({ rule }) => rule)).toContain('EL-REVERSED');
  });

  it('lists the alarms that stand, how many came and which came most', async () => {
    const panels = panelsOf(build(boards.find(({ id }) => id === 'alarms')!, 'en'));
    const rows = async (title: string, ...columns: string[]) => {
      const panel = panels.find((one) => one.title === title)!;
      const { series = [] } = await ask(server, filled(targetsOf(panel)[0]!.query, panel));
      return series.flatMap(({ columns: found, values, tags }) =>
        values.map((row) => columns.map((name) => row[found.indexOf(name)] ?? tags?.[name])),
      );
    };
    const standing = (await rows('Standing alarms', 'title_en', 'device_en')).map((row) => row.join(', '));
    expect(standing).toContain(`Oxygen sensor failed, ${demo.devices.find(({ id }) => id === 'o2-or')?.name.en}`);
    expect(standing.join()).not.toMatch(/Oxygen pressure low|Voltage/);
    expect(new Set(standing).size).toBe(standing.length);
    const { series: raised } = await ask(
      server,
      `SELECT count("annunciated") FROM "alarm_transition" WHERE "transition" = 'raised' AND "annunciated" = 1`,
    );
    const came = Number(raised?.[0]?.values[0]?.[1]);
    expect(came).toBeGreaterThan(10);
    const total = (list: unknown[][]) => list.reduce((sum, [count]) => sum + Number(count), 0);
    expect(total(await rows('Alarm figures (EEMUA 191, IEC 62682)', 'count'))).toBe(came);
    expect(total(await rows('The ten most frequent alarms', 'count', 'title_en'))).toBe(came);
  });

  it('marks nothing of what called nobody, nor of devices that were not chosen', async () => {
    const rules = (await marks('electricity')).flat().map(({ rule }) => rule);
    expect(rules).toContain('EL-PHASE');
    expect(rules).not.toContain('EL-VOLT-LOW');
    expect((await marks('oxygen', { device: 'o2-or' })).flat().map(({ rule }) => rule)).toEqual(['SYS-SENSOR-O2']);
  });

  it('fills in variables as Grafana does: between slashes an interval without a format is escaped, and InfluxDB refuses it', async () => {
    const query = (interval: string) =>
      `SELECT min("v") FROM (SELECT 100 * mean("pressure_kpa") / 400 AS "v" FROM "oxygen" WHERE $timeFilter GROUP BY time(${interval})), ` +
      `(SELECT 100 * mean("pressure_kpa") / 300 AS "v" FROM "oxygen" WHERE $timeFilter GROUP BY time(${interval})) WHERE $timeFilter`;
    expect((await ask(server, filled(query('$__interval'), {}))).error).toMatch(/pars/);
    expect(hasValues(await ask(server, filled(query(screenStep), {})))).toBe(true);
  });

  it('books a counter that shows 0 once, or far too little for a moment, as what it counted', async () => {
    const at = (minutes: number) => (dayEnd - 7_200_000 + minutes * 60_000) * 1e6;
    const counted = [40482.9, 40482.91, 0, 40482.92, 40482.93];
    const lines = counted.map((value, index) => `electricity,device=fd-once energy_import_kwh=${value} ${at(5 + 5 * index)}`);
    await fetch(`${server.url}/write?db=plantroom`, { method: 'POST', body: lines.join('\n') });
    const device = { ...demo.devices.find(({ id }) => id === 'fd-ct')!, id: 'fd-once' };
    const [question] = questionsOf(
      { select: {}, values: ['energy_import_kwh'], aggregate: 'increase' },
      {
        shape: 'once',
        timezone: 'Asia/Shanghai',
        columns: ['Energy'],
        variables: [],
        all: [device, ...demo.devices.slice(0, 1)],
        consumption: consumption.from,
      },
    );
    const { series } = await ask(server, filled(question!.query, {}));
    const value = series?.find(({ tags }) => tags?.device === 'fd-once')?.values[0]?.[1];
    expect(value).toBeCloseTo(0.03, 6);
  });

  it('notices an empty panel: the check itself can fail', async () => {
    expect(hasValues(await ask(server, 'SELECT mean("level_pct") FROM "oxygen" WHERE time > 0'))).toBe(false);
    expect(hasValues(await ask(server, 'SELECT mean("pressure_kpa") FROM "oxygen" WHERE time > 0'))).toBe(true);
  });
});
