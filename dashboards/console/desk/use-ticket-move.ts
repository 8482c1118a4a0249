/** A step of a person on a ticket: asks for the words it needs, sends it, shows the answer at once; without a connection it waits on this phone. */
import { useCallback } from 'react';
import type { Ticket } from '../../../shared/ticket.ts';
import { api } from '../data/api.ts';
import { ticketApi } from '../data/ticket-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import type { Question } from '../parts/action-dialog.tsx';
import { useConsole } from '../parts/context.ts';
import { activeWarning } from '../ticket/clocks.ts';
import type { TicketStep } from './ticket-steps.ts';

/** Sends one step; answers whether it is done or kept. */
export function useTicketSend(): (ticket: string, action: string, body?: object) => Promise<boolean> {
  const { act, outbox } = useConsole();
  return useCallback(
    (ticket, action, body = {}) => act(async () => void (await outbox.add({ ticket, action, path: ticketApi.path(ticket, action), body }))),
    [act, outbox],
  );
}

export function useTicketMove(ask: (question: Question) => void): (ticket: Ticket, step: TicketStep) => void {
  const spoken = useWords();
  const { t, text } = spoken;
  const { act, plant } = useConsole();
  const send = useTicketSend();
  return useCallback(
    (ticket, { action, label, words, hint, asksForPerson }) => {
      const move = (body: object) => send(ticket.id, action, body);
      if (!words) {
        void move({});
        return;
      }
      const put = (people?: { value: string; label: string }[]) =>
        ask({
          title: t(label),
          subject: `${ticket.id} · ${text(ticket.title)}`,
          hint: hint ? t(hint) : undefined,
          warning: action === 'resolve' ? activeWarning(ticket, plant.alarms, spoken) : undefined,
          label: t(words.label),
          required: words.required,
          ...(people ? { choice: { label: t('tickets.person'), standard: ticket.assignee, choices: people } } : {}),
          run: (said, { choice }) =>
            move({
              ...(said ? { [words.field]: words.field === 'override' ? { reason: said } : said } : {}),
              ...(people ? { assignee: choice } : {}),
            }),
        });
      if (!asksForPerson) put();
      else
        void act(async () => {
          // The fittest first: on duty, near, least in hand; then whoever else is known.
          const [crew, people] = await Promise.all([ticketApi.crew(ticket.id), api.people()]);
          const fit = crew.map(({ person, name, onDuty, load }) => ({
            value: person,
            label: [name, ...(onDuty ? [t('crew.onDuty')] : []), t('crew.load', { n: load })].join(' · '),
          }));
          const others = people
            .filter(({ name }) => !crew.some(({ person }) => person === name))
            .map(({ name, fullName, role }) => ({
              value: name,
              label: `${fullName}${fullName === name ? '' : ` (${name})`} · ${t(`role.${role}`)}`,
            }));
          put([...fit, ...others]);
        });
    },
    [t, text, act, send, ask, spoken, plant.alarms],
  );
}
