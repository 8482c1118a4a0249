/** The first danger that is there now, with its number of now and its place: above every page, before due dates and all else. */
import { byUrgency, standsAbove } from '../../../shared/alarm-order.ts';
import { useWords } from '../i18n/i18n.tsx';
import { AlarmNow } from '../parts/alarm-now.tsx';
import { useConsole } from '../parts/context.ts';
import { PriorityMark } from '../parts/priority.tsx';

export function DangerStrip() {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const dangers = [...plant.alarms.values()].filter(standsAbove).sort(byUrgency);
  const first = dangers[0];
  if (!first) return null;
  return (
    <div className="danger-strip" data-danger={first.id}>
      <a href={`#/alarms/${encodeURIComponent(first.id)}`}>
        <PriorityMark priority={first.priority} flash={false} size={20} />
        <strong>{text(first.title)}</strong>
        <AlarmNow alarm={first} />
        <span>{text(first.location)}</span>
      </a>
      {dangers.length > 1 && (
        <a className="danger-more" href="#/alarms">
          {t('alarms.andMore', { n: dangers.length - 1 })}
        </a>
      )}
    </div>
  );
}
