/** Texts that people read: Simplified Chinese and English, both always there. */
import { z } from 'zod';

export const languages = ['zh', 'en'] as const;
export type Language = (typeof languages)[number];

export const textSchema = z
  .strictObject({ zh: z.string().min(1), en: z.string().min(1) })
  .meta({ description: 'A text in Simplified Chinese and English' });
export type Text = z.infer<typeof textSchema>;

/** Fills `{name}` places; an unknown place stays as it is, so that a missing value is seen and not hidden. */
export function fill(template: string, values: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** The same for both languages. Values may themselves be texts. */
export function fillText(template: Text, values: Record<string, string | number | Text>): Text {
  const pick = (language: Language) =>
    fill(
      template[language],
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'object' ? value[language] : value])),
    );
  return { zh: pick('zh'), en: pick('en') };
}

/** Names in a row. */
export const joinTexts = (parts: readonly Text[]): Text => ({
  zh: parts.map(({ zh }) => zh).join('、'),
  en: parts.map(({ en }) => en).join(', '),
});

/** Sentences one after the other, each with a full stop unless it has an end of its own. */
export function sentences(parts: readonly string[], language: Language): string {
  const [stop, gap] = language === 'zh' ? ['。', ''] : ['.', ' '];
  return parts.map((part) => (/[.!?。！？…][)）"”]?$/.test(part) ? part : `${part}${stop}`)).join(gap);
}
