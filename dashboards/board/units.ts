/** Units are written alike in all languages, but for words. */
import type { Language, Text } from '../../shared/text.ts';

const words: Readonly<Record<string, Text>> = { d: { zh: '天', en: 'days' } };

export const shownUnit = (unit: string, language: Language): string => words[unit]?.[language] ?? unit;
