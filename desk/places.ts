/** Places that report without an account: the code that hangs there, and a link of its own for each report. */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../shared/clock.ts';
import type { Database } from './database.ts';

export interface PlaceState {
  /** Of the code in force; null: none was printed yet. */
  madeAt: number | null;
  madeBy: string | null;
  /** Codes that were replaced, and when the last one was. */
  replaced: number;
  replacedAt: number | null;
  day: number;
  month: number;
  all: number;
  lastAt: number | null;
}

export interface Places {
  /** The code in force; made when there is none. */
  codeOf(place: string, who: string): string;
  /** The place of a code in force. */
  placeOf(code: string): string | undefined;
  /** The old code opens nothing any more; returns the new one. */
  replaceCode(place: string, who: string): string;
  /** A token for the report, one for each phone that sent it; only its hash is kept. */
  link(ticket: string, place: string): string;
  ticketOf(place: string, token: string): string | undefined;
  /** The code in force of each place that has one, and how often it was used. */
  states(since: { day: number; month: number }): Map<string, PlaceState>;
  /** Reports of the place since. */
  reportsSince(place: string, t: number): number;
}

/** 128 bits cannot be guessed. */
const fresh = () => randomBytes(16).toString('base64url');
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

export function openPlaces(db: Database, clock: Clock): Places {
  const inForce = (place: string) =>
    db.get<{ code: string }>('SELECT code FROM place_codes WHERE place = ? AND revoked_at IS NULL', place)?.code;
  const make = (place: string, who: string) => {
    const code = fresh();
    db.run('INSERT INTO place_codes (code, place, made_at, made_by) VALUES (?,?,?,?)', code, place, clock.now(), who);
    return code;
  };
  return {
    codeOf: (place, who) => db.transact(() => inForce(place) ?? make(place, who)),
    placeOf: (code) => db.get<{ place: string }>('SELECT place FROM place_codes WHERE code = ? AND revoked_at IS NULL', code)?.place,
    replaceCode: (place, who) =>
      db.transact(() => {
        db.run('UPDATE place_codes SET revoked_at = ?, revoked_by = ? WHERE place = ? AND revoked_at IS NULL', clock.now(), who, place);
        return make(place, who);
      }),
    link(ticket, place) {
      const token = fresh();
      db.run('INSERT INTO ward_links (token_hash, ticket, place, made_at) VALUES (?,?,?,?)', hashOf(token), ticket, place, clock.now());
      return token;
    },
    ticketOf: (place, token) =>
      db.get<{ ticket: string }>('SELECT ticket FROM ward_links WHERE token_hash = ? AND place = ?', hashOf(token), place)?.ticket,
    states(since) {
      const found = new Map<string, PlaceState>();
      const of = (place: string) => {
        const none = { madeAt: null, madeBy: null, replaced: 0, replacedAt: null, day: 0, month: 0, all: 0, lastAt: null };
        const state = found.get(place) ?? none;
        found.set(place, state);
        return state;
      };
      const codes = 'SELECT place, made_at, made_by, revoked_at FROM place_codes';
      for (const row of db.all<{ place: string; made_at: number; made_by: string; revoked_at: number | null }>(codes)) {
        const state = of(row.place);
        if (row.revoked_at === null) [state.madeAt, state.madeBy] = [row.made_at, row.made_by];
        else [state.replaced, state.replacedAt] = [state.replaced + 1, Math.max(row.revoked_at, state.replacedAt ?? 0)];
      }
      const counts = `SELECT place, count(DISTINCT ticket) AS n, max(made_at) AS last,
        count(DISTINCT iif(made_at >= ?, ticket, NULL)) AS day, count(DISTINCT iif(made_at >= ?, ticket, NULL)) AS month
        FROM ward_links GROUP BY place`;
      for (const row of db.all<{ place: string; n: number; last: number; day: number; month: number }>(counts, since.day, since.month))
        Object.assign(of(row.place), { day: row.day, month: row.month, all: row.n, lastAt: row.last });
      return found;
    },
    reportsSince: (place, t) =>
      db.get<{ n: number }>('SELECT count(DISTINCT ticket) AS n FROM ward_links WHERE place = ? AND made_at >= ?', place, t)?.n ?? 0,
  };
}
