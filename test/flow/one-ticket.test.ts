/** One cause, one ticket: what a fault of the simulated hospital leaves open after two hours if nobody comes (docs/decisions/0060). */
import { describe, expect, test } from 'vitest';
import { isClosed } from '../../shared/ticket.ts';
import { openPlantRun, type PlantRun } from './plant-run.ts';

const start = Date.UTC(2026, 0, 15, 1);
const minute = 60_000;

function after(fault: string, runMs: number, params: Record<string, string> = {}, prepare?: (plant: PlantRun) => void): PlantRun {
  const plant = openPlantRun({ start, stepS: 2 });
  plant.run(10 * minute);
  plant.hospital.startFault(fault, params);
  prepare?.(plant);
  plant.run(runMs);
  return plant;
}
/** Each ticket as the alarm that it is about and those that belong to it. */
const ticketsOf = ({ desk }: PlantRun) =>
  Object.fromEntries(desk.tickets({ state: 'all' }).map((ticket) => [ticket.alarm as string, ticket.alarms.toSorted()]));

describe('a burst heating pipe', () => {
  test('above the operating rooms is one ticket, to which the water below, the pressure and the circulation belong', () => {
    using plant = after('burst-heating-pipe', 25 * minute);
    expect(ticketsOf(plant)).toEqual({ 'ht-burst.heat-or': ['dr-leak.leak-or', 'ht-flow.heat-or', 'ht-pressure-low.heat-or'] });
    const [ticket] = plant.desk.tickets();
    const burst = plant.desk.alarm('ht-burst.heat-or');
    expect(ticket).toMatchObject({
      title: burst?.title,
      priority: 'critical',
      device: 'heat-or',
      system: 'heating',
      location: burst?.location,
    });
    expect(ticket?.description.en).toContain('probably a burst pipe');
    // The rope was wet before the loop had lost its pressure: the ticket was opened for it and says what became of it.
    const events = plant.desk.journal({ kind: 'ticket', id: ticket?.id ?? '' }).toReversed();
    expect(events.slice(0, 3).map(({ event, detail }) => [event, detail.alarm])).toEqual([
      ['open', 'dr-leak.leak-or'],
      ['join', 'ht-burst.heat-or'],
      ['lead', 'ht-burst.heat-or'],
    ]);
    // Nothing of it is hidden.
    for (const id of ticket?.alarms ?? [])
      expect(plant.desk.alarm(id)).toMatchObject({ state: 'UNACK', cause: 'ht-burst.heat-or', ticket: ticket?.id });
    expect(plant.desk.tickets({ device: 'heat-or' })).toHaveLength(1);
  });

  test('whose water somebody is looking at already leaves him his ticket, under that of the burst', () => {
    using plant = after('burst-heating-pipe', 60_000, {}, ({ desk, run }) => {
      run(minute, () => desk.alarm('dr-leak.leak-or')?.active === true);
      desk.assign(desk.alarm('dr-leak.leak-or')?.ticket ?? '', { id: 'anna' }, 'anna');
    });
    const [root, own] = ['ht-burst.heat-or', 'dr-leak.leak-or'].map((id) => plant.desk.ticket(plant.desk.alarm(id)?.ticket ?? ''));
    expect(own).toMatchObject({ state: 'assigned', alarm: 'dr-leak.leak-or' });
    expect(own?.life.parent).toBe(root?.id);
    expect(root && isClosed(root)).toBe(false);
  });
});

/** What is left besides the burst, with the reason where it is more than one. */
const faults: [fault: string, minutes: number, tickets: Record<string, string[]>, why?: string][] = [
  ['sump-pump-fails', 30, { 'dr-pump.sump-substation': ['dr-sump.sump-substation'] }],
  ['drug-tank-empty', 118, { 'ww-dose.wastewater': ['ww-cl-high.wastewater-analyser', 'ww-cl.wastewater-analyser', 'ww-tank.wastewater'] }],
  ['feeder-overload', 20, { 'el-trip.dm-orthopaedics': ['el-over.dm-orthopaedics', 'el-thermal.dm-orthopaedics'] }],
  ['oxygen-leak', 10, { 'o2-rate.o2-icu': ['o2-area-low.o2-icu'] }],
  [
    'mains-lost',
    70,
    { 'gs-mains.ats': ['dhw-cold.hotwater-front', 'dhw-cold.hotwater-rear', 'dhw-low.hotwater-front', 'dhw-low.hotwater-rear'] },
  ],
  [
    'mains-lost-generator-fails',
    3,
    { 'gs-mains.ats': [], 'gs-start.ats': [], 'gs-fail.genset': ['gs-shutdown.genset'] },
    'dangers to life at three places: call the utility, transfer by hand, start the engine by hand',
  ],
];
test.each(faults)('%s leaves after %d min the tickets %o', (fault, minutes, tickets) => {
  using plant = after(fault, minutes * minute);
  expect(ticketsOf(plant)).toEqual(tickets);
  for (const alarm of plant.desk.alarms({ state: 'all' })) {
    if (alarm.lifeSafety) expect(alarm.cause, alarm.id).toBeNull();
  }
});
