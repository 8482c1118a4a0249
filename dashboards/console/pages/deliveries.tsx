/** Can people be told of an alarm? The channels as they fare, and who was told lately. */
import '../desk/desk.css';
import { useEffect, useState } from 'react';
import { type AlarmPath, api, type DeliveryInfo } from '../data/api.ts';
import { DeliveryList } from '../desk/delivery-list.tsx';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';

const refreshMs = 10_000;
const states: Record<AlarmPath['state'], TextKey> = {
  fine: 'path.fine',
  degraded: 'path.degraded',
  broken: 'path.broken',
  none: 'path.none',
};

export function DeliveriesPage() {
  const { t, text, dateTime } = useWords();
  const { plant, act } = useConsole();
  const [path, setPath] = useState<AlarmPath>();
  const [deliveries, setDeliveries] = useState<DeliveryInfo[]>([]);
  useEffect(() => {
    const load = () =>
      void act(async () => {
        setPath(await api.alarmPath());
        setDeliveries(await api.deliveries());
      });
    load();
    const timer = setInterval(load, refreshMs);
    return () => clearInterval(timer);
  }, [act]);
  return (
    <div className="column">
      <section className="panel">
        <h2>{t('path.title')}</h2>
        {path && <p className={`path-state path-${path.state}`}>{t(states[path.state])}</p>}
        <ul className="rows">
          {path?.channels.map((channel) => (
            <li className="row channel-row" key={channel.channel}>
              <div className="row-body">
                <strong className="row-title">{channel.channel}</strong>
                <div className="row-facts">
                  <span>{channel.type}</span>
                  <span>
                    {channel.failingSince === null
                      ? t('path.works')
                      : t('path.failing', { time: dateTime(channel.failingSince), reason: channel.reason ?? '' })}
                  </span>
                  {channel.lastSentAt !== null && <span>{t('path.lastSent', { time: dateTime(channel.lastSentAt) })}</span>}
                  {channel.waiting > 0 && <span>{t('path.waiting', { n: channel.waiting })}</span>}
                </div>
              </div>
            </li>
          ))}
        </ul>
      </section>
      <section className="panel">
        <h2>{t('nav.deliveries')}</h2>
        {deliveries.length === 0 && <p className="calm">{t('delivery.none')}</p>}
        <DeliveryList deliveries={deliveries} titleOf={(id) => text(plant.alarms.get(id)?.title) || id} />
      </section>
    </div>
  );
}
