/** What to look at, one tap each; who looked and when stays beside it. */
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Ticket } from '../../../shared/ticket.ts';
import { ticketSteps } from '../../../shared/ticket-state.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { together } from './checks.ts';
import { useWho } from './who.ts';

export function CheckList({ ticket, send }: { ticket: Ticket; send: (action: string, body: object) => Promise<boolean> }) {
  const { t, text, time } = useWords();
  const { may, link, plant } = useConsole();
  const who = useWho();
  const [adding, setAdding] = useState(false);
  const [words, setWords] = useState('');
  const { checks } = ticket.life;
  const open = checks.filter(({ done }) => done === null);
  const mayCheck = may('ticket:work') && ticketSteps.check.includes(ticket.state);
  if (checks.length === 0 && !mayCheck) return null;
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (words.trim() === '' || !(await send('check', { add: words.trim() }))) return;
    setWords('');
    setAdding(false);
  };
  return (
    <section className="panel" data-panel="checks">
      <h3>
        {t('checks.title')}{' '}
        <b className="calm">
          {checks.length - open.length} / {checks.length}
        </b>
      </h3>
      <ul className="checks">
        {checks.map(({ id, text: what, done }) => (
          <li key={id}>
            <button
              type="button"
              aria-pressed={done !== null}
              className="check"
              disabled={!mayCheck}
              onClick={() => void send('check', { items: [id], done: done === null })}
              data-check={id}
            >
              <span className="check-box" aria-hidden="true">
                {done ? '✓' : ''}
              </span>
              <span>
                {text(what)}
                {done && (
                  <span className="calm small">
                    {' '}
                    {who(done.by)} · {time(done.at, link.now())}
                  </span>
                )}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {mayCheck && (
        <div className="big-buttons">
          {together(ticket, plant.alarms) && (
            <Button variant="default" onClick={() => void send('check', { items: open.map(({ id }) => id) })} data-step="check-all">
              {t('checks.all', { n: open.length })}
            </Button>
          )}
          {adding ? (
            <form className="check-add" onSubmit={(event) => void add(event)}>
              <TextInput
                aria-label={t('checks.add')}
                value={words}
                maxLength={200}
                onChange={(event) => setWords(event.currentTarget.value)}
                data-autofocus
              />
              <Button type="submit" disabled={words.trim() === ''}>
                {t('checks.add')}
              </Button>
            </form>
          ) : (
            <Button variant="subtle" onClick={() => setAdding(true)} data-step="check-add">
              {t('checks.add')}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}
