/** What happened to an alarm or ticket, newest first: when, who, what, and the words that were left. */
import { type AlarmState, alarmStateLabels } from '../../../shared/alarm.ts';
import type { Text } from '../../../shared/text.ts';
import { type TicketState, ticketStateLabels } from '../../../shared/ticket.ts';
import type { JournalInfo } from '../data/api.ts';
import { eventLabel } from '../desk/events.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useWho } from '../ticket/who.ts';
import { useConsole } from './context.ts';

/** What was looked at, in both languages. */
const textsOf = ({ detail }: JournalInfo) => (Array.isArray(detail?.texts) ? (detail.texts as Text[]) : []);

export function Journal({ entries, kind }: { entries: readonly JournalInfo[]; kind: 'alarm' | 'ticket' }) {
  const { t, text, dateTime } = useWords();
  const who = useWho();
  const { plant } = useConsole();
  /** Which alarm came to the ticket, or what it is about now. */
  const alarmOf = ({ event, detail }: JournalInfo) => {
    const id = detail?.alarm;
    if (kind !== 'ticket' || typeof id !== 'string' || !['open', 'join', 'lead', 'recurred'].includes(event)) return '';
    return text(plant.alarms.get(id)?.title) || text(plant.devices.get(id.slice(id.indexOf('.') + 1))?.name);
  };
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
          <span>{[eventWords(entry.event), alarmOf(entry)].filter(Boolean).join(t('list.colon'))}</span>
          {entry.to !== entry.from && <span className="chip">{label(entry.to)}</span>}
          <span>{who(entry.who)}</span>
          {textsOf(entry).map((one) => (
            <q key={one.zh}>{text(one)}</q>
          ))}
          {entry.why && <q>{entry.why}</q>}
        </li>
      ))}
    </ol>
  );
}
