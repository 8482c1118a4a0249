/** What is past its date stands above every page until it is renewed. */
import '../plant/plant.css';
import { useEffect, useState } from 'react';
import { type DueThing, plantApi } from '../data/plant-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';

const againMs = 5 * 60_000;

export function OverdueBanner() {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const [past, setPast] = useState<DueThing[]>([]);
  const { connected } = plant;
  useEffect(() => {
    if (!connected) return;
    const load = () =>
      plantApi.due().then(
        (found) => setPast(found.filter(({ stage }) => stage === 'overdue')),
        () => undefined,
      );
    void load();
    const timer = setInterval(load, againMs);
    return () => clearInterval(timer);
  }, [connected]);
  const first = past[0];
  if (!first) return null;
  return (
    <div className="overdue-banner" role="alert">
      <a href="#/due">
        ⚠ {text(first.of)} · {text(first.title)} · {t('due.past', { n: -first.left })}
        {past.length > 1 ? ` · ${t('due.morePast', { n: past.length - 1 })}` : ''}
      </a>
    </div>
  );
}
