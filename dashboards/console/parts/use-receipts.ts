/** Tells the server which calling alarms this screen has shown, and whether with sound: they stand in the record of who was told. */
import { useEffect, useRef } from 'react';
import type { Priority } from '../../../shared/alarm.ts';
import { calls } from '../../../shared/alarm-order.ts';
import { noticesApi } from '../data/notices-api.ts';
import { useConsole } from './context.ts';

/** Of a storm the first screenful and what follows go together. */
const gatherMs = 1_000;
const mostAtOnce = 500;

/** @param sounding priorities that are heard on this screen now */
export function useReceipts(sounding: readonly Priority[]): void {
  const { plant } = useConsole();
  const told = useRef(new Map<string, boolean>());
  const fresh = [...plant.alarms.values()].filter((alarm) => {
    const before = told.current.get(`${alarm.id} ${alarm.occurrence}`);
    return calls(alarm) && (before === undefined || (!before && sounding.includes(alarm.priority)));
  });
  const keys = plant.connected
    ? fresh.map(({ id, occurrence, priority }) => `${id} ${occurrence} ${sounding.includes(priority)}`).join('\n')
    : '';
  useEffect(() => {
    if (keys === '') return;
    const timer = setTimeout(() => {
      // A window that nobody sees has shown nothing.
      if (document.visibilityState !== 'visible') return;
      for (const sounded of [true, false]) {
        const some = fresh.filter(({ priority }) => sounding.includes(priority) === sounded).slice(0, mostAtOnce);
        if (some.length === 0) continue;
        const key = ({ id, occurrence }: { id: string; occurrence: number }) => `${id} ${occurrence}`;
        for (const alarm of some) told.current.set(key(alarm), sounded);
        noticesApi
          .shown(
            some.map(({ id, occurrence }) => ({ id, occurrence })),
            sounded,
          )
          .catch(() => {
            for (const alarm of some) told.current.delete(key(alarm));
          });
      }
    }, gatherMs);
    return () => clearTimeout(timer);
    // `keys` says what is fresh and what is heard.
  }, [keys]);
}
