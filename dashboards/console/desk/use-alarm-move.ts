/** A step of a person on an alarm: asks for the words it needs, sends it, shows the answer at once. */
import { useCallback } from 'react';
import type { Alarm } from '../../../shared/alarm.ts';
import { api } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import type { Question } from '../parts/action-dialog.tsx';
import { useConsole } from '../parts/context.ts';
import type { AlarmStep } from './alarm-steps.ts';

const choices = [15, 30, 60, 120, 240, 480];

export function useAlarmMove(ask: (question: Question) => void): (alarm: Alarm, step: AlarmStep) => void {
  const { t, text } = useWords();
  const { act, link, plant } = useConsole();
  return useCallback(
    (alarm, { action, label, words, asksFor }) => {
      const move = (body: object) => act(async () => link.put({ alarm: await api.moveAlarm(alarm.id, action, body) }));
      if (!words) {
        void move({});
        return;
      }
      ask({
        title: t(label),
        subject: `${text(alarm.title)} · ${text(alarm.location)}`,
        hint: alarm.lifeSafety ? t('app.supplement') : undefined,
        label: t(words.field === 'reason' ? 'dialog.reason' : words.required ? 'alarms.comment' : 'dialog.comment'),
        required: words.required,
        ...(asksFor === 'duration' ? { minutes: { label: t('alarms.minutes'), standard: 60, choices } } : {}),
        ...(asksFor === 'ticket'
          ? {
              choice: {
                label: t('alarms.forTicket'),
                standard: alarm.ticket,
                choices: [...plant.tickets.values()].map(({ id, title }) => ({ value: id, label: `${id} · ${text(title)}` })),
              },
            }
          : {}),
        run: (said, { minutes, choice }) =>
          move({
            ...(said ? { [words.field]: said } : {}),
            ...(asksFor === 'duration' ? { minutes } : {}),
            ...(asksFor === 'ticket' ? { ticket: choice } : {}),
          }),
      });
    },
    [t, text, act, link, plant.tickets, ask],
  );
}
