import { expect, it } from 'vitest';
import { openDatabase, openDesk } from '../desk/index.ts';
import { openEnergyStores } from '../energy/index.ts';
import { manualClock } from '../shared/clock.ts';
import { siteOf } from '../test/site-of.ts';
import { namedMeters } from './energy/meters.ts';
import { lookForDoubts } from './energy/watch.ts';

const hour = 3_600_000;

it('a meter that nobody can explain gets one ticket; a further doubt is a comment on it, and a new ticket once it is closed', () => {
  const clock = manualClock(Date.UTC(2026, 6, 10));
  using db = openDatabase(':memory:');
  using desk = openDesk({ db, clock });
  const { suspects } = openEnergyStores(db, clock);
  const site = siteOf({ gw1: [['main', 'electricity']] }).config;
  Object.assign(site.gateways[0]!.buses[0]!.devices[0]!, { role: 'incomer' });
  const meters = namedMeters({ site, devices: new Map(), profileFacts: () => undefined });
  const doubt = (verdict: 'unknown' | 'reset', hoursAgo: number) =>
    suspects.replace('main', 'energy_import_kwh', Number.POSITIVE_INFINITY, [
      { verdict, from: clock.now() - (hoursAgo + 1) * hour, to: clock.now() - hoursAgo * hour, a: 900, b: 10, delta: 0 },
    ]);
  const look = () => lookForDoubts({ db, desk, suspects, meters, clock });
  doubt('reset', 3);
  doubt('unknown', 72);
  expect(look()).toEqual([]);
  doubt('unknown', 2);
  const [ticket] = look();
  expect(desk.ticket(ticket!)).toMatchObject({ device: 'main', trade: 'electrical', title: { zh: '表计数据存疑：main' } });
  expect(look()).toEqual([]);
  doubt('unknown', 1);
  expect(look()).toEqual([]);
  expect(desk.tickets()).toHaveLength(1);
  desk.cancel(ticket!, { id: 'li', admin: true }, 'known');
  doubt('unknown', 0);
  expect(look()).toHaveLength(1);
});
