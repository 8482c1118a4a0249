/** One time line of an alarm's occurrence: moves, messages, receipts, silence, answers, and its ticket up to the signature. Oldest first. */
import { Button, Group } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Trail, TrailEntry } from '../../../desk/index.ts';
import { type AlarmState, alarmStateLabels } from '../../../shared/alarm.ts';
import { type TicketState, ticketStateLabels } from '../../../shared/ticket.ts';
import { api } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useNames } from '../parts/names.ts';
import { deliveryStateKeys, deliveryStepKeys } from './delivery-list.tsx';
import { eventLabel } from './events.ts';

/** What happens without a move of the alarm, such as a message that goes out, is seen so soon. */
const refreshMs = 5_000;

const own: Record<string, TextKey> = {
  take: 'trail.take',
  told: 'trail.told',
  empty: 'trail.empty',
  'no-channel': 'trail.noChannel',
  'no-address': 'trail.noAddress',
  unreachable: 'trail.unreachable',
  passed: 'trail.passed',
  declined: 'trail.declined',
  shown: 'trail.shown',
  sounded: 'trail.sounded',
};
const targetLabels: Record<string, TextKey> = {
  duty: 'target.duty',
  head: 'target.head',
  logistics: 'target.logistics',
  contractor: 'target.contractor',
  general: 'target.general',
};

export function AlarmTrail({ id, version }: { id: string; version: number | undefined }) {
  const { t } = useWords();
  const { act } = useConsole();
  const [trail, setTrail] = useState<Trail>();
  const [wanted, want] = useState<number>();
  useEffect(() => {
    const load = () => void act(async () => setTrail(await api.trail(id, wanted)));
    load();
    const timer = setInterval(load, refreshMs);
    return () => clearInterval(timer);
  }, [id, version, wanted, act]);
  if (!trail) return null;
  const { occurrence, occurrences, entries } = trail;
  return (
    <section className="panel">
      <Group justify="space-between" className="trail-head">
        <h2>{t('trail.title')}</h2>
        {occurrences > 1 && (
          <Group gap="xs">
            <Button size="compact-md" variant="default" disabled={occurrence <= 1} onClick={() => want(occurrence - 1)}>
              {t('trail.earlier')}
            </Button>
            <span>{t('trail.occurrence', { n: occurrence, of: occurrences })}</span>
            <Button
              size="compact-md"
              variant="default"
              disabled={occurrence >= occurrences}
              onClick={() => want(occurrence + 1 >= occurrences ? undefined : occurrence + 1)}
            >
              {t('trail.later')}
            </Button>
          </Group>
        )}
      </Group>
      {entries.length === 0 && <p className="calm">{t('trail.none')}</p>}
      <ol className="journal trail">
        {entries.map((entry, index) => (
          <Line key={index} entry={entry} />
        ))}
      </ol>
    </section>
  );
}

function Line({ entry }: { entry: TrailEntry }) {
  const { t, text, dateTime, number } = useWords();
  const { channelName, personName } = useNames();
  const { kind, event, who, state, to, from } = entry;
  const targets = (entry.why ?? '')
    .split(', ')
    .map((name) => (targetLabels[name] ? t(targetLabels[name]) : name))
    .join(t('list.comma'));
  const step = kind === 'called' || kind === 'silence';
  const label = () => {
    if (kind === 'message')
      return `${t(deliveryStepKeys[event as keyof typeof deliveryStepKeys])} → ${who === null ? t('delivery.group') : personName(who)}`;
    const key = own[event] ?? eventLabel(event);
    return key ? t(key, { targets }) : event;
  };
  const stateWord =
    to === null || to === from
      ? undefined
      : kind === 'ticket'
        ? text(ticketStateLabels[to as TicketState])
        : text(alarmStateLabels[to as AlarmState]);
  const by = kind === 'message' || step ? undefined : who === 'engine' ? t('who.engine') : who === null ? who : personName(who);
  return (
    <li data-kind={kind} data-bad={entry.bad || undefined}>
      <time>{dateTime(entry.t)}</time>
      <div className="trail-body">
        <span className="trail-what">
          {label()}
          {entry.ticket && (
            <>
              {' '}
              <a href={`#/tickets/${entry.ticket}`}>{entry.ticket}</a>
            </>
          )}
        </span>
        {stateWord && <span className="chip">{stateWord}</span>}
        {state && <span className={`chip${entry.bad ? ' bad' : ''}`}>{t(deliveryStateKeys[state])}</span>}
        {entry.bad && kind === 'ticket' && <span className="chip bad">{t('trail.override')}</span>}
        {by && <span>{by}</span>}
        {kind === 'message' && (
          <span className="calm">
            {entry.channel === null ? '' : channelName(entry.channel)}
            {entry.tookMs !== null && entry.tookMs >= 100 ? ` · ${t('trail.took', { time: `${number(entry.tookMs / 1_000, 1)} s` })}` : ''}
            {(entry.attempts ?? 0) > 1 ? ` · ${t('delivery.attempts', { n: entry.attempts as number })}` : ''}
          </span>
        )}
        {entry.why && !step && (kind === 'message' ? <span className="calm">{entry.why}</span> : <q>{entry.why}</q>)}
      </div>
    </li>
  );
}
