/** A step of a person on a ticket: asks for the words it needs, sends it, shows the answer at once. */
import { useCallback } from 'react';
import type { Ticket } from '../../../shared/ticket.ts';
import { api } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import type { Question } from '../parts/action-dialog.tsx';
import { useConsole } from '../parts/context.ts';
import type { TicketStep } from './ticket-steps.ts';

export function useTicketMove(ask: (question: Question) => void): (ticket: Ticket, step: TicketStep) => void {
  const { t, text } = useWords();
  const { act, link } = useConsole();
  return useCallback(
    (ticket, { action, label, words, hint, asksForPerson }) => {
      const move = (body: object) => act(async () => link.put({ ticket: await api.moveTicket(ticket.id, action, body) }));
      if (!words) {
        void move({});
        return;
      }
      const put = (people?: { value: string; label: string }[]) =>
        ask({
          title: t(label),
          subject: `${ticket.id} · ${text(ticket.title)}`,
          hint: hint ? t(hint) : undefined,
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
        void act(async () =>
          put(
            (await api.people()).map(({ name, fullName, role }) => ({
              value: name,
              label: `${fullName}${fullName === name ? '' : ` (${name})`} · ${t(`role.${role}`)}`,
            })),
          ),
        );
    },
    [t, text, act, link, ask],
  );
}
