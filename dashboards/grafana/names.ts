/** Names short enough for their place: what all of a panel share says nothing there and is what pushes the rest out of sight. Pure. */
import type { Language } from '../../shared/text.ts';

/** Grafana writes titles and labels at 14 px; a Chinese character is as wide as it is high, a Latin letter about half. */
export const textWidthPx = (text: string, sizePx = 14): number =>
  [...text].reduce((sum, letter) => sum + (/[\u2e80-\uffef]/u.test(letter) ? 1 : 0.53), 0) * sizePx;

/** Of the narrowest screen that the boards are made for: 1440 px with Grafana's menu open. */
export const columnPx = 46;

const latinEnd = /[\s,·–-]$/;

/** The same names without what they all begin and end with; of a single one nothing is taken. */
export function distinctNames(names: readonly string[], language: Language): string[] {
  const different = [...new Set(names)];
  if (different.length < 2) return [...names];
  const parts = different.map((name) => [...name]);
  const shared = (at: (letters: string[], index: number) => string | undefined): number => {
    let count = 0;
    while (at(parts[0]!, count) !== undefined && parts.every((letters) => at(letters, count) === at(parts[0]!, count))) count++;
    return count;
  };
  let begin = shared((letters, index) => letters[index]);
  // English is cut between words only, and never inside a number.
  while (begin > 0 && (language === 'en' ? !latinEnd.test(parts[0]![begin - 1]!) : /[\dA-Za-z]/.test(parts[0]![begin - 1]!))) begin--;
  let end = language === 'en' ? 0 : shared((letters, index) => letters.at(-1 - index));
  while (end > 0 && /[\dA-Za-z]/.test(parts[0]!.at(-end)!)) end--;
  const cut = (name: string) =>
    [...name]
      .slice(begin, [...name].length - end)
      .join('')
      .trim();
  return different.every((name) => cut(name) !== '') && new Set(different.map(cut)).size === different.length ? names.map(cut) : [...names];
}
