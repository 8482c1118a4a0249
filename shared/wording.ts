/** How numbers, times and the life-safety sentence are written for people, everywhere alike. */
import type { Text } from './text.ts';
import { isoInZone } from './zone.ts';

/** Life-safety alarms say that the statutory local panel stays in force. */
export const supplements: Text = {
  zh: '本平台为辅助监视，不替代现场法定报警装置。',
  en: 'This platform supplements the statutory local alarm panel and does not replace it.',
};

/** Enough digits to act on, no noise: 3 significant, whole above 1,000. */
export function shown(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value)) return String(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(2);
}

/** `2026-01-15 08:00:05` on the site's clock. */
export const localTime = (t: number, timezone: string): string => isoInZone(timezone, t).slice(0, 19).replace('T', ' ');

const spans = [
  [86_400_000, '天', 'd'],
  [3_600_000, '小时', 'h'],
  [60_000, '分钟', 'min'],
] as const;
/** A span of time in the largest unit in which it is whole: 6 min, 90 s. */
export function spanText(ms: number): Text {
  const [unit, zh, en] = spans.find(([one]) => ms >= one && ms % one === 0) ?? ([1_000, '秒', 's'] as const);
  return { zh: `${ms / unit} ${zh}`, en: `${ms / unit} ${en}` };
}
