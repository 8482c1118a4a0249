/** A due date is told at each stage once, opens a ticket, and stays in sight until a new certificate is there. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase, openDesk, openPlant } from '../desk/index.ts';
import { manualClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { temporaryFolder } from '../test/servers.ts';
import { siteOf } from '../test/site-of.ts';
import { deviceFacts } from './device-facts.ts';
import { type DeadlineWatch, dueThings, lookForDue } from './plant/deadlines.ts';

const day = 86_400_000;

it('tells at 90, 30, 7 days and when it is past, once each; one ticket that becomes more urgent', () => {
  using folder = temporaryFolder('deadlines');
  const clock = manualClock(Date.UTC(2026, 0, 1, 2));
  using db = openDatabase(join(folder.path, 'operations.db'));
  using desk = openDesk({ db, clock });
  const site = siteOf(
    { gw1: [['boiler-1', 'boiler']] },
    {
      assets: [
        {
          id: 'valve-1',
          kind: 'safety-valve',
          name: { zh: '1号安全阀', en: 'Safety valve 1' },
          parent: 'boiler-1',
          trade: 'boiler',
          system: 'boiler',
        },
      ],
    },
  ).config;
  const plant = openPlant(db);
  const watch: DeadlineWatch = { ...plant, site, devices: deviceFacts(site), db, desk, clock, log: silentLog() };
  const certificate = {
    id: 'c1',
    rule: 'safety-valve-calibration',
    asset: 'valve-1',
    last: '2025-05-01',
    due: '2026-05-01',
    state: 'valid' as const,
  };
  plant.certificates.put(certificate, { who: 'li', at: clock.now() });

  const seen: [string, string, number][] = [];
  for (let t = 0; t <= 125; t++) {
    for (const one of [...lookForDue(watch), ...lookForDue(watch)]) seen.push([one.subject, one.stage, one.left]);
    clock.advanceSync(day);
  }
  expect(seen).toEqual([
    ['certificate/c1', 'notice', 90],
    ['certificate/c1', 'soon', 30],
    ['certificate/c1', 'urgent', 7],
    ['certificate/c1', 'overdue', -1],
  ]);
  const tickets = desk.tickets({ state: 'all' });
  expect(tickets).toMatchObject([{ state: 'open', priority: 'high', trade: 'boiler', title: { zh: '安全阀校验：1号安全阀' } }]);
  expect(desk.journal({ kind: 'ticket' }).map(({ event }) => event)).toEqual(['comment', 'priority', 'comment', 'open']);

  // A new one in its place: nothing is overdue any more, and its own date counts.
  plant.certificates.put({ ...certificate, state: 'replaced' }, { who: 'li', at: clock.now() }, 1);
  plant.certificates.put({ ...certificate, id: 'c2', last: '2026-05-05', due: '2027-05-05' }, { who: 'li', at: clock.now() });
  expect(lookForDue(watch)).toEqual([]);
  expect(dueThings(watch, '2026-05-06').map(({ id, stage }) => [id, stage])).toEqual([['c2', 'ok']]);
});

it('tells only the last of several stages that passed while nobody looked', () => {
  using folder = temporaryFolder('deadlines');
  const clock = manualClock(Date.UTC(2026, 0, 1, 2));
  using db = openDatabase(join(folder.path, 'operations.db'));
  using desk = openDesk({ db, clock });
  const site = siteOf({ gw1: [['boiler-1', 'boiler']] }).config;
  const plant = openPlant(db);
  plant.certificates.put(
    { id: 'c1', rule: 'operator-certificate', person: '王强', due: '2026-01-04', state: 'valid' },
    { who: 'li', at: 0 },
  );
  const watch: DeadlineWatch = { ...plant, site, devices: deviceFacts(site), db, desk, clock, log: silentLog() };
  expect(lookForDue(watch).map(({ stage }) => stage)).toEqual(['urgent']);
  expect(desk.tickets()).toMatchObject([{ priority: 'high', title: { zh: '特种设备作业人员证：王强' } }]);
});
