import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pino from 'pino';
import { expect, it } from 'vitest';
import { manualClock, systemClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { gatewayPassword, gatewayUser } from '../shared/role.ts';
import { Secret } from '../shared/secret.ts';
import { Troubles } from '../shared/trouble.ts';
import { until } from '../test/program.ts';
import { openBroker } from './broker.ts';
import { ensureCredentials } from './credentials.ts';
import { Outbox } from './outbox.ts';
import { startLink } from './publish.ts';
import { Twin } from './twin.ts';

/** mqtt.js waits by timers of its own. */
const quietMs = 4_000;

it('F17 two gateways with one id: one clear line each, a trouble, slower tries', async () => {
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-twin-'));
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  const credentials = ensureCredentials(folder);
  const broker = undo.use(
    await openBroker({ site: 'demo', dataDir: folder, host: '127.0.0.1', port: 0, log: silentLog(), gateways: ['gw'] }),
  );
  const clock = systemClock();
  // Counts how often either of them comes.
  let tries = 0;
  const door = createServer((socket) => {
    tries++;
    const inside = connect(broker.port, '127.0.0.1');
    socket.pipe(inside).pipe(socket);
    for (const [one, other] of [
      [socket, inside],
      [inside, socket],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  undo.defer(() => void door.close());
  const { port } = door.address() as AddressInfo;
  const start = (name: string) => {
    const lines: string[] = [];
    const troubles = new Troubles(clock);
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    const outbox = undo.use(
      new Outbox({ file: join(folder, `${name}.db`), maxBytes: 1 << 24, maxAgeMs: 1e9, wire: clock, plant: clock, log: silentLog() }),
    );
    undo.use(
      startLink({
        site: 'demo',
        gateway: 'gw',
        access: {
          url: `mqtt://127.0.0.1:${port}`,
          username: gatewayUser('gw'),
          password: new Secret(gatewayPassword(credentials, 'gw')),
        },
        outbox,
        wire: clock,
        plant: clock,
        log,
        troubles,
        facts: () => ({}),
      }),
    );
    return { lines, troubles };
  };
  const both = [start('one'), start('two')];
  const told = () => both.filter(({ troubles }) => troubles.list().some(({ code, place }) => code === 'gateway-twice' && place === 'gw'));
  await until(async () => told().length > 0);
  for (const { lines } of told())
    expect(lines.filter((line) => line.includes('another client took over the id of gateway gw'))).toHaveLength(1);
  // One more change of hands until the one that knows is out; at the pace of before there would be two a second, for ever.
  const before = tries;
  await setTimeout(quietMs);
  expect(tries - before).toBeLessThanOrEqual(3);
}, 240_000);

it('a gateway alone is alone: what it finds before it has spoken is what it said in its former life', () => {
  const clock = manualClock();
  const troubles = new Troubles(clock);
  const twin = new Twin({ gateway: 'gw', boot: 'me', log: silentLog(), troubles });
  const said = (payload: object) => twin.heard(Buffer.from(JSON.stringify(payload)), clock.monotonic());
  said({ online: false, boot: 'former' });
  twin.spoke();
  said({ online: true, outbox: { boot: 'me' } });
  said({ online: false, boot: 'me' });
  twin.heard(Buffer.from('{'), clock.monotonic());
  expect(troubles.list()).toEqual([]);
  said({ online: true, outbox: { boot: 'other' } });
  expect(troubles.list()).toMatchObject([{ code: 'gateway-twice', place: 'gw' }]);
  expect(twin.isThere(clock.monotonic())).toBe(true);
  clock.advanceSync(11 * 60_000);
  twin.look(clock.monotonic());
  expect(troubles.list()).toEqual([]);
});
