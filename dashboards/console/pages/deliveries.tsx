/** Can people be told of an alarm? The channels as they fare, tests of them, and who was told lately. */
import '../desk/desk.css';
import { useCallback, useState } from 'react';
import { type AlarmPath, type AlarmPathInfo, api, type DeliveryInfo } from '../data/api.ts';
import { noticesApi, type WeeklyTest } from '../data/notices-api.ts';
import { ChannelList } from '../desk/channel-list.tsx';
import { DeliveryList } from '../desk/delivery-list.tsx';
import { PushPanel } from '../desk/push-panel.tsx';
import { WeeklyTestPanel } from '../desk/weekly-test.tsx';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';
import { NoChannel } from '../parts/no-channel.tsx';

const refreshMs = 10_000;
const states: Record<AlarmPath['state'], TextKey> = {
  fine: 'path.fine',
  degraded: 'path.degraded',
  broken: 'path.broken',
  silent: 'path.silent',
  none: 'path.none',
};

export function DeliveriesPage() {
  const { t, text, dateTime } = useWords();
  const { plant, act } = useConsole();
  const [path, setPath] = useState<AlarmPathInfo>();
  const [weekly, setWeekly] = useState<WeeklyTest>();
  const [deliveries, setDeliveries] = useState<DeliveryInfo[]>();
  const load = useLoad(
    useCallback(async () => {
      const [fares, tests, told] = await Promise.all([api.alarmPath(), noticesApi.tests(), api.deliveries()]);
      setPath(fares);
      setWeekly(tests);
      setDeliveries(told);
    }, []),
    refreshMs,
  );
  const confirm = () =>
    void act(async () => {
      await noticesApi.confirm();
      void load();
    });
  return (
    <div className="column">
      <NoChannel />
      <section className="panel">
        <h2>{t('path.title')}</h2>
        {path && path.state !== 'none' && <p className={`path-state path-${path.state}`}>{t(states[path.state])}</p>}
        {path && (path.heartbeat.at !== null || path.heartbeat.error !== null) && (
          <p className={path.heartbeat.error === null ? 'calm' : 'path-state path-degraded'}>
            {path.heartbeat.error === null
              ? t('path.heartbeat', { time: dateTime(path.heartbeat.at as number) })
              : t('path.heartbeatFails', { error: path.heartbeat.error })}
          </p>
        )}
        {path && weekly && <ChannelList path={path} persons={weekly.persons} />}
      </section>
      <PushPanel />
      {weekly && <WeeklyTestPanel weekly={weekly} onConfirm={confirm} />}
      <section className="panel">
        <h2>{t('nav.deliveries')}</h2>
        {deliveries?.length === 0 && <p className="calm">{t('delivery.none')}</p>}
        {deliveries && <DeliveryList deliveries={deliveries} titleOf={(id) => text(plant.alarms.get(id)?.title) || id} />}
      </section>
    </div>
  );
}
