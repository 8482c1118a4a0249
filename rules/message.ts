/** The words of an alarm: what, where, since when, how bad; in both languages. */
import { type QuantityId, quantity as quantityOf, statesOf } from '../shared/quantity.ts';
import { fillText, joinTexts, type Language, sentences, type Text } from '../shared/text.ts';
import { localTime, shown, supplements } from '../shared/wording.ts';
import type { Instance } from './pack.ts';

const atRaising: Text = { zh: '数值为告警发生时', en: 'Values as at the raising' };
/** Older than this when it is learned of: the text says so. */
const lateMs = 10 * 60_000;

export interface Words {
  value: number | null;
  limit: number | null;
  /** Plant time of the fact. */
  at: number;
  /** Plant time of the telling. */
  now: number;
  /** What the value is of, where that is not always the same. */
  quantity?: QuantityId | undefined;
  note?: Text | undefined;
}

export function messageOf(
  instance: Instance,
  { value, limit, at, now, note, quantity = instance.definition.quantity ?? undefined }: Words,
): Text {
  const { rule, kind, place, definition } = instance;
  const template = rule.message ?? kind.message;
  const since = localTime(at, place.plant.timezone);
  const known = quantity === undefined ? undefined : quantityOf(quantity);
  const state = value === null ? undefined : statesOf(quantity, definition.unit)?.[value];
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
  // This text stays as it is; the number of now stands beside it, wherever it is shown.
  if (value !== null && state === undefined && /\{value\}/.test(template.en)) tail.push(atRaising);
  if (instance.dark.length > 0) {
    const { zh, en } = joinTexts(instance.dark);
    tail.push({ zh: `停电范围：${zh}`, en: `Without power: ${en}` });
  }
  if (now - at > lateMs) {
    tail.push({
      zh: `（补传数据：事情发生于 ${since}，${localTime(now, place.plant.timezone)} 才获知）`,
      en: `(late data: happened at ${since}, learned of at ${localTime(now, place.plant.timezone)})`,
    });
  }
  if (definition.lifeSafety) tail.push(supplements);
  const whole = (language: Language) => {
    const first = tidy(once(text[language], known?.label[language], state?.[language]));
    return tail.length === 0 ? first : sentences([first, ...tail.map((part) => part[language])], language);
  };
  return { zh: whole('zh'), en: whole('en') };
}

/** A quantity that is called as its state is said once: "pump fault" and not "pump fault is “fault”". */
const once = (text: string, label: string | undefined, state: string | undefined): string =>
  label === undefined || state === undefined || !label.toLowerCase().endsWith(state.toLowerCase())
    ? text
    : text.replace(`${label}为“${state}”`, label).replace(`${label} is "${state}"`, label);

/** Quantities without a unit leave no double blanks. */
const tidy = (text: string) =>
  text
    .replace(/ +([，,;；。.]|$)/g, '$1')
    .replace(/[，,]? *([）)])/g, '$1')
    .replace(/ +（/g, '（')
    .replace(/ *[（(][）)]/g, '')
    .replace(/ {2,}/g, ' ')
    .trim();
