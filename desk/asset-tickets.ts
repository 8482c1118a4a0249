/** Which tickets speak of which thing, and which notices of due dates were given. */
import type { DeadlineStage } from '../shared/plant-words.ts';
import type { Database } from './database.ts';

export const linkTicket = (db: Database, asset: string, ticket: string): void => {
  db.run('INSERT OR IGNORE INTO asset_tickets (asset, ticket) VALUES (?,?)', asset, ticket);
};
export const ticketsOfAsset = (db: Database, asset: string): string[] =>
  db.all<{ ticket: string }>('SELECT ticket FROM asset_tickets WHERE asset = ?', asset).map(({ ticket }) => ticket);

export interface DeadlineNotice {
  subject: string;
  due: string;
  stage: DeadlineStage;
  at: number;
  ticket: string | null;
}
export const noticesOf = (db: Database, subject: string, due: string): DeadlineNotice[] =>
  db.all<DeadlineNotice>(
    'SELECT subject, due, stage, at, ticket FROM deadline_notices WHERE subject = ? AND due = ? ORDER BY at',
    subject,
    due,
  );
export const keepNotice = (db: Database, { subject, due, stage, at, ticket }: DeadlineNotice): void => {
  db.run('INSERT INTO deadline_notices (subject, due, stage, at, ticket) VALUES (?,?,?,?,?)', subject, due, stage, at, ticket);
};
