/** What a handover begins with: open alarms, open tickets, what is silenced, what reads oddly; as text in the language of the book. Pure but for the desk it reads. */
import type { Desk } from '../../desk/index.ts';
import { priorityLabels } from '../../shared/alarm.ts';
import type { Book, BookValue, FieldDraft } from '../../shared/book.ts';
import type { Language, Text } from '../../shared/text.ts';
import { ticketStateLabels } from '../../shared/ticket.ts';
import { localTime } from '../../shared/wording.ts';
import type { DeviceFacts } from '../device-facts.ts';
import type { LiveCache } from '../live/cache.ts';

const mostLines = 40;
const hidden = ['SHLVD', 'DSUPR', 'OOSRV'];
const words = {
  none: { zh: '无', en: 'None' },
  more: { zh: '另有 {n} 条', en: '{n} more' },
  lifeSafety: { zh: '生命安全', en: 'life safety' },
  until: { zh: '至', en: 'until' },
  outOfService: { zh: '退出服务', en: 'out of service' },
  suppressed: { zh: '已抑制', en: 'suppressed' },
  maintenance: { zh: '检修中', en: 'in maintenance' },
  offline: { zh: '离线', en: 'offline' },
  bad: { zh: '数值不可信', en: 'value not to be trusted' },
} satisfies Record<string, Text>;

export interface DraftFrame {
  desk: Pick<Desk, 'alarms' | 'tickets' | 'maintenance'>;
  cache: Pick<LiveCache, 'devices'>;
  devices: ReadonlyMap<string, DeviceFacts>;
  timezone: string;
  language: Language;
  now: number;
}

/** Fields of the book that are drafted, by id. */
export function draftedValues(frame: DraftFrame, book: Book): Record<string, BookValue> {
  const values: Record<string, BookValue> = {};
  for (const field of book.fields)
    if (field.drafts) values[field.id] = { v: joined(linesOf(frame, field.drafts), frame.language), from: 'reading', t: frame.now };
  return values;
}

function linesOf({ desk, cache, devices, timezone, language }: DraftFrame, what: FieldDraft): string[] {
  const at = (t: number | null) => (t === null ? '' : localTime(t, timezone).slice(5, 16));
  const name = (id: string | null) => (id === null ? '' : (devices.get(id)?.name[language] ?? id));
  const say = (...parts: (string | null | undefined)[]) => parts.filter(Boolean).join(' · ');
  if (what === 'open-alarms')
    return desk
      .alarms({ limit: 2_000 })
      .filter(({ state }) => !hidden.includes(state))
      .map((one) =>
        say(
          one.lifeSafety ? words.lifeSafety[language] : null,
          priorityLabels[one.priority][language],
          one.title[language],
          one.location[language] || name(one.device),
          at(one.raisedAt),
          one.ticket,
        ),
      );
  if (what === 'open-tickets')
    return desk
      .tickets({ limit: 2_000 })
      .map((one) => say(one.id, one.title[language], ticketStateLabels[one.state][language], one.assignee, one.waitingReason));
  if (what === 'silenced')
    return [
      ...desk
        .alarms({ limit: 2_000 })
        .filter(({ state }) => hidden.includes(state))
        .map((one) =>
          say(
            one.title[language],
            one.location[language] || name(one.device),
            one.state === 'SHLVD'
              ? `${words.until[language]} ${at(one.shelvedUntil)}`
              : words[one.state === 'OOSRV' ? 'outOfService' : 'suppressed'][language],
            one.shelvedReason ?? one.outOfServiceTicket,
          ),
        ),
      ...desk
        .maintenance()
        .map((one) => say(name(one.device), words.maintenance[language], `${words.until[language]} ${at(one.until)}`, one.reason)),
    ];
  return [...cache.devices].flatMap(([id, { online, latest, since }]) => {
    if (online === false) return [say(name(id), words.offline[language], at(since))];
    const bad = [...latest].filter(([, { quality }]) => quality === 'bad').map(([quantity]) => quantity);
    return bad.length > 0 ? [say(name(id), words.bad[language], bad.slice(0, 5).join(', '))] : [];
  });
}

/** Always a word: nothing to tell is told too. */
function joined(lines: readonly string[], language: Language): string {
  if (lines.length === 0) return words.none[language];
  const rest = lines.length - mostLines;
  return [...lines.slice(0, mostLines), ...(rest > 0 ? [words.more[language].replace('{n}', String(rest))] : [])].join('\n');
}
