/** Is what the screen shows alive? In the header at a glance; when it is not, a strip says since when the values are old. */
import { useEffect, useState } from 'react';
import { useLost } from '../data/plant.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useNow } from '../parts/use-now.ts';

export function LinkState() {
  const { t, clock } = useWords();
  const { plant, link } = useConsole();
  const now = useNow(link);
  return (
    <div className={`live${plant.connected ? '' : ' lost'}`} role="status">
      <span className="live-state">{t(plant.connected ? 'app.connected' : 'app.disconnected')}</span>
      <time>{clock(now)}</time>
      {plant.site.simulated && (
        <span className="live-sim">
          {t('app.simulated')}
          {plant.site.speed > 1 ? ` ${t('app.speed', { speed: plant.site.speed })}` : ''}
        </span>
      )}
    </div>
  );
}

export function OldValues() {
  const { t, clock } = useWords();
  const { plant, link } = useConsole();
  const [since, setSince] = useState<number>();
  useEffect(() => setSince(plant.connected ? undefined : link.now()), [plant.connected, link]);
  const lost = useLost(link);
  // Not only old values: nobody at this screen would see or hear the next alarm.
  if (lost !== undefined && !plant.connected)
    return (
      <p className="path-banner" role="alert" data-lost>
        ⚠ {t('app.lost', { time: clock(lost) })} {plant.kept ? t('outbox.kept') : t('app.lostDo')}
      </p>
    );
  if (plant.kept && !plant.connected)
    return (
      <p className="old-values" role="alert">
        {t('outbox.kept')}
      </p>
    );
  if (since === undefined) return null;
  return (
    <p className="old-values" role="alert">
      {t('app.oldValues', { time: clock(since) })}
    </p>
  );
}
