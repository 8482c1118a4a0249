/** Notices on this phone or computer by web push: subscribe here, and see which of one's consoles do. */
import { Button, Group } from '@mantine/core';
import { useEffect, useState } from 'react';
import { noticesApi, type PushState } from '../data/notices-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';

/** Browsers allow push on https and on this machine only, and on iPhones only in the installed console. */
const possible = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
const nameOf = () => {
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(navigator.userAgent)?.[0] ?? '';
  const browser = /Edg|Firefox|Chrome|Safari/.exec(navigator.userAgent)?.[0] ?? '';
  return `${system} ${browser}`.trim() || 'browser';
};

async function subscribe(key: string): Promise<PushState> {
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = subscription.toJSON();
  return noticesApi.subscribe({ endpoint, keys, device: nameOf() });
}

export function PushPanel() {
  const { t, dateTime } = useWords();
  const { act } = useConsole();
  const [state, setState] = useState<PushState>();
  const [trouble, setTrouble] = useState('');
  useEffect(() => void act(async () => setState(await noticesApi.push())), [act]);
  if (!state || state.key === null) return null;
  const { key, person, devices } = state;
  const begin = async () => {
    setTrouble('');
    if ((await Notification.requestPermission()) !== 'granted') return setTrouble(t('push.denied'));
    try {
      setState(await subscribe(key));
    } catch (error) {
      setTrouble(t('push.failed', { reason: error instanceof Error ? error.message : '' }));
    }
  };
  return (
    <section className="panel">
      <h2>{t('push.title')}</h2>
      {!person && <p className="path-state path-degraded">{t('push.nobody')}</p>}
      {possible() ? (
        <Group gap="sm">
          <Button onClick={() => void begin()} variant={devices.length > 0 ? 'default' : 'filled'}>
            {t('push.on')}
          </Button>
          {trouble && (
            <span role="alert" className="test-result bad">
              {trouble}
            </span>
          )}
        </Group>
      ) : (
        <p className="calm">{t('push.impossible')}</p>
      )}
      <ul className="rows">
        {devices.map(({ id, device, madeAt, sentAt }) => (
          <li className="row channel-row" key={id}>
            <div className="row-body">
              <strong className="row-title">{device}</strong>
              <div className="row-facts">
                <span>{t('push.since', { time: dateTime(madeAt) })}</span>
                {sentAt !== null && <span>{t('path.lastSent', { time: dateTime(sentAt) })}</span>}
              </div>
            </div>
            <Button variant="default" onClick={() => void act(async () => setState(await noticesApi.unsubscribe(id)))}>
              {t('push.off')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
