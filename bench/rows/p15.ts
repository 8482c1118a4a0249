/** A storm of 500 alarms with an oxygen alarm in the middle: how long until every receiver has that one, and what a person gets of the rest. Real clock. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { openEngineDesk } from '../../desk/open.ts';
import { openNotifier } from '../../notify/index.ts';
import { systemClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import { heatingAlarm } from '../../test/dashboards-app.ts';
import { startHttpReceiver } from '../../test/http-receiver.ts';
import { siteOf } from '../../test/site-of.ts';
import type { Row } from '../row.ts';

const storm = 500;
const burst = 50;
const everyMs = 200;
/** A mail or message server of a hospital answers in some such time. */
const answerMs = 80;
const reachMs = 1_500;
const mostMessages = 2;
const repetitions = 5;

async function once(): Promise<{ tookMs: number[]; messages: number }> {
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-bench-'));
  undo.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const arrived: number[] = [];
  let messages = 0;
  const receive = (personal: boolean) =>
    startHttpReceiver(async ({ body }) => {
      const oxygen = body.includes('oxygen-of-the-icu');
      if (oxygen) arrived.push(performance.now());
      else if (personal) messages++;
      await sleep(answerMs);
      return { body: 'ok' };
    });
  const [group, phone] = [undo.use(await receive(false)), undo.use(await receive(true))];
  const site = siteOf(
    { gw: [['loop-1', 'heating']] },
    {
      people: [{ id: 'li', name: 'li', phone: '+86 1' }],
      on_call: [{ trade: 'boiler', people: ['li'] }],
      channels: [
        { id: 'hook', type: 'webhook', url: group.url, secret: { env: 'KEY' } },
        { id: 'sms', type: 'sms', url: phone.url, body: '{phone} {text} {key} {secret}', success: 'ok', secret: { env: 'KEY' } },
      ],
      escalation: { critical: [], high: [] },
      weekly_test: { enabled: false },
    },
  );
  const clock = systemClock();
  const file = join(folder, 'operations.db');
  const desk = undo.use(openEngineDesk({ file, clock }));
  const log = silentLog();
  const notifier = undo.use(
    openNotifier({ site, file, desk, clock, log, metrics: new Registry(), environment: { KEY: 'a-key-of-this-bench' } }),
  );
  const raise = (id: string, lifeSafety: boolean) =>
    desk.raise(
      heatingAlarm('loop-1', {
        ...{ id, causeKey: id, lifeSafety, trade: 'boiler' as const, priority: lifeSafety ? ('critical' as const) : ('high' as const) },
        title: { zh: id, en: id },
      }),
      { at: clock.now(), value: 90, limit: 100 },
    );
  let began = Number.NaN;
  for (let n = 0; n < storm; n += burst) {
    desk.batch(() => {
      for (let k = 0; k < burst; k++) raise(`a${n + k}`, false);
      if (n === storm / 2) {
        raise('oxygen-of-the-icu', true);
        began = performance.now();
      }
    });
    notifier.kick();
    await sleep(everyMs);
  }
  const patience = performance.now() + 10_000;
  while (arrived.length < 2 && performance.now() < patience) await sleep(10);
  await sleep(2_000);
  return { tookMs: arrived.map((t) => t - began), messages };
}

const row: Row = {
  id: 'p15',
  title: `a storm of ${storm} alarms with an oxygen alarm in the middle, two channels whose servers answer in ${answerMs} ms`,
  reach: `oxygen handed over ≤ ${reachMs / 1_000} s on both; ≤ ${mostMessages} messages to the person`,
  async run() {
    const all: { tookMs: number[]; messages: number }[] = [];
    for (let n = 0; n < repetitions; n++) all.push(await once());
    const tookMs = all.flatMap((one) => one.tookMs);
    const messages = Math.max(...all.map((one) => one.messages));
    const worst = Math.max(...tookMs);
    return {
      ours: `slowest ${(worst / 1_000).toFixed(2)} s, ${messages} messages to the person`,
      limit: '–',
      raw: { 'raised to handed over, ms': tookMs, 'messages to the person': all.map((one) => one.messages) },
      ok: tookMs.length === 2 * repetitions && worst <= reachMs && messages <= mostMessages,
    };
  },
};
export default row;
