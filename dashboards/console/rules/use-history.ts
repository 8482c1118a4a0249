/** The days before now of what a rule watches at a device, and when its alarm was there. */
import { useEffect, useState } from 'react';
import { api, type RuleInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { firedTimes } from './fired.ts';
import { extremesOf } from './limits.ts';
import type { WatchedLine } from './rule-chart.tsx';

export interface RuleHistory {
  from: number;
  to: number;
  watched: WatchedLine[];
  fired: { from: number; to: number }[];
  /** Lowest and highest value. */
  seen: [number, number] | undefined;
}

/** More lines than these hide each other; the three phases are the most that rules have. */
const mostWatched = 3;
const points = 700;

export function useRuleHistory(entry: RuleInfo, device: string | undefined, days: number): RuleHistory | undefined {
  const { text } = useWords();
  const { link, plant } = useConsole();
  const [history, setHistory] = useState<RuleHistory>();
  const { quantities } = plant.site;
  useEffect(() => {
    const place = entry.places.find((one) => one.device === device);
    setHistory(undefined);
    if (!place) return;
    const abort = new AbortController();
    const to = Math.ceil(link.now());
    const from = to - days * 86_400_000;
    const unit = place.watches[0] && quantities[place.watches[0].quantity]?.unit;
    const watches = place.watches.filter(({ quantity }) => quantities[quantity]?.unit === unit).slice(0, mostWatched);
    const load = async () => {
      const [lines, journal] = await Promise.all([
        Promise.all(
          watches.flatMap((watch, color) =>
            extremesOf(entry).map(async (aggregate): Promise<WatchedLine> => {
              const answer = await api.series({ ...watch, from, to, points, aggregate }, abort.signal);
              return { label: text(quantities[watch.quantity]?.label), color, points: answer.points };
            }),
          ),
        ),
        journalOf(`${entry.rule.id.toLowerCase()}.${place.device}`, place.device),
      ]);
      if (abort.signal.aborted) return;
      const values = lines.flatMap((line) => line.points.flatMap(([, value]) => (value === null ? [] : [value])));
      const seen = values.length > 0 ? ([Math.min(...values), Math.max(...values)] as [number, number]) : undefined;
      setHistory({ from, to, watched: lines, fired: firedTimes(journal, to), seen });
    };
    load().catch(() => undefined);
    return () => abort.abort();
  }, [entry, device, days, link, quantities, text]);
  return history;
}

/** An alarm that never came has no journal. */
async function journalOf(alarm: string, device: string) {
  const known = await api.alarmsOf(device);
  return known.some(({ id }) => id === alarm) ? api.alarmJournal(alarm, 1_000) : [];
}
