/** Live and replay are one engine: the same readings give the same transitions, from a file and from the store. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completeSite } from '../../commands/complete-site.ts';
import { openStore } from '../../ingest/open-store.ts';
import type { StorePoint } from '../../ingest/store.ts';
import { backtest, type Transition } from '../../rules/backtest.ts';
import { runBacktest } from '../../rules/backtest-command.ts';
import { fileHistory as openFile } from '../../rules/file-history.ts';
import { type History, storeHistory } from '../../rules/history.ts';
import { backtest as inThread } from '../../rules/index.ts';
import { loadSite } from '../../shared/site-file.ts';
import { demoSite, openPlantRun, type Seen } from './plant-run.ts';

const start = Date.UTC(2026, 0, 15, 1);
const minute = 60_000;
const site = completeSite(loadSite(demoSite.file));

let folder: string;
let file: string;
let live: Seen[];
const points: StorePoint[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-backtest-'));
  const rows = ['time,device,quantity,value'];
  const system = new Map(
    site.config.gateways.flatMap((g) => g.buses.flatMap((b) => b.devices.map((d) => [d.id, d.system as never] as const))),
  );
  using plant = openPlantRun({
    start,
    record(device, t, values, bad) {
      for (const [quantity, value] of Object.entries(values)) rows.push(`${t},${device},${quantity},${value}`);
      for (const quantity of Object.keys(bad)) rows.push(`${t},${device},${quantity},`);
      if (Object.keys(values).length > 0) {
        points.push({ measurement: system.get(device) as never, tags: { site: 'demo', device, gateway: 'g' }, t, fields: values });
      }
    },
  });
  plant.run(3 * minute);
  for (const fault of ['oxygen-leak', 'feeder-overload', 'dead-slave', 'drug-tank-empty']) plant.hospital.startFault(fault);
  plant.run(8 * minute);
  plant.hospital.stopAllFaults();
  plant.run(9 * minute);
  live = plant.seen;
  file = join(folder, 'readings.csv.gz');
  writeFileSync(file, gzipSync(rows.join('\n')));
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true }));

const lines = (seen: readonly { rule: string; device: string; active: boolean; at?: number; t?: number }[]) =>
  seen.map((one) => `${one.at ?? one.t} ${one.rule}.${one.device} ${one.active ? 'on' : 'off'}`).sort();
const fileHistory = (name: string) => openFile(name, { timezone: 'Asia/Shanghai', now: start + 60 * minute, knows: () => true });
const replay = async (history: History, from = 0, to = 8.64e15) => {
  const transitions: Transition[] = [];
  const result = await backtest(site.config, history, { from, to }, (transition) => transitions.push(transition));
  return { transitions, result };
};

describe('replay', () => {
  test('of a file gives the transitions of the live run', async () => {
    const { transitions, result } = await replay(fileHistory(file));
    expect(live.length).toBeGreaterThanOrEqual(8);
    expect(lines(transitions)).toEqual(lines(live));
    expect(result.readings).toBeGreaterThan(100_000);
    expect(result.late).toBe(0);
  });

  test('of the store gives them too', async () => {
    await using store = await openStore({ url: `sqlite:${join(folder, 'readings.db')}`, site: 'demo' });
    for (let at = 0; at < points.length; at += 5_000) await store.write(points.slice(at, at + 5_000));
    const { transitions } = await replay(storeHistory(store), start, start + 60 * minute);
    expect(lines(transitions)).toEqual(lines(live));
    const request = { from: start, to: start + 60 * minute, rules: ['EL-OVER'] };
    const { today } = await inThread(site.config, `sqlite:${join(folder, 'readings.db')}`, request);
    expect(today.episodes.map((one) => one.alarm)).toEqual(['el-over.dm-orthopaedics']);
    await expect(inThread(site.config, 'nowhere:x', request)).rejects.toMatchObject({ code: 'store/query' });
  });

  test('tries another setting beside the present one and says the difference', async () => {
    const run = async (...args: string[]) => {
      const printed: string[] = [];
      const code = await runBacktest(['--readings', file, ...args], {
        loadSite: () => site,
        openHistory: () => Promise.reject(new Error('no store')),
        now: () => start + 60 * minute,
        print: (line) => printed.push(line),
        warn: () => undefined,
      });
      expect(code).toBe(0);
      return printed;
    };
    const text = await run('--rule', 'EL-OVER', '--set', 'limit=200 % of rating_a');
    expect(text).toContain('0 instead of 1');
    const json = (await run('--rule', 'EL-OVER', '--rule', 'SYS-COMM', '--json')).map((line) => JSON.parse(line) as Transition);
    expect(lines(json)).toEqual(lines(live.filter((one) => one.rule === 'EL-OVER' || one.rule === 'SYS-COMM')));
    expect(json[0]).toMatchObject({ setting: 'today', alarm: expect.any(String), t: expect.any(Number) });
    await expect(run('--rule', 'EL-OVERR')).rejects.toThrow('did you mean "EL-OVER"');
    await expect(run('--rule', 'EL-OVER', '--set', 'limt=1')).rejects.toThrow('did you mean "limit"');
    await expect(run('--set', 'limit=1')).rejects.toThrow('name it with --rule');
  });

  test('names the line of a file that is wrong', async () => {
    const wrong = join(folder, 'wrong.csv');
    writeFileSync(wrong, 'time,device,quantity,value\n2026-01-15T00:00:00Z,fd-icu,current_l1_a,1\nyesterday,fd-icu,current_l1_a,1\n');
    await expect(replay(fileHistory(wrong))).rejects.toThrow('wrong.csv:3: "yesterday" is no time');
    writeFileSync(wrong, 'when,what\n');
    await expect(replay(fileHistory(wrong))).rejects.toThrow('wrong.csv:1: the header');
    await expect(replay(fileHistory(join(folder, 'nothing.csv')))).rejects.toMatchObject({ code: 'payload/invalid' });
  });
});
