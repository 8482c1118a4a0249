/** Installed consoles that take web push, by user. Real time. */
import { createHash } from 'node:crypto';
import type { Database } from './database.ts';

export interface PushSubscription {
  endpoint: string;
  user: string;
  /** Keys with which only that browser reads what is sent. */
  p256dh: string;
  auth: string;
  /** What the browser calls itself. */
  device: string;
  madeAt: number;
  sentAt: number | null;
}

/** Phones and computers of one person. The oldest makes room. */
const mostOfUser = 10;
const columns = 'endpoint, user, p256dh, auth, device, made_at AS madeAt, sent_at AS sentAt';

/** Names a subscription without its address, which is a secret: whoever has it may send. */
export const pushId = (endpoint: string): string => createHash('sha256').update(endpoint).digest('base64url').slice(0, 22);

export function openPush(db: Database) {
  const of = (user: string) => db.all<PushSubscription>(`SELECT ${columns} FROM push_subscriptions WHERE user = ? ORDER BY made_at`, user);
  const remove = (endpoint: string) => void db.run('DELETE FROM push_subscriptions WHERE endpoint = ?', endpoint);
  return {
    of,
    any: (user: string): boolean => db.get('SELECT 1 FROM push_subscriptions WHERE user = ? LIMIT 1', user) !== undefined,
    /** A browser that changes hands belongs to whoever signed in last. */
    add({ endpoint, user, p256dh, auth, device }: Omit<PushSubscription, 'madeAt' | 'sentAt'>, now: number): void {
      db.transact(() => {
        db.run(
          `INSERT INTO push_subscriptions (endpoint, user, p256dh, auth, device, made_at) VALUES (?,?,?,?,?,?)
           ON CONFLICT (endpoint) DO UPDATE SET user = excluded.user, p256dh = excluded.p256dh, auth = excluded.auth, device = excluded.device`,
          endpoint,
          user,
          p256dh,
          auth,
          device,
          now,
        );
        for (const old of of(user).slice(0, -mostOfUser)) remove(old.endpoint);
      });
    },
    remove,
    /** @returns whether this user had it */
    removeOf(user: string, id: string): boolean {
      const found = of(user).find(({ endpoint }) => pushId(endpoint) === id);
      if (found) remove(found.endpoint);
      return found !== undefined;
    },
    sent(endpoint: string, now: number): void {
      db.run('UPDATE push_subscriptions SET sent_at = ? WHERE endpoint = ?', now, endpoint);
    },
  };
}
export type PushSubscriptions = ReturnType<typeof openPush>;
