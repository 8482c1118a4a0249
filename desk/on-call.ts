/** Which rosters answer for a place and a trade, nearest first. Pure. */
import type { RosterDefinition } from '../shared/roster.ts';
import type { SiteConfig } from '../shared/site.ts';
import { type Trade, tradeLabels } from '../shared/system.ts';
import type { Rosters } from './rosters.ts';

export interface Place {
  trade: Trade;
  building: string | null;
  department: string | null;
}
export type Rank = RosterDefinition['rank'];

/**
 * Rosters of the rank in the order in which they are asked: of area and trade, of the area, of the trade, of everything; then, so that nobody is
 * left without, general maintenance and at last all others.
 */
export function rostersFor(rosters: readonly RosterDefinition[], { trade, building, department }: Place, rank: Rank): RosterDefinition[][] {
  const mine = rosters.filter((roster) => roster.rank === rank);
  const ofTrade = (roster: RosterDefinition) => roster.trades.includes(trade);
  const ofArea = (roster: RosterDefinition) => roster.areas.some((area) => area === building || area === department);
  const anyTrade = (roster: RosterDefinition) => roster.trades.length === 0;
  const anywhere = (roster: RosterDefinition) => roster.areas.length === 0;
  const groups = [
    mine.filter((roster) => ofArea(roster) && ofTrade(roster)),
    mine.filter((roster) => ofArea(roster) && anyTrade(roster)),
    mine.filter((roster) => anywhere(roster) && ofTrade(roster)),
    mine.filter((roster) => anywhere(roster) && anyTrade(roster)),
  ];
  // A head who is not of this trade is not the next one to call; of the crew on duty somebody is better than nobody.
  if (rank === 'duty')
    groups.push(
      mine.filter((roster) => anywhere(roster) && roster.trades.includes('general')),
      mine,
    );
  return groups.filter((group) => group.length > 0);
}

/** Ids of those on call, from the nearest rosters that have somebody; empty when none has. */
export function peopleOnCall(rosters: Pick<Rosters, 'list' | 'onCallAt'>, place: Place, rank: Rank, t: number): string[] {
  const all = rosters.list().map(({ definition }) => definition);
  for (const group of rostersFor(all, place, rank)) {
    const people = group.flatMap(({ id }) => rosters.onCallAt(id, t)).flatMap(({ person }) => person ?? []);
    if (people.length > 0) return [...new Set(people)];
  }
  return [];
}

/** The rosters of a site file: its own, and one for each trade of `on_call` that none of them serves. */
export function rostersOfSite(site: Pick<SiteConfig, 'on_call' | 'rosters'>): RosterDefinition[] {
  const own = site.rosters;
  const byTrade = new Map<Trade, string[]>();
  for (const { trade, people } of site.on_call) byTrade.set(trade, [...(byTrade.get(trade) ?? []), ...people]);
  const fixed = [...byTrade].filter(
    ([trade]) =>
      !own.some((roster) => roster.id === trade || (roster.rank === 'duty' && roster.areas.length === 0 && roster.trades.includes(trade))),
  );
  return [
    ...own,
    ...fixed.map(
      ([trade, people]): RosterDefinition => ({
        id: trade,
        name: tradeLabels[trade],
        trades: [trade],
        areas: [],
        rank: 'duty',
        layers: [{ kind: 'weekly', length: 1, start: '2020-01-06T00:00', turns: [[...new Set(people)].map((person) => ({ person }))] }],
      }),
    ),
  ];
}
