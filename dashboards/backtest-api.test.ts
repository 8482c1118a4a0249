import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RuleInForce } from '../desk/index.ts';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { until } from '../test/program.ts';
import { siteOf } from '../test/site-of.ts';
import { backtestResult, proposal } from './api/backtests.ts';
import { problemSchema } from './problem.ts';

const minute = 60_000;
const day = 1_440 * minute;
const t0 = Date.UTC(2026, 0, 15, 4);
const to = t0 + 60 * minute;

function oxygenSite() {
  const site = siteOf({ gw1: [['zone-1', 'oxygen']] });
  const zone = site.config.gateways[0]!.buses[0]!.devices[0]!;
  Object.assign(zone, { role: 'ward-zone', attributes: { nominal_kpa: 400 } });
  return site;
}

let app: DashboardsApp;
let engineer: string;
beforeAll(async () => {
  app = await startDashboardsApp(oxygenSite());
  engineer = await app.signIn('engineer');
  // 300 kPa for ten minutes: below 80 % of 400 kPa, above 70 %.
  const low = (t: number) => t >= t0 + 20 * minute && t < t0 + 30 * minute;
  await app.store.write(
    Array.from({ length: 720 }, (_, index) => t0 + index * 5_000).map((t) => ({
      measurement: 'oxygen' as const,
      tags: { site: 'demo', device: 'zone-1', gateway: 'gw1' },
      t,
      fields: { pressure_kpa: low(t) ? 300 : 400 },
    })),
  );
});
afterAll(() => app?.[Symbol.asyncDispose]());

const ask = (body: object, token = engineer) => app.call('POST', '/api/backtests', { token, body });
/** Which one comes first is open; the other one is refused at once. */
const twoRuns = ({ url }: DashboardsApp, token: string, signal: AbortSignal | null = null) =>
  [1, 2].map(() =>
    fetch(`${url}/api/backtests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ from: t0, to }),
      signal,
    }),
  );
const counted = async (outcome: string) =>
  (await app.metrics.getSingleMetric('plantroom_backtests_total')?.get())?.values.find(({ labels }) => labels.outcome === outcome)?.value ??
  0;

describe('a backtest over the API', () => {
  it('says what would have fired, and how another setting differs', async () => {
    const request = { rules: ['O2-AREA-LOW'], from: new Date(t0).toISOString(), to };
    const { status, json } = await ask({ ...request, trial: [{ rule: 'O2-AREA-LOW', params: { limit: '70 % of nominal_kpa' } }] });
    expect([status, json.detail]).toEqual([200, undefined]);
    const result = backtestResult.parse(json);
    expect(result).toMatchObject({ readings: 720, places: 1, late: 0, today: { fired: 1 }, trial: { fired: 0, episodes: [] } });
    expect(result.byRule).toEqual([{ rule: 'O2-AREA-LOW', today: 1, trial: 0 }]);
    const [episode] = result.today.episodes;
    expect(episode).toMatchObject({ device: 'zone-1', value: 300, limit: 320 });
    expect(Math.abs(episode!.from - (t0 + 20 * minute))).toBeLessThan(2 * minute);
    expect((await ask(request)).json.trial).toBeNull();
  });

  it('proposes limits from the spread of a place, with the alarms a year beside them', async () => {
    const request = { rule: 'O2-AREA-LOW', from: t0, to, devices: ['zone-1'] };
    const { status, json } = await app.call('POST', '/api/backtests/limits', { token: engineer, body: request });
    expect([status, json.detail]).toEqual([200, undefined]);
    const [found, ...more] = z.array(proposal).parse(json);
    expect(more).toEqual([]);
    // An hour in which the limit was passed once is 8,766 times a year, and no year to tell from.
    expect(found).toMatchObject({ device: 'zone-1', guess: true, median: 400, today: { limit: 320 } });
    expect(found?.today.perYear).toBeGreaterThan(8_000);
    // It stands still but for those ten minutes: what it reached then is all that there is to propose.
    expect(found?.limits).toMatchObject([{ limit: 300, looser: true }]);
    const other = await app.call('POST', '/api/backtests/limits', { token: engineer, body: { ...request, from: to } });
    expect([other.status, problemSchema.parse(other.json).errors?.map(({ field }) => field)]).toEqual([400, ['from']]);
  });

  it('names the field that is wrong', async () => {
    const rule = { id: 'O2-AREA-LOW' } as RuleInForce['rule'];
    app.desk.saveRules([{ rule, pack: 'oxygen', enabled: true, overrides: [], parameters: [], drawn: [], places: [] }]);
    for (const [change, fields] of [
      [{ from: undefined }, ['from']],
      [{ from: 'yesterday' }, ['from']],
      [{ from: to }, ['from']],
      [{ from: to - 93 * day }, ['from']],
      [{ rules: [] }, ['rules']],
      [{ rules: ['O2-AREA-LOW', 'O2-AREA-LOWW'], devices: ['nobody'] }, ['rules.1', 'devices.0']],
      [{ packs: ['nothing'] }, ['packs.0']],
      [{ trial: [{ rule: 'O2-NONE', devices: ['zone-1', 'nobody'] }] }, ['trial.0.rule', 'trial.0.devices.1']],
      [{ trial: [{ rule: 'O2-AREA-LOW', on_delay: 5 }] }, ['trial.0.on_delay']],
    ] as const) {
      const { status, json } = await ask({ from: t0, to, ...change });
      expect([status, problemSchema.parse(json).errors?.map(({ field }) => field)]).toEqual([400, fields]);
    }
    const rate = { id: 'O2-RATE', kind: 'rate' } as RuleInForce['rule'];
    app.desk.saveRules([{ rule: rate, pack: 'oxygen', enabled: true, overrides: [], parameters: [], drawn: [], places: [] }]);
    const noLimit = await app.call('POST', '/api/backtests/limits', { token: engineer, body: { rule: 'O2-RATE', from: t0, to } });
    expect([noLimit.status, noLimit.json.detail]).toEqual([400, 'rule: O2-RATE is of kind rate, which has no single limit']);
    app.desk.saveRules([{ rule, pack: 'oxygen', enabled: true, overrides: [], parameters: [], drawn: [], places: [] }]);
    const strange = await ask({ from: t0, to, trial: [{ rule: 'O2-AREA-LOW', params: { limt: 1 } }] });
    expect([strange.status, strange.json.type]).toEqual([400, 'urn:plantroom:rule/invalid']);
    expect(strange.json.detail).toContain('O2-AREA-LOW');
  });

  it('runs once at a time, and ends when whoever asked goes away', async () => {
    const asker = new AbortController();
    const [done, off] = [await counted('done'), await counted('called off')];
    const both = twoRuns(app, engineer, asker.signal);
    const busy = await Promise.race(both);
    expect(busy.status).toBe(429);
    expect(problemSchema.parse(await busy.json()).type).toBe('urn:plantroom:api/too-many');
    asker.abort();
    expect((await Promise.allSettled(both)).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await until(async () => (await counted('called off')) === off + 1);
    expect(await counted('done')).toBe(done);
    expect((await ask({ from: t0, to })).status).toBe(200);
  });

  it('does not hold up the end of the server', async () => {
    const other = await startDashboardsApp(oxygenSite());
    const both = twoRuns(other, await other.signIn('engineer'));
    expect((await Promise.race(both)).status).toBe(429);
    await other[Symbol.asyncDispose]();
    const answers = await Promise.all(both);
    expect(answers.map(({ status }) => status).sort()).toEqual([429, 503]);
    expect(answers.find(({ status }) => status === 503)?.headers.get('connection')).toBe('close');
  });
});
