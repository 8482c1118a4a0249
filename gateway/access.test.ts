import { describe, expect, it } from 'vitest';
import { filters, topics } from '../shared/topic.ts';
import { covers, mayPublish, maySubscribe, rightsOf } from './access.ts';

const site = 'demo';
const readings = topics.readings(site, 'gw', 'meter');

describe('access rights of the embedded broker', () => {
  it('lets the gateway publish readings and statuses and nothing that people or the store say', () => {
    const rights = rightsOf('gateway', site);
    for (const topic of [
      readings,
      topics.deviceStatus(site, 'gw', 'm'),
      topics.gatewayStatus(site, 'gw'),
      `plantroom/${site}/roles/gateway`,
    ]) {
      expect(mayPublish(rights, topic), topic).toBe(true);
    }
    const never = [
      topics.committed(site, 'gw'),
      topics.alarm(site, 'a'),
      topics.simulatorCommand(site),
      `plantroom/${site}/roles/rules`,
      '$SYS/x',
    ];
    for (const topic of never) expect(mayPublish(rights, topic), topic).toBe(false);
    expect(mayPublish(rights, topics.readings('another', 'gw', 'm'))).toBe(false);
  });

  it('lets the gateway hear devices outside plantroom/ but not the whole tree', () => {
    const rights = rightsOf('gateway', site);
    expect(maySubscribe(rights, 'zigbee2mqtt/+/state')).toBe(true);
    expect(maySubscribe(rights, topics.committed(site, 'gw'))).toBe(true);
    for (const filter of ['#', '+/x', '$SYS/#', 'plantroom/#', readings]) expect(maySubscribe(rights, filter), filter).toBe(false);
  });

  it('keeps third-party devices out of plantroom/', () => {
    const rights = rightsOf('device', site);
    expect(mayPublish(rights, 'sensors/room-1')).toBe(true);
    expect(mayPublish(rights, readings)).toBe(false);
    expect(mayPublish(rights, '$SYS/broker')).toBe(false);
    expect(maySubscribe(rights, 'sensors/#')).toBe(false);
  });

  it('lets ingest hear readings and say committed, rules say alarms, dashboards command simulators only', () => {
    expect(maySubscribe(rightsOf('ingest', site), filters.allReadings(site))).toBe(true);
    expect(mayPublish(rightsOf('ingest', site), topics.committed(site, 'gw'))).toBe(true);
    expect(mayPublish(rightsOf('ingest', site), readings)).toBe(false);
    expect(mayPublish(rightsOf('rules', site), topics.alarm(site, 'a'))).toBe(true);
    expect(mayPublish(rightsOf('rules', site), topics.committed(site, 'gw'))).toBe(false);
    expect(mayPublish(rightsOf('dashboards', site), topics.simulatorCommand(site))).toBe(true);
    expect(mayPublish(rightsOf('dashboards', site), topics.ticket(site, 't'))).toBe(false);
    expect(maySubscribe(rightsOf('dashboards', site), `plantroom/${site}/#`)).toBe(true);
    expect(mayPublish(rightsOf('simulators', site), topics.simulatedDevice(site, 'room-1'))).toBe(true);
    expect(mayPublish(rightsOf('simulators', site), readings)).toBe(false);
  });

  it('lets several processes of a role tell of themselves, under names of their own', () => {
    const rights = rightsOf('ingest', site);
    expect(mayPublish(rights, `plantroom/${site}/roles/ingest/2`)).toBe(true);
    expect(mayPublish(rights, `plantroom/${site}/roles/ingest/2/x`)).toBe(false);
    expect(mayPublish(rights, `plantroom/${site}/roles/gateway/2`)).toBe(false);
  });

  it('lets dashboards say who looks at a device and the gateway show it, and nobody the other way round', () => {
    const [watch, raw] = [topics.watch(site, 'gw', 'meter'), topics.raw(site, 'gw', 'meter')];
    expect(mayPublish(rightsOf('dashboards', site), watch)).toBe(true);
    expect(mayPublish(rightsOf('gateway', site), raw)).toBe(true);
    expect(maySubscribe(rightsOf('gateway', site), topics.watch(site, 'gw', '+'))).toBe(true);
    expect(mayPublish(rightsOf('dashboards', site), raw)).toBe(false);
    expect(mayPublish(rightsOf('gateway', site), watch)).toBe(false);
    for (const user of ['ingest', 'rules', 'simulators', 'device'] as const) {
      expect(mayPublish(rightsOf(user, site), watch), user).toBe(false);
      expect(maySubscribe(rightsOf(user, site), raw), user).toBe(false);
    }
  });

  it('refuses shared subscriptions to everybody', () => {
    expect(maySubscribe(rightsOf('ingest', site), filters.sharedReadings(site))).toBe(false);
  });

  it('knows when one filter covers another', () => {
    const yes = [
      ['a/#', 'a/b/+'],
      ['a/#', 'a'],
      ['+/b', 'a/b'],
      ['a/+', 'a/+'],
      ['#', 'x/#'],
    ] as const;
    const no = [
      ['a/+', 'a/#'],
      ['a/b', 'a/+'],
      ['a/+', 'a/b/c'],
      ['a/b/c', 'a/b'],
      ['+', 'a/b'],
    ] as const;
    for (const [outer, inner] of yes) expect(covers(outer, inner), `${outer} ${inner}`).toBe(true);
    for (const [outer, inner] of no) expect(covers(outer, inner), `${outer} ${inner}`).toBe(false);
  });
});
