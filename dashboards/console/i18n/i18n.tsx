/** The chosen language, texts by key, and dates, ages and numbers as people of that language write them, in the site's time zone. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import type { Language, Text } from '../../../shared/text.ts';
import { en, type TextKey } from './en.ts';
import { zh } from './zh.ts';

const dictionaries: Record<Language, Record<TextKey, string>> = { zh, en };
const storageKey = 'plantroom.language';

export interface Words {
  language: Language;
  setLanguage(language: Language): void;
  t(key: TextKey, values?: Record<string, string | number>): string;
  /** A text that the server sends in both languages. */
  text(text: Text | null | undefined): string;
  /** 14:05, or with the day when it is another one. */
  time(ms: number, now: number): string;
  /** On an axis whose steps are so wide: month, day, or hour. */
  shortTime(ms: number, stepMs: number): string;
  dateTime(ms: number): string;
  clock(ms: number): string;
  age(ms: number, now: number): string;
  number(value: number, digits?: number): string;
}

const Context = createContext<Words | undefined>(undefined);

export function useWords(): Words {
  const words = useContext(Context);
  if (!words) throw new Error('no WordsProvider');
  return words;
}

/** `fallback` and `timezone` come from the site once it is known. */
export function WordsProvider({
  fallback = 'zh',
  timezone = 'Asia/Shanghai',
  children,
}: {
  fallback?: Language | undefined;
  timezone?: string | undefined;
  children: ReactNode;
}) {
  const [chosen, choose] = useState<Language | undefined>(() => stored());
  const language = chosen ?? fallback;
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  const words = useMemo(
    () =>
      makeWords(language, timezone, (next) => {
        localStorage.setItem(storageKey, next);
        choose(next);
      }),
    [language, timezone],
  );
  return <Context value={words}>{children}</Context>;
}

/** Fills `{name}` places. (The one in shared/text.ts would bring the whole schema library along.) */
function fill(template: string, values: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

function stored(): Language | undefined {
  const value = localStorage.getItem(storageKey);
  return value === 'zh' || value === 'en' ? value : undefined;
}

export function makeWords(language: Language, timeZone: string, setLanguage: (language: Language) => void): Words {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone, hour12: false, ...options });
  const hourMinute = format({ hour: '2-digit', minute: '2-digit' });
  const dayHour = format({ month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' });
  const full = format({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const month = format({ year: 'numeric', month: 'numeric' });
  const monthDay = format({ month: 'numeric', day: 'numeric' });
  const day = format({ year: 'numeric', month: 'numeric', day: 'numeric' });
  const wall = format({ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const numbers = new Map<number, Intl.NumberFormat>();
  const dictionary = dictionaries[language];
  const t: Words['t'] = (key, values) => (values ? fill(dictionary[key], values) : dictionary[key]);
  return {
    language,
    setLanguage,
    t,
    text: (text) => text?.[language] ?? '',
    time: (ms, now) => (day.format(ms) === day.format(now) ? hourMinute : dayHour).format(ms),
    shortTime: (ms, stepMs) =>
      (stepMs > 27 * 86_400_000 ? month : stepMs >= 86_400_000 ? monthDay : stepMs > 3_600_000 ? dayHour : hourMinute).format(ms),
    dateTime: (ms) => full.format(ms),
    clock: (ms) => wall.format(ms),
    age(ms, now) {
      const minutes = Math.floor((now - ms) / 60_000);
      if (minutes < 1) return t('age.now');
      if (minutes < 60) return t('age.minutes', { n: minutes });
      if (minutes < 48 * 60) return t('age.hours', { n: Math.floor(minutes / 60) });
      return t('age.days', { n: Math.floor(minutes / 1_440) });
    },
    number(value, digits) {
      const places = digits ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
      let formatter = numbers.get(places);
      if (!formatter) {
        formatter = new Intl.NumberFormat(locale, { minimumFractionDigits: places, maximumFractionDigits: places });
        numbers.set(places, formatter);
      }
      return formatter.format(value);
    },
  };
}
