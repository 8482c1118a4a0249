/** Whom this ticket was told as somebody it waits for, and who could not be reached. */
import type { TicketDetail } from '../data/ticket-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useNames } from '../parts/names.ts';
import { useNow } from '../parts/use-now.ts';

const kinds = { approval: 'told.approval', contractor: 'told.contractor', approved: 'told.approved' } as const;

export function Told({ notices }: { notices: TicketDetail['notices'] }) {
  const { t, text, time } = useWords();
  const { link } = useConsole();
  const { channelName } = useNames();
  const now = useNow(link, 60_000);
  if (notices.length === 0) return null;
  return (
    <ul className="told">
      {notices.map(({ id, kind, person, name, channel, state, createdAt, sentAt, error }) => (
        <li key={id} data-told={state} className={state === 'failed' ? 'bad' : undefined}>
          {person === null
            ? t('told.nobody', { what: t(kinds[kind]) })
            : t(state === 'sent' ? 'told.sent' : state === 'failed' ? 'told.failed' : 'told.waiting', {
                what: t(kinds[kind]),
                who: name ?? person,
                channel: channel === null ? '–' : channelName(channel),
                time: time(sentAt ?? createdAt, now),
                error: text(error),
              })}
        </li>
      ))}
    </ul>
  );
}
