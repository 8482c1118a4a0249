/** The numbers of an alarm, each with its name: now with its trend, at raising, the worst since, the limit. */
import type { Alarm, AlarmValues, Trend } from '../../../shared/alarm.ts';
import type { QuantityId } from '../../../shared/quantity.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from './context.ts';

/** Older than this: the number of now says from when it is. Plant time. */
const oldMs = 3 * 60_000;
const arrows: Record<Trend, { sign: string; label: TextKey }> = {
  rising: { sign: '↑', label: 'alarms.trend.rising' },
  falling: { sign: '↓', label: 'alarms.trend.falling' },
  steady: { sign: '→', label: 'alarms.trend.steady' },
};

type Numbers = AlarmValues & Pick<Alarm, 'limit' | 'unit'> & { quantity: QuantityId | null };

function useNumber({ quantity, unit }: Pick<Numbers, 'quantity' | 'unit'>) {
  const { text, number } = useWords();
  const { plant } = useConsole();
  const known = quantity ? plant.site.quantities[quantity] : undefined;
  // Hours or a share of something that has states are no states.
  const states = known?.unit === unit ? known.states : undefined;
  return { states, say: (value: number) => (states ? text(states[String(value)]) || String(value) : `${number(value)} ${unit}`.trim()) };
}

/** What it is now, with an arrow; nothing where the rule has no number. */
export function AlarmNow({ alarm }: { alarm: Numbers }) {
  const { t, text } = useWords();
  const { states, say } = useNumber(alarm);
  const { live, value } = alarm;
  if (value === null && (live === null || live.value === null)) return null;
  if (live === null || live.value === null) return <strong className="row-value none">{t('alarms.nowUnknown')}</strong>;
  // A state goes nowhere.
  const arrow = live.trend && !states ? arrows[live.trend] : undefined;
  return (
    <strong className="row-value" data-live={live.value}>
      {t('alarms.now', { value: say(live.value) })}
      {arrow && (
        <span role="img" aria-label={t(arrow.label)}>
          {' '}
          {arrow.sign}
        </span>
      )}
      {live.note && text(live.note) && <span className="row-note"> · {text(live.note)}</span>}
    </strong>
  );
}

/** All of them as pieces of a line. */
export function AlarmNumbers({ alarm, now }: { alarm: Numbers; now: number }) {
  const { t, time } = useWords();
  const { states, say } = useNumber(alarm);
  const { value, live, worst, limit } = alarm;
  // A current that is 0 since the trip: the same number three times says nothing.
  const moved = worst && new Set([worst.value, value ?? worst.value, live?.value ?? worst.value].map(say)).size > 1;
  return (
    <>
      <AlarmNow alarm={alarm} />
      {live && now - live.at > oldMs && live.value !== null && (
        <span className="row-old">{t('alarms.asOf', { time: time(live.at, now) })}</span>
      )}
      {value !== null && <span>{t('alarms.atRaising', { value: say(value) })}</span>}
      {worst && moved && !states && <span>{t('alarms.worst', { value: say(worst.value), time: time(worst.at, now) })}</span>}
      {limit !== null && value !== null && !states && <span>{t('alarms.limit', { limit: say(limit) })}</span>}
    </>
  );
}
