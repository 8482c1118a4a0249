/** Tells of a new alarm who does not look at it: a screen reader hears it, the title of the window counts what is not acknowledged. */
import { useEffect, useRef, useState } from 'react';
import { priorityLabels } from '../../../shared/alarm.ts';
import { byUrgency, calls } from '../../../shared/alarm-order.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';

export function Announcer() {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const [told, tell] = useState('');
  const known = useRef<ReadonlySet<string>>(undefined);
  const calling = [...plant.alarms.values()].filter(calls).sort(byUrgency);
  const site = text(plant.site.name);

  useEffect(() => {
    document.title = calling.length > 0 ? `(${calling.length}) ${site}` : site;
  }, [calling.length, site]);

  const keys = calling.map(({ id, occurrence }) => `${id} ${occurrence}`).join('\n');
  // Only what calls matters, and `keys` says it.
  useEffect(() => {
    const before = known.current;
    known.current = new Set(keys.split('\n'));
    const fresh = before ? calling.filter(({ id, occurrence }) => !before.has(`${id} ${occurrence}`)) : [];
    const first = fresh[0];
    if (!first) return;
    const what = `${text(priorityLabels[first.priority])}: ${text(first.title)}, ${text(first.location)}`;
    tell(fresh.length > 1 ? `${what}. ${t('alarms.andMore', { n: fresh.length - 1 })}` : what);
  }, [keys]);

  return (
    <div className="unseen" role="alert" aria-atomic="true">
      {told}
    </div>
  );
}
