/** Which items of a check list may be ticked in one go. Pure. */
import type { Alarm } from '../../../shared/alarm.ts';
import type { Ticket } from '../../../shared/ticket.ts';

type Checked = Pick<Ticket, 'alarm' | 'alarms' | 'values'> & { life: Pick<Ticket['life'], 'checks'> };

/** Is any of its alarms about a danger to life, there now or gone? */
export const isOfLifeSafety = ({ alarm, alarms, values }: Omit<Checked, 'life'>, known: ReadonlyMap<string, Alarm>): boolean =>
  values?.lifeSafety === true || [alarm, ...alarms].some((id) => id !== null && known.get(id)?.lifeSafety === true);

/** Several at once, where lives do not hang on each having been looked at. */
export const together = (ticket: Checked, known: ReadonlyMap<string, Alarm>): boolean =>
  ticket.life.checks.filter(({ done }) => done === null).length > 1 && !isOfLifeSafety(ticket, known);
