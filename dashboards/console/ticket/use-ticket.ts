/** One ticket in full: as the server has it, or as this phone kept it, with what waits to be sent. */
import { useCallback, useMemo, useState } from 'react';
import type { Ticket } from '../../../shared/ticket.ts';
import { ApiError } from '../data/api.ts';
import { type TicketDetail, ticketApi } from '../data/ticket-api.ts';
import { useOutbox } from '../offline/outbox.ts';
import { withWaiting } from '../offline/pending.ts';
import { keptStore } from '../offline/store.ts';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';

interface Shown {
  /** With what waits. */
  ticket: Ticket | undefined;
  /** As the server has it. */
  server: Ticket | undefined;
  detail: TicketDetail | undefined;
}

export function useTicket(id: string, still: boolean): Shown {
  const { plant, outbox, session } = useConsole();
  const [detail, setDetail] = useState<TicketDetail>();
  const { waiting, sent } = useOutbox(outbox);
  const known = plant.stored.get(id);
  // A new version has a new journal. What is closed is no longer in the plant's list, but still known.
  const version = known?.version;
  const { connected } = plant;
  const load = useCallback(async () => {
    try {
      const found = await ticketApi.detail(id);
      setDetail(found);
      await keptStore.keepDetail(found).catch(() => undefined);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 0) throw error;
      const kept = await keptStore.detail(id);
      if (kept) setDetail((shown) => shown ?? kept);
    }
  }, [id]);
  useLoad(
    useCallback(async () => {
      // Asked again when the ticket has moved, a step was sent, or the network is back.
      void [version, sent, connected];
      if (!still) await load();
    }, [load, version, sent, connected, still]),
  );
  const server = detail && (!known || detail.version > known.version) ? detail : (known ?? detail);
  const admin = session.user.role === 'admin';
  const ticket = useMemo(() => server && withWaiting(server, waiting, admin), [server, waiting, admin]);
  return { ticket, server, detail };
}
