/** The channels as they fare, each with a button that sends a test notice and shows what came of it in the channel's own words. */
import { Button, Group, Select } from '@mantine/core';
import { useState } from 'react';
import type { AlarmPathInfo } from '../data/api.ts';
import { noticesApi, type TestInfo, type WeeklyTest } from '../data/notices-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useNames } from '../parts/names.ts';

type ChannelInfo = AlarmPathInfo['channels'][number];

export function ChannelList({ path, persons }: { path: AlarmPathInfo; persons: WeeklyTest['persons'] }) {
  const { t } = useWords();
  return (
    <ul className="rows">
      {path.channels.map((channel) => (
        <ChannelRow key={channel.channel} channel={channel} persons={persons} />
      ))}
      <li className="row channel-row">
        <div className="row-body">
          <strong className="row-title">{t('path.screens')}</strong>
          <div className="row-facts">
            <span>{t('path.screensNow', { n: path.screens })}</span>
          </div>
        </div>
      </li>
    </ul>
  );
}

function ChannelRow({ channel, persons }: { channel: ChannelInfo; persons: WeeklyTest['persons'] }) {
  const { t, dateTime } = useWords();
  const { may, act, session } = useConsole();
  const { channelName } = useNames();
  const [person, choose] = useState<string | null>(persons.find(({ id }) => id === session.user.name)?.id ?? null);
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<TestInfo>();
  const toPerson = channel.audience === 'person';
  const send = async () => {
    setBusy(true);
    setResult(undefined);
    await act(async () => setResult(await noticesApi.test(channel.channel, toPerson ? (person ?? undefined) : undefined)));
    setBusy(false);
  };
  return (
    <li className="row channel-row" data-channel={channel.channel}>
      <div className="row-body">
        <strong className="row-title">{channelName(channel.channel)}</strong>
        <div className="row-facts">
          <span>{channel.channel}</span>
          <span className={channel.failingSince === null ? undefined : 'chip bad'}>
            {channel.failingSince === null
              ? t('path.works')
              : t('path.failing', { time: dateTime(channel.failingSince), reason: channel.reason ?? '' })}
          </span>
          {channel.lastSentAt !== null && <span>{t('path.lastSent', { time: dateTime(channel.lastSentAt) })}</span>}
          {channel.waiting > 0 && <span>{t('path.waiting', { n: channel.waiting })}</span>}
        </div>
        {result && (
          <p className={`test-result${result.state === 'sent' ? '' : ' bad'}`} role="status" data-test={result.state}>
            {result.state === 'sent'
              ? t('test.sent', { answer: result.answer ?? '' })
              : t(result.state === 'failed' ? 'test.failed' : 'test.silent', { error: result.error ?? '' })}
          </p>
        )}
      </div>
      {may('channel:test') && (
        <Group gap="xs" className="channel-test">
          {toPerson && (
            <Select
              aria-label={t('test.to')}
              placeholder={t('test.to')}
              data={persons.map(({ id, name }) => ({ value: id, label: name }))}
              value={person}
              onChange={choose}
              w={150}
            />
          )}
          <Button variant="default" loading={busy} disabled={toPerson && person === null} onClick={() => void send()}>
            {t('test.send')}
          </Button>
        </Group>
      )}
    </li>
  );
}
