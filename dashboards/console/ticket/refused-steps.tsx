/** What was done without a connection and the server does not accept: nothing is lost, a person decides. */
import { Button } from '@mantine/core';
import { type Ticket, ticketStateLabels } from '../../../shared/ticket.ts';
import { ticketApi } from '../data/ticket-api.ts';
import { eventLabel } from '../desk/events.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { type Outbox, useOutbox } from '../offline/outbox.ts';
import type { Waiting } from '../offline/store.ts';
import { useConsole } from '../parts/context.ts';

export function useStepName(): (one: Pick<Waiting, 'action' | 'file'>) => string {
  const { t } = useWords();
  return ({ action, file }) => {
    if (file) return t('files.title');
    const key: TextKey | undefined = action === 'sign' ? 'tickets.verify' : action === 'issue' ? 'repaired.part' : eventLabel(action);
    return key ? t(key) : action;
  };
}

/** @param ticket as the server has it */
export function RefusedSteps({ id, ticket, outbox }: { id: string; ticket: Ticket | undefined; outbox: Outbox }) {
  const { t, text, dateTime } = useWords();
  const { act } = useConsole();
  const name = useStepName();
  const waiting = useOutbox(outbox).waiting.filter((one) => one.ticket === id);
  const refused = waiting.find((one) => one.refused);
  if (!refused) return null;
  const after = waiting.filter(({ order }) => order > refused.order);
  const said = Object.values(refused.body ?? {}).filter((value) => typeof value === 'string' && !value.startsWith('data:'));
  const comment = t('outbox.comment', { what: name(refused), time: dateTime(refused.doneAt), words: said.join(' ') });
  return (
    <section className="panel refused" role="alert" data-panel="refused">
      <h3>{t('outbox.refused', { what: name(refused), time: dateTime(refused.doneAt) })}</h3>
      {ticket && <p>{t('outbox.stateNow', { state: text(ticketStateLabels[ticket.state]) })}</p>}
      <p className="calm">{refused.refused?.detail}</p>
      {said.length > 0 && <q>{said.join(' · ')}</q>}
      {after.length > 0 && <p>{t('outbox.held', { what: after.map(name).join(t('list.comma')) })}</p>}
      <div className="big-buttons">
        <Button variant="default" onClick={() => void act(() => outbox.retry(refused.key))} data-step="send-again">
          {t('outbox.again')}
        </Button>
        {!refused.file && (
          <Button
            variant="default"
            onClick={() =>
              void act(() => outbox.retry(refused.key, { action: 'comment', path: ticketApi.path(id, 'comment'), body: { comment } }))
            }
            data-step="as-comment"
          >
            {t('outbox.asComment')}
          </Button>
        )}
        <Button variant="default" color="red" onClick={() => void act(() => outbox.drop(refused.key))} data-step="discard">
          {t('outbox.discard')}
        </Button>
      </div>
    </section>
  );
}
