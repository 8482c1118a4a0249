/** What happened to an alarm or ticket, newest first: when, who, what, and the words that were left. */
import { type AlarmState, alarmStateLabels } from '../../../shared/alarm.ts';
import { type TicketState, ticketStateLabels } from '../../../shared/ticket.ts';
import type { JournalInfo } from '../data/api.ts';
import { eventLabel } from '../desk/events.ts';
import { useWords } from '../i18n/i18n.tsx';

export function Journal({ entries, kind }: { entries: readonly JournalInfo[]; kind: 'alarm' | 'ticket' }) {
  const { t, text, dateTime } = useWords();
  const label = (state: string) =>
    text(kind === 'alarm' ? alarmStateLabels[state as AlarmState] : ticketStateLabels[state as TicketState]) || state;
  const eventWords = (event: string) => {
    const key = eventLabel(event);
    return key ? t(key) : event;
  };
  return (
    <ol className="journal">
      {entries.map((entry) => (
        <li key={entry.seq}>
          <time>{dateTime(entry.t)}</time>
          <span>{eventWords(entry.event)}</span>
          {entry.to !== entry.from && <span className="chip">{label(entry.to)}</span>}
          <span>{entry.who === 'engine' ? t('who.engine') : entry.who}</span>
          {entry.why && <q>{entry.why}</q>}
        </li>
      ))}
    </ol>
  );
}
