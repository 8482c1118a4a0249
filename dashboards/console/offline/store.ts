/** What the console keeps on the phone: work that waits to be sent, and what is needed to work without a connection. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Ticket } from '../../../shared/ticket.ts';
import type { SessionInfo, SiteInfo } from '../data/api.ts';
import type { TicketDetail } from '../data/ticket-api.ts';

/** One step that was made and that the server has not answered yet. */
export interface Waiting {
  /** By which the server knows it again, however often it arrives. */
  key: string;
  /** In which it was made. */
  order: number;
  user: string;
  ticket: string;
  action: string;
  path: string;
  body?: object;
  file?: { blob: Blob; name: string; purpose: 'before' | 'after' | 'document' };
  /** Plant time. */
  doneAt: number;
  /** Clock of this machine. */
  madeAt: number;
  /** It could not be sent when it was made. */
  late?: boolean;
  /** The server said no: a person decides. */
  refused?: { status: number; detail: string };
}
export interface KeptPlant {
  user: string;
  site: SiteInfo;
  tickets: Ticket[];
  /** Plant time, and this machine's clock then. */
  now: number;
  real: number;
}

interface Kept extends DBSchema {
  waiting: { key: string; value: Waiting };
  session: { key: string; value: SessionInfo };
  plant: { key: string; value: KeptPlant };
  details: { key: string; value: TicketDetail };
}

let opened: Promise<IDBPDatabase<Kept> | undefined> | undefined;
/** undefined where the browser keeps nothing, as in a private window: then there is no work without a connection. */
function database(): Promise<IDBPDatabase<Kept> | undefined> {
  opened ??= openDB<Kept>('plantroom', 1, {
    upgrade(db) {
      db.createObjectStore('waiting', { keyPath: 'key' });
      for (const store of ['session', 'plant', 'details'] as const) db.createObjectStore(store);
    },
  }).catch(() => undefined);
  return opened;
}

export const waitingStore = {
  async all(user: string): Promise<Waiting[] | undefined> {
    const db = await database();
    const all = await db?.getAll('waiting');
    return all?.filter((one) => one.user === user).sort((a, b) => a.order - b.order);
  },
  put: async (one: Waiting) => void (await (await database())?.put('waiting', one)),
  remove: async (key: string) => void (await (await database())?.delete('waiting', key)),
};

/** The session and the plant of whoever is signed in; one person a browser. */
const only = 'now';
export const keptStore = {
  session: async () => (await database())?.get('session', only),
  plant: async (user: string) => {
    const found = await (await database())?.get('plant', only);
    return found?.user === user ? found : undefined;
  },
  detail: async (id: string) => (await database())?.get('details', id),
  keepSession: async (session: SessionInfo) => void (await (await database())?.put('session', session, only)),
  keepPlant: async (plant: KeptPlant) => void (await (await database())?.put('plant', plant, only)),
  keepDetail: async (detail: TicketDetail) => void (await (await database())?.put('details', detail, detail.id)),
  /** Whoever signs out leaves nothing to look at; what waits to be sent stays his. */
  async forget() {
    const db = await database();
    await Promise.all((['session', 'plant', 'details'] as const).map((store) => db?.clear(store)));
  },
};
