/** What was done, how long it took, with which parts, what it cost; and who signed. */
import type { Ticket } from '../../../shared/ticket.ts';
import { type TicketFileInfo, ticketApi } from '../data/ticket-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useWho } from './who.ts';

export function WorkDone({ ticket, signature }: { ticket: Ticket; signature: TicketFileInfo | undefined }) {
  const { t, dateTime, number } = useWords();
  const { plant } = useConsole();
  const who = useWho();
  const { work, signature: signed } = ticket.life;
  if (work.length === 0 && !ticket.resolution && !signed) return null;
  const minutes = work.reduce((sum, one) => sum + one.minutes, 0);
  const cost = work.reduce((sum, one) => sum + one.costYuan + one.parts.reduce((all, part) => all + part.costYuan, 0), 0);
  return (
    <section className="panel" data-panel="work">
      <h3>{t('work.title')}</h3>
      {ticket.resolution && (
        <p>
          <q>{ticket.resolution}</q>
        </p>
      )}
      {work.length > 0 && (
        <>
          <ul className="work-lines">
            {work.map((one) => (
              <li key={`${one.by} ${one.at} ${one.parts[0]?.name ?? ''}`}>
                {who(one.by)} · {dateTime(one.at)}
                {one.minutes > 0 && ` · ${t('work.minutes', { n: one.minutes })}`}
                {one.parts.map((part) => (
                  <div key={part.name}>
                    {part.name} × {number(part.quantity)} {part.unit} · ¥ {number(part.costYuan, 2)}
                  </div>
                ))}
                {one.costYuan > 0 && <div>{t('work.other', { yuan: number(one.costYuan, 2) })}</div>}
                {one.note && <q>{one.note}</q>}
              </li>
            ))}
          </ul>
          <p>
            <strong>{t('work.sum', { n: minutes, yuan: number(cost, 2) })}</strong>
          </p>
        </>
      )}
      {signed && (
        <>
          <p data-signed={signed.name}>
            {t('sign.by', { name: signed.name, time: dateTime(signed.at) })}
            {signed.stars ? ` · ${'★'.repeat(signed.stars)}` : ''}
            {signed.phoneOf && <span className="calm"> · {t('sign.onPhoneOf', { who: who(signed.phoneOf) })}</span>}
          </p>
          {signature && plant.connected && (
            <img className="signed-line" src={ticketApi.file(ticket.id, signature.id)} alt={t('sign.title')} />
          )}
        </>
      )}
    </section>
  );
}
