/** A year on one picture: days from left to right, hours from top to bottom, darker is more; what is not known stays empty. */
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { zoneOffsetMs } from '../../../shared/zone.ts';
import { type ConsumptionRows, energyApi, type Medium } from '../data/energy-pages-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { amount } from './words.ts';

const dayMs = 86_400_000;
const days = 365;

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
      <canvas className="energy-heat" ref={canvas} width={days} height={24} role="img" aria-label={t('energy.map')} />
      <div className="energy-key">
        <span>{words.dateTime(from).slice(0, 10)}</span>
        <span>
          {amount(words, low, found.unit)} … {amount(words, high, found.unit)}
        </span>
        <span>{t('energy.map.known', { share: number(100 * share, 1) })}</span>
        <span>{words.dateTime(from + days * dayMs - 1).slice(0, 10)}</span>
      </div>
    </>
  );
}
