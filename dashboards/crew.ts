/** Who worked on a ticket does not sign for it, under whichever name. */
import type { Accounts } from '../access/index.ts';
import { Fault } from '../shared/errors.ts';
import { isReturn, type Ticket } from '../shared/ticket.ts';

const plain = (text: string) => text.normalize('NFKC').replace(/\s/g, '').toLowerCase();

/** @throws Fault api/invalid when the name is that of somebody who worked on it */
export function notOfTheCrew(accounts: Pick<Accounts, 'users'>, { assignee, resolvedBy, life }: Ticket, name: string): void {
  const crew = new Set([assignee, resolvedBy, life.arrivedBy, ...life.work.filter((one) => !isReturn(one)).map(({ by }) => by)]);
  const users = accounts.users();
  const names = [...crew].flatMap((who) => (who === null ? [] : [who, users.find((one) => one.name === who)?.fullName ?? who]));
  if (!names.some((one) => plain(one) === plain(name))) return;
  const message = 'whoever did the work does not sign it';
  throw new Fault('api/invalid', `name: ${message}`, { detail: { status: 400, errors: [{ field: 'name', message }] } });
}
