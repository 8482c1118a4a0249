/** The own shifts in the calendar of a phone: an address to subscribe to, told once, ended at any time. */
import { Button, CopyButton, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { type CalendarFeedInfo, peopleApi } from '../data/people-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';

export function CalendarFeedButton() {
  const { t, dateTime } = useWords();
  const { act } = useConsole();
  const [opened, open] = useState(false);
  const [feed, setFeed] = useState<CalendarFeedInfo | null>(null);
  const [address, setAddress] = useState<string>();
  const load = useCallback(() => act(async () => setFeed(await peopleApi.feed())), [act]);
  useEffect(() => {
    if (opened) void load();
    else setAddress(undefined);
  }, [opened, load]);
  const make = () =>
    act(async () => {
      setAddress((await peopleApi.makeFeed()).url);
      setFeed(await peopleApi.feed());
    });
  const end = () =>
    act(async () => {
      await peopleApi.endFeed();
      setAddress(undefined);
      setFeed(null);
    });
  return (
    <>
      <Button variant="default" onClick={() => open(true)} data-step="feed">
        {t('feed.title')}
      </Button>
      <Modal opened={opened} onClose={() => open(false)} title={t('feed.title')} closeButtonProps={{ 'aria-label': t('dialog.close') }}>
        <Stack gap="sm">
          <p className="calm">{t('feed.hint')}</p>
          {feed && !address && (
            <p data-feed="made">
              {t('feed.made', { time: dateTime(feed.madeAt) })}{' '}
              {feed.readAt === null ? t('feed.unread') : t('feed.read', { time: dateTime(feed.readAt) })}
            </p>
          )}
          {address && (
            <>
              <TextInput
                label={t('feed.address')}
                value={address}
                readOnly
                onFocus={(event) => event.currentTarget.select()}
                data-feed="address"
              />
              <p>
                <strong>{t('feed.once')}</strong>
              </p>
              <Group gap="sm">
                <Button component="a" href={address.replace(/^https?:/, 'webcal:')}>
                  {t('feed.open')}
                </Button>
                <CopyButton value={address}>
                  {({ copied, copy }) => (
                    <Button variant="default" onClick={copy}>
                      {t(copied ? 'feed.copied' : 'feed.copy')}
                    </Button>
                  )}
                </CopyButton>
              </Group>
            </>
          )}
          <Group gap="sm">
            {!address && (
              <Button onClick={() => void make()} data-step="feed-make">
                {t(feed ? 'feed.anew' : 'feed.make')}
              </Button>
            )}
            {feed && (
              <Button variant="default" onClick={() => void end()} data-step="feed-end">
                {t('feed.end')}
              </Button>
            )}
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
