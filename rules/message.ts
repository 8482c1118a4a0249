/** The words of an alarm: what, where, since when, how bad; in both languages. */
import { quantity as quantityOf } from '../shared/quantity.ts';
import { fillText, type Language, sentences, type Text } from '../shared/text.ts';
import type { Instance } from './pack.ts';

/** Life-safety alarms say that the statutory local panel stays in force. */
export const supplements: Text = {
  zh: '本平台为辅助监视，不替代现场法定报警装置。',
  en: 'This platform supplements the statutory local alarm panel and does not replace it.',
};

/** Older than this when it is learned of: the text says so. */
const lateMs = 10 * 60_000;

export interface Words {
  value: number | null;
  limit: number | null;
  /** Plant time of the fact. */
  at: number;
  /** Plant time of the telling. */
  now: number;
  note?: Text | undefined;
}

export function messageOf(instance: Instance, { value, limit, at, now, note }: Words): Text {
  const { rule, kind, place, definition } = instance;
  const { quantity } = definition;
  const template = rule.message ?? kind.message;
  const since = localTime(at, place.plant.timezone);
  const known = quantity === null ? undefined : quantityOf(quantity);
  const state = value === null ? undefined : known?.states?.[value];
  const text = fillText(template, {
    device: place.device.name,
    location: definition.location,
    quantity: known?.label ?? definition.title,
    value: state ?? (value === null ? '–' : shown(value)),
    limit: limit === null ? '–' : shown(limit),
    unit: definition.unit,
    since,
    note: note ?? { zh: '', en: '' },
  });
  const tail: Text[] = [];
  if (now - at > lateMs) {
    tail.push({
      zh: `（补传数据：事情发生于 ${since}，${localTime(now, place.plant.timezone)} 才获知）`,
      en: `(late data: happened at ${since}, learned of at ${localTime(now, place.plant.timezone)})`,
    });
  }
  if (definition.lifeSafety) tail.push(supplements);
  const whole = (language: Language) => {
    const first = tidy(text[language]);
    return tail.length === 0 ? first : sentences([first, ...tail.map((part) => part[language])], language);
  };
  return { zh: whole('zh'), en: whole('en') };
}

/** Quantities without a unit leave no double blanks. */
const tidy = (text: string) =>
  text
    .replace(/ +([，,;；。.]|$)/g, '$1')
    .replace(/ {2,}/g, ' ')
    .trim();

/** Enough digits to act on, no noise: 3 significant, whole above 1,000. */
export function shown(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value)) return String(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(2);
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** `2026-01-15 08:00:05` on the site's clock. */
export function localTime(t: number, timezone: string): string {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });
    formats.set(timezone, format);
  }
  return format.format(t);
}
