/** Tickets of a time before the desk: put in whole, without moves in the journal, so that nobody is told of them now. */
import type { Ticket } from '../shared/ticket.ts';
import type { Database } from './database.ts';

/**
 * All or none, and once: what came under the same name is not put in again.
 * @returns how many went in
 */
export function importTickets(db: Database, name: string, tickets: Iterable<Omit<Ticket, 'id'>>): number {
  return db.transact(() => {
    if (db.get('SELECT 1 FROM tickets WHERE cause_key = ?', `import/${name}`)) return 0;
    let count = 0;
    for (const ticket of tickets) {
      const { state, openedAt, device, system, trade, assignee, building, department } = ticket;
      const { lastInsertRowid } = db.run(
        'INSERT INTO tickets (state, opened_at, device, system, trade, assignee, building, department, cause_key, ticket) VALUES (?,?,?,?,?,?,?,?,?,?)',
        ...[state, openedAt, device, system, trade, assignee, building, department, `import/${name}`, ''],
      );
      db.run('UPDATE tickets SET ticket = ? WHERE number = ?', JSON.stringify({ id: `T-${lastInsertRowid}`, ...ticket }), lastInsertRowid);
      count++;
    }
    return count;
  });
}
