/** Keeps on the phone what a technician needs without a connection: who is signed in, the site, the open tickets, and each of his own in full. */
import { useEffect } from 'react';
import type { SessionInfo } from '../data/api.ts';
import type { Plant, PlantLink } from '../data/plant.ts';
import { ticketApi } from '../data/ticket-api.ts';
import { keptStore } from './store.ts';

/** Not at every move of a storm. */
const restMs = 2_000;
const mostKept = 500;

export function useKept(link: PlantLink, plant: Plant | undefined, session: SessionInfo): void {
  const connected = plant?.connected === true;
  useEffect(() => {
    if (connected) void keptStore.keepSession(session).catch(() => undefined);
  }, [connected, session]);
  const site = plant?.site;
  const tickets = plant?.stored;
  useEffect(() => {
    if (!connected || !site || !tickets) return;
    const timer = setTimeout(() => {
      const user = session.user.name;
      const kept = { user, site, tickets: [...tickets.values()].slice(0, mostKept), now: link.now(), real: Date.now() };
      void keptStore.keepPlant(kept).catch(() => undefined);
      const mine = kept.tickets.filter(({ assignee }) => assignee === user);
      void (async () => {
        for (const { id, version } of mine) {
          if ((await keptStore.detail(id))?.version === version) continue;
          await keptStore.keepDetail(await ticketApi.detail(id));
        }
      })().catch(() => undefined);
    }, restMs);
    return () => clearTimeout(timer);
  }, [connected, site, tickets, session, link]);
}
