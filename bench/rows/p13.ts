import { setTimeout as sleep } from 'node:timers/promises';
import { startInfluxdb } from '../../test/servers.ts';
import { startBare } from '../bare.ts';
import { wideQuantities } from '../chaos/fleet.ts';
import { cpuSeconds } from '../chaos/roles.ts';
import { startTruthServer } from '../chaos/truth-server.ts';
import { type Line, measure, startLine } from '../line.ts';
import { median, type Row } from '../row.ts';
import { memoryMb } from '../screens/process.ts';
import { startTelegraf, telegrafPath } from '../telegraf.ts';

const meters = 200;
const values = 20;
/** V8 compiles what runs seldom for minutes; what counts is what it costs for months. */
const warmMs = Number(process.env.PLANTROOM_BENCH_WARM_MS ?? 180_000);
/** A tick of /proc/PID/stat is 10 ms: of the least of six roles, which takes some 2 ms a second, windows must be much longer. */
const windowMs = 30_000;
const windows = 5;
const mostOfTelegraf = 1;
const mostOfLine = 1.6;
const mostMb = 450;
/** Where Telegraf cannot be had: what it took beside the bare script when both were measured (issue 7: 11.0 and 6.6 CPU s per million values). */
const telegrafPerBare = 11 / 6.6;

const lineRoles = ['broker', 'ingest', 'gateway'] as const;
/** Rules at every meter that see each of its readings and have nothing to say, beside those of the packs. */
export const rules = `rules:
  own:
${wideQuantities
  .slice(1, 6)
  .map(
    (quantity, i) =>
      `    - { id: BENCH-${i}, kind: above, title: { zh: 过限, en: Above }, select: { system: electricity }, quantity: ${quantity}, params: { limit: 99999 }, on_delay: 10s, off_delay: 10s, priority: low, trade: electrical, ticket: false, cause: bench-${i}, check: { zh: 查, en: Look }, source: proposal }`,
  )
  .join('\n')}
`;

const row: Row = {
  id: 'p13',
  title: `the line and all roles beside Telegraf into InfluxDB 1.6.7, in the same minutes: ${meters} meters × ${values} values each second, one connection each`,
  reach: `line ≤ Telegraf, all roles ≤ ${mostOfLine} × line, memory of all roles ≤ ${mostMb} MB`,
  async run() {
    await using undo = new AsyncDisposableStack();
    const influx = undo.use(await startInfluxdb());
    const file = telegrafPath();
    const fleet = { buses: meters, devicesPerBus: 1, values, poll: '1s' };
    const storeUrl = (database: string) => `influx1://127.0.0.1:${influx.port}/${database}`;
    const line = undo.use(await startLine({ ...fleet, roles: lineRoles, storeUrl: storeUrl('line') }));
    const all = undo.use(
      await startLine({ ...fleet, more: rules, roles: [...lineRoles, 'rules', 'energy', 'dashboards'], storeUrl: storeUrl('everything') }),
    );
    const bare = undo.use(await startBare(influx.url, meters, values));
    const theirs = undo.use(await startTruthServer({ values, buses: meters, remember: false }));
    const telegraf = file === undefined ? undefined : undo.use(await startTelegraf(file, influx.url, theirs.ports, values));
    await sleep(warmMs);

    const raw: Record<string, number[]> = { 'bare script': [], Telegraf: [], line: [], 'all roles': [] };
    const add = (name: string, value: number) => {
      raw[name] ??= [];
      raw[name].push(value);
    };
    for (let i = 0; i < windows; i++) {
      const before = { bare: await bare.use(), telegraf: telegraf ? cpuSeconds(telegraf.pid) : 0, given: theirs.given() };
      const [ours, everything] = await Promise.all([measure(line, values, windowMs), measure(all, values, windowMs)]);
      const after = await bare.use();
      const script = ((after.cpuSeconds - before.bare.cpuSeconds) / (after.values - before.bare.values)) * 1e6;
      add('bare script', script);
      add(
        'Telegraf',
        telegraf
          ? ((cpuSeconds(telegraf.pid) - before.telegraf) / ((theirs.given() - before.given) * values)) * 1e6
          : script * telegrafPerBare,
      );
      const sum = (cpu: Record<string, number>) => Object.values(cpu).reduce((total, one) => total + one, 0);
      add('line', (sum(ours.cpu) / ours.values) * 1e6);
      add('all roles', (sum(everything.cpu) / everything.values) * 1e6);
      for (const [name, seconds] of Object.entries(everything.cpu)) add(`of all roles, ${name}`, (seconds / everything.values) * 1e6);
    }
    const memory = memoryOf(all);
    for (const [name, mb] of memory) add(`PSS MB, ${name}`, mb);
    if (telegraf) add('PSS MB, Telegraf', memoryMb(telegraf.pid).pss);
    const mb = [...memory.values()].reduce((total, one) => total + one, 0);
    const [script, peer, ours, everything] = ['bare script', 'Telegraf', 'line', 'all roles'].map((name) =>
      median(raw[name] as number[]),
    ) as [number, number, number, number];
    // Of the same half minute each: the machine is another in the next.
    const perLine = raw['all roles']?.map((one, i) => one / (raw.line?.[i] ?? Number.NaN)) ?? [];
    raw['all roles / line'] = perLine;
    const timesLine = median(perLine);
    return {
      ours: `line ${ours.toFixed(1)}, all roles ${everything.toFixed(1)} CPU s per million values (${timesLine.toFixed(2)} × line), ${mb.toFixed(0)} MB`,
      limit: `${telegraf ? 'Telegraf' : 'as Telegraf'} ${peer.toFixed(1)}, bare script ${script.toFixed(1)} CPU s per million values`,
      ratio: ours / peer,
      raw,
      ok: ours <= peer * mostOfTelegraf && timesLine <= mostOfLine && mb <= mostMb,
      ...(telegraf ? {} : { note: `Telegraf is not here: ${telegrafPerBare.toFixed(2)} × the bare script stands for it` }),
    };
  },
};
export default row;

/** Pages that several processes share count once. */
const memoryOf = (line: Line): Map<string, number> => new Map([...line.roles].map(([name, { pid }]) => [name, memoryMb(pid).pss]));
