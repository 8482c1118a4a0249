/** From a reading on the broker to a signed notice at a receiver, through the rules role as it is. */
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openDeliveries } from '../../desk/deliveries.ts';
import { openNotifier } from '../../notify/index.ts';
import { startRules } from '../../rules/app.ts';
import { systemClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import { operationsFile } from '../../shared/role.ts';
import { channelBaseSchema } from '../../shared/site.ts';
import { loadSite } from '../../shared/site-file.ts';
import { topics } from '../../shared/topic.ts';
import { Troubles } from '../../shared/trouble.ts';
import { hangMs } from '../hang.ts';
import { startHttpReceiver } from '../http-receiver.ts';
import { temporaryFolder } from '../servers.ts';

test('low oxygen pressure on the broker is told at once, and its return too', async () => {
  const folder = temporaryFolder('notify-role');
  onTestFinished(() => folder[Symbol.dispose]());
  await using receiver = await startHttpReceiver();
  const secretFile = join(folder.path, 'hook.key');
  writeFileSync(secretFile, 'a-key-of-the-hook-signature\n', { mode: 0o600 });
  const aedes = await Aedes.createBroker({ concurrency: 0, drainTimeout: 5_000 });
  const server = createServer(aedes.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => aedes.close(() => server.close(() => resolve()))));
  const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = await mqtt.connectAsync(url, { protocolVersion: 4 });
  onTestFinished(() => client.endAsync());

  const site = loadSite(join(import.meta.dirname, '../../sites/demo.yaml'));
  site.config.channels = [channelBaseSchema.parse({ id: 'hook', type: 'webhook', url: receiver.url, secret: { file: secretFile } })];
  const clock = systemClock();
  const metrics = new Registry();
  // What is sent before the role listens is lost to it, however long that takes on a busy machine.
  const listening = new Promise<void>((resolve) => {
    aedes.on('subscribe', (subscriptions) => subscriptions.some(({ topic }) => topic.endsWith('/readings')) && resolve());
  });
  const rules = await startRules(openNotifier)({
    role: 'rules',
    site,
    dataDir: folder.path,
    mqtt: { url },
    storeUrl: '',
    clock,
    log: silentLog(),
    metrics,
    troubles: new Troubles(clock),
  });
  await using _rules = rules;
  await listening;

  let seq = 0;
  const send = (kpa: number, t: number) =>
    client.publishAsync(
      topics.readings('demo', 'gw-plant', 'o2-icu'),
      JSON.stringify({ boot: 'b', seq: seq++, t, v: { pressure_kpa: kpa, oxygen_flow_lmin: 5 } }),
      { qos: 1 },
    );
  const notices = () => receiver.posts.map((post) => JSON.parse(post.body) as { step: string; lifeSafety: boolean; text: string });
  const t0 = clock.now() - 20_000;
  await send(300, t0);
  await send(300, t0 + 3_500);
  await vi.waitFor(() => expect(notices()).toMatchObject([{ step: 'raised', lifeSafety: true }]), { timeout: hangMs, interval: 10 });
  expect(notices()[0]?.text).toContain('不替代现场法定报警装置');
  await send(400, t0 + 4_000);
  await send(400, t0 + 19_000);
  await vi.waitFor(() => expect(notices()).toMatchObject([{ step: 'raised' }, { step: 'returned' }]), { timeout: hangMs, interval: 10 });

  using deliveries = openDeliveries({ file: operationsFile(folder.path) });
  // The receiver has it before the ledger says so.
  await vi.waitFor(
    () =>
      expect(deliveries.deliveriesOf('o2-area-low.o2-icu').map((one) => `${one.step} ${one.state}`)).toEqual([
        'returned sent',
        'raised sent',
      ]),
    { timeout: hangMs, interval: 10 },
  );
  expect(await metrics.metrics()).toContain('plantroom_notices_sent_total{channel="hook"} 2');
}, 240_000);
