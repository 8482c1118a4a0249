/** A year on one picture: days from left to right, hours from top to bottom, darker is more; what is not known stays empty. */
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { zoneOffsetMs } from '../../../shared/zone.ts';
import { type ConsumptionRows, energyApi, type Medium } from '../data/energy-pages-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { amount, dayRange } from './words.ts';

const dayMs = 86_400_000;
const days = 365;

/** Which day of the picture is the first of a month; `first` in days since 1970 by the clocks of the site. */
function monthsFrom(first: number): { month: string; day: number }[] {
  return Array.from({ length: days }, (_, day) => ({ day, date: new Date((first + day) * dayMs).toISOString() })).flatMap(
    ({ day, date }) => (date.slice(8, 10) === '01' ? [{ month: date.slice(0, 7), day }] : []),
  );
}

export function YearMap({ medium, scope, id, now }: { medium: Medium; scope: string; id: string | undefined; now: number }) {
  const words = useWords();
  const { t, number } = words;
  const { plant, act } = useConsole();
  const zone = plant.site.timezone;
  const scheme = useComputedColorScheme('light');
  const canvas = useRef<HTMLCanvasElement>(null);
  const [found, setFound] = useState<ConsumptionRows>();
  const today = Math.floor((now + zoneOffsetMs(zone, now)) / dayMs);
  const from = (today - days) * dayMs - zoneOffsetMs(zone, now);
  useEffect(
    () => void act(async () => setFound(await energyApi.hours(medium, scope, id, from, from + days * dayMs))),
    [act, medium, scope, id, from],
  );
  const known = found?.rows.flatMap((row) => (row.value === null ? [] : [row.value])) ?? [];
  const sorted = known.toSorted((a, b) => a - b);
  // One wrong hour must not make all others pale.
  const [low, high] = [sorted[Math.floor(sorted.length * 0.01)] ?? 0, sorted[Math.floor(sorted.length * 0.99)] ?? 1];
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || !found) return;
    context.clearRect(0, 0, days, 24);
    context.fillStyle = getComputedStyle(canvas.current).getPropertyValue('--s0');
    for (const { from: t, value } of found.rows) {
      if (value === null) continue;
      const local = t + zoneOffsetMs(zone, t);
      const day = Math.floor(local / dayMs) - (today - days);
      context.globalAlpha = Math.max(0.06, Math.min(1, (value - low) / (high - low || 1)));
      context.fillRect(day, Math.floor((local % dayMs) / 3_600_000), 1, 1);
    }
  }, [found, scheme, low, high, today, zone]);
  if (!found) return null;
  const share = known.length / (days * 24);
  return (
    <>
      <div className="energy-heat-frame">
        <div className="energy-heat-hours" aria-hidden="true">
          {[0, 6, 12, 18].map((hour) => (
            <span key={hour} style={{ top: `${(100 * hour) / 24}%` }}>{`${hour}:00`}</span>
          ))}
        </div>
        <canvas className="energy-heat" ref={canvas} width={days} height={24} role="img" aria-label={t('energy.map')} />
        <div className="energy-heat-months" aria-hidden="true">
          {monthsFrom(today - days).map(({ month, day }) => (
            <span key={month} style={{ left: `${(100 * day) / days}%` }}>
              {month.slice(2)}
            </span>
          ))}
        </div>
      </div>
      <div className="energy-key">
        <span>{dayRange(zone, { from, to: from + days * dayMs })}</span>
        <span>
          {amount(words, low, found.unit)}
          <i className="energy-heat-scale" />
          {t('energy.map.hour', { amount: amount(words, high, found.unit) })}
        </span>
        <span>{t('energy.map.known', { share: number(100 * share, 1) })}</span>
      </div>
    </>
  );
}
