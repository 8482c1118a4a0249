/** Console and boards draw the limits that the rule kind declares: the same ones, in the unit of what is drawn. */
import { expect, it } from 'vitest';
import { openRuleBook } from '../../rules/pack.ts';
import { type QuantityId, quantity as quantityOf } from '../../shared/quantity.ts';
import { demoSite } from '../../test/board-site.ts';
import { alarmLimits, chartLimits } from '../console/chart/limits.ts';
import { deviceFacts } from '../device-facts.ts';
import type { BoardDevice } from './devices.ts';
import { limitsAt } from './limits.ts';

const site = demoSite().config;
const { inForce, instances } = openRuleBook(site);
const devices = deviceFacts(site);

it('says the same limits on both, for every rule at every device', () => {
  let compared = 0;
  for (const entry of inForce) {
    for (const { device, watches } of entry.places) {
      const facts = devices.get(device);
      const quantity: QuantityId | undefined = watches.find((watch) => watch.device === device)?.quantity;
      if (!facts || !quantity) continue;
      const board = limitsAt([entry], quantity, {
        ...facts,
        quantities: new Set(watches.map((one) => one.quantity)),
      } as unknown as BoardDevice);
      const console = chartLimits([entry], device, quantity, facts.attributes, ({ en }) => en);
      expect([entry.rule.id, board.map(({ side, value }) => `${side} ${value}`)]).toEqual([
        entry.rule.id,
        console.map(({ side, value }) => `${side} ${Math.round(value * 1e6) / 1e6}`),
      ]);
      compared += board.length;
    }
  }
  expect(compared).toBeGreaterThan(100);
});

it('draws an alarm with the limits of its own rule, and one of a change, which has none, with those of the quantity', () => {
  const facts = devices.get('o2-icu')!;
  const titles = (rule: string) =>
    alarmLimits(inForce, 'o2-icu', 'pressure_kpa', facts.attributes, ({ en }) => en, rule).map(({ side, value }) => `${side} ${value}`);
  expect(titles('O2-AREA-LOW')).toEqual(['below 320']);
  expect(titles('O2-RATE')).toContain('below 320');
});

it('has a limit for overload and compliance, and none where the limit is in another unit than the curve', () => {
  const linesOf = (kind: string) => inForce.filter(({ rule }) => rule.kind === kind).flatMap(({ drawn }) => drawn);
  expect(linesOf('overload')).toContainEqual({ param: 'rating', side: 'above' });
  expect(
    inForce.filter(({ rule }) => ['unbalance', 'pressure-decay', 'rate', 'missing'].includes(rule.kind)).flatMap(({ drawn }) => drawn),
  ).toEqual([]);
});

it('gives value and limit of an alarm the unit they are in', () => {
  const units = new Map(instances.map(({ kind, definition }) => [kind.id, definition.unit]));
  expect(units.get('unbalance')).toBe('%');
  expect(units.get('missing')).toBe('s');
  for (const { kind, definition, params } of instances) {
    if (kind.id === 'compliance')
      expect(definition.unit).toBe('hours' in (params as object) && (params as { hours?: unknown }).hours !== undefined ? 'h' : 'min');
    if (kind.drawn.length > 0 && kind.id !== 'compliance') expect(definition.unit).toBe(quantityOf(definition.quantity as QuantityId).unit);
  }
});
