/** How the words of a rule file are shown to people. */
import { attributeLabel } from '../../../shared/attribute-labels.ts';
import { limitParts } from '../../../shared/limit.ts';
import { systemLabels } from '../../../shared/system.ts';
import type { Text } from '../../../shared/text.ts';
import { en, type TextKey } from '../i18n/en.ts';
import type { Words } from '../i18n/i18n.tsx';

type Translate = Words['t'];

/** Packs bear the names of systems, but for the one on the platform itself. */
export const packName = (pack: string, text: (label: Text | undefined) => string, t: (key: TextKey) => string): string =>
  pack === 'system' ? t('rules.platform') : text((systemLabels as Record<string, Text>)[pack]) || pack;

const prose = /[a-z]{3,}/;

/** Standards are cited as they are called; that a number is only our proposal is said in the reader's language, and what is left in English says so. */
export function sourceText(source: string, t: Translate): string {
  if (source === 'proposal') return t('rules.proposal');
  const note = /^proposal,? (.*)$/.exec(source)?.[1];
  if (note !== undefined) return t('rules.proposalNote', { note });
  return prose.test(source) ? t('rules.english', { source }) : source;
}

/** A limit as it is written, in words: `80 % of nominal_kpa` is 80 % of the nominal pressure. */
export function limitWords(value: unknown, { t, text }: Pick<Words, 't' | 'text'>): string {
  const parts = typeof value === 'string' ? limitParts(value) : undefined;
  const name = parts && text(attributeLabel(parts.attribute)?.label);
  if (!parts || !name) return String(value);
  const base = parts.percent === null ? name : t('rules.percentOf', { percent: parts.percent, what: name });
  return parts.distance === 0 ? base : `${base} ${parts.distance < 0 ? '−' : '+'} ${Math.abs(parts.distance)}`;
}

/** Parameters with the names that people use, where they have one. */
export const paramsText = (params: Readonly<Record<string, unknown>>, words: Pick<Words, 't' | 'text'>): string =>
  Object.entries(params)
    .map(([name, value]) => {
      const known = `param.${name}`;
      const shown = Array.isArray(value)
        ? value.join(', ')
        : value !== null && typeof value === 'object'
          ? JSON.stringify(value)
          : limitWords(value, words);
      return `${Object.hasOwn(en, known) ? words.t(known as TextKey) : name}: ${shown}`;
    })
    .join(' · ') || '—';
