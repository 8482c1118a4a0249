/** How the words of a rule file are shown to people. */
import { systemLabels } from '../../../shared/system.ts';
import type { Text } from '../../../shared/text.ts';
import type { TextKey } from '../i18n/en.ts';

/** Packs bear the names of systems, but for the one on the platform itself. */
export const packName = (pack: string, text: (label: Text | undefined) => string, t: (key: TextKey) => string): string =>
  pack === 'system' ? t('rules.platform') : text((systemLabels as Record<string, Text>)[pack]) || pack;

/** Sources are cited as they are called; that a number is only our proposal is said in the reader's language. */
export const sourceText = (source: string, t: (key: TextKey) => string): string => source.replaceAll(/\bproposal\b/g, t('rules.proposal'));

export const paramsText = (params: Readonly<Record<string, unknown>>): string =>
  Object.entries(params)
    .map(
      ([name, value]) =>
        `${name}: ${Array.isArray(value) ? value.join(', ') : value !== null && typeof value === 'object' ? JSON.stringify(value) : value}`,
    )
    .join(' · ') || '—';
