/** Reports and reminders that are sent by themselves: what did not arrive first, then when each goes next and what came of the last time. */
import '../desk/desk.css';
import { Button } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { type MailingInfo, managementApi, type ScheduleInfo, type SendingInfo } from '../data/management-api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useNames } from '../parts/names.ts';

const refreshMs = 30_000;
const states: Record<MailingInfo['state'], TextKey> = {
  waiting: 'sending.waiting',
  sending: 'sending.sending',
  sent: 'sending.sent',
  failed: 'sending.failed',
  uncertain: 'sending.uncertain',
};
/** Made and sent to nobody. */
const kept = 'console';
const isWrong = ({ state }: MailingInfo) => state === 'failed' || state === 'uncertain';

export function SendingPanel() {
  const { t, text, dateTime } = useWords();
  const { act, may } = useConsole();
  const { channelName } = useNames();
  const [found, setFound] = useState<SendingInfo>();
  const load = useCallback(() => void act(async () => setFound(await managementApi.sending())), [act]);
  useEffect(() => {
    load();
    const timer = setInterval(load, refreshMs);
    return () => clearInterval(timer);
  }, [load]);
  if (!found) return null;
  const { schedules, reminders } = found;
  if (schedules.length === 0 && reminders === null)
    return (
      <section className="panel" data-part="sending">
        <h2>{t('sending.title')}</h2>
        <p className="calm">{t('sending.none')}</p>
      </section>
    );
  const wrong = [...schedules.flatMap(({ mailings }) => mailings), ...(reminders?.mailings ?? [])].filter(isWrong).length;
  const again = (id: number) =>
    void act(async () => {
      await managementApi.sendAgain(id);
      load();
    });
  const line = (one: MailingInfo) => (
    <li key={one.id} data-mailing={one.id} data-state={one.state}>
      <time>{dateTime(one.sentAt ?? one.madeAt)}</time>
      <span>{one.period}</span>
      <span>
        <span className={`chip${isWrong(one) ? ' bad' : ''}`}>{t(one.channel === kept ? 'sending.kept' : states[one.state])}</span>
      </span>
      <span>{one.channel === kept ? t('sending.inConsole') : `${channelName(one.channel)} · ${one.receiver ?? t('sending.group')}`}</span>
      <span className="calm">
        {one.document !== null && <a href={`/api/reports/mailings/${one.id}/document`}>{t('sending.document')}</a>}{' '}
        {one.state === 'sent' ? '' : text(one.error)}{' '}
        {isWrong(one) && may('report:send') && (
          <Button size="compact-sm" variant="default" onClick={() => again(one.id)} data-step="send-again">
            {t('sending.again')}
          </Button>
        )}
      </span>
    </li>
  );
  const lastOf = ({ rounds: [last] }: ScheduleInfo) => {
    if (!last) return t('sending.never');
    if (last.madeAt !== null) return t('sending.made', { period: last.period, time: dateTime(last.madeAt) });
    return t('sending.notMade', { period: last.period, error: text(last.error) || '–' });
  };
  return (
    <section className="panel" data-part="sending">
      <h2>{t('sending.title')}</h2>
      {wrong > 0 && <p className="path-state path-broken">{t('sending.wrong', { n: wrong })}</p>}
      <ul className="rows">
        {schedules.map((one) => (
          <li className="row channel-row" key={one.id} data-schedule={one.id}>
            <div className="row-body">
              <strong className="row-title">{one.title ? text(one.title) : t('sending.noReport', { report: one.report })}</strong>
              <div className="row-facts">
                <span className={one.rounds[0]?.error ? 'path-state path-broken' : undefined}>{lastOf(one)}</span>
                <span>
                  {one.nextAt === null
                    ? t('sending.noNext')
                    : t('sending.next', { time: dateTime(one.nextAt), period: one.nextPeriod ?? '' })}
                </span>
                <span>
                  {one.channels.length === 0 ? t('sending.inConsole') : [...one.channels.map(channelName), ...one.to].join(' · ')}
                </span>
              </div>
              {one.mailings.length > 0 && <ol className="journal-rows">{one.mailings.slice(0, 8).map(line)}</ol>}
            </div>
          </li>
        ))}
        {reminders && (
          <li className="row channel-row" data-schedule="reminders">
            <div className="row-body">
              <strong className="row-title">{t('sending.reminders')}</strong>
              <div className="row-facts">
                <span>{reminders.channels.map(channelName).join(' · ')}</span>
                {reminders.mailings.length === 0 && <span>{t('sending.never')}</span>}
              </div>
              {reminders.mailings.length > 0 && (
                <ol className="journal-rows">
                  {reminders.mailings.slice(0, 12).map((one) => line({ ...one, period: `${one.source} (${one.period})` }))}
                </ol>
              )}
            </div>
          </li>
        )}
      </ul>
    </section>
  );
}
