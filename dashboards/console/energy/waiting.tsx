/** What a page of management is waiting for; nothing when it is not. */
import { useEffect, useState } from 'react';
import { energyApi, type Readiness } from '../data/energy-pages-api.ts';
import { useWords } from '../i18n/i18n.tsx';

const lookMs = 2_000;

/** Asked again as long as something is being written or worked out; `onDone` when a past that was being written is there. */
export function useReadiness(waiting: boolean, onDone: () => void): Readiness | undefined {
  const [found, setFound] = useState<Readiness>();
  const busy = waiting || found === undefined || found.history === 'writing';
  useEffect(() => {
    if (!busy) return;
    let ended = false;
    let was: Readiness['history'] | undefined;
    const look = async () => {
      const now = await energyApi.readiness().catch(() => undefined);
      if (ended || !now) return;
      if (was === 'writing' && now.history !== 'writing') onDone();
      was = now.history;
      setFound(now);
    };
    void look();
    const timer = setInterval(() => void look(), lookMs);
    return () => {
      ended = true;
      clearInterval(timer);
    };
  }, [busy, onDone]);
  return found;
}

export function Waiting({ readiness, reading }: { readiness: Readiness | undefined; reading: boolean }) {
  const { t } = useWords();
  const { ready, of } = readiness?.months ?? { ready: 0, of: 0 };
  const writing = readiness?.history === 'writing';
  if (!writing && !reading) return null;
  return (
    <section className="panel calm" role="status">
      {writing && <p>{t('energy.waiting.history')}</p>}
      {reading && <p>{of > ready ? t('energy.waiting.months', { ready, of }) : t('energy.reading')}</p>}
    </section>
  );
}
