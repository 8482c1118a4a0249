/** How the words of a rule file are shown to people. */
import { attributeLabel } from '../../../shared/attribute-labels.ts';
import { limitParts } from '../../../shared/limit.ts';
import type { Quantity } from '../../../shared/quantity.ts';
import { systemLabels } from '../../../shared/system.ts';
import type { Text } from '../../../shared/text.ts';
import type { RuleInfo } from '../data/api.ts';
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

/** What the numbers of a rule are about. */
export interface About {
  kind: string;
  quantity: string | undefined;
  /** Of the value that the rule judges. */
  unit: string;
  quantities: Readonly<Record<string, Pick<Quantity, 'label' | 'unit' | 'states'>>>;
}

export const aboutOf = ({ rule, places }: RuleInfo, quantities: About['quantities']): About => ({
  kind: rule.kind,
  quantity: rule.quantity,
  unit: places[0]?.unit ?? '',
  quantities,
});

/** In the unit of what is judged, and in that of the quantity that is read: a limit of unbalance is per cent of amperes. */
const judged = new Set(['limit', 'deadband']);
const measured = new Set(['low', 'high', 'by', 'fall', 'rise', 'until']);

/** Parameters with the names, units and words that people use. */
export function paramsText(params: Readonly<Record<string, unknown>>, words: Pick<Words, 't' | 'text'>, about?: About): string {
  const { t, text } = words;
  const nameOf = (name: string) => {
    const known = [`param.${about?.kind}.${name}`, `param.${name}`].find((key) => Object.hasOwn(en, key));
    return known ? t(known as TextKey) : name;
  };
  const quantityName = (id: unknown) => text(about?.quantities[String(id)]?.label) || String(id);
  const state = (id: string | undefined, code: unknown) => text(about?.quantities[id ?? '']?.states?.[Number(code)]) || String(code);
  const condition = (when: Readonly<Record<string, unknown>>) => {
    const id = String(when.quantity);
    const unit = about?.quantities[id]?.unit ?? '';
    const how = (['is', 'is_not', 'above', 'below'] as const).flatMap((name) => {
      const value = when[name];
      if (value === undefined) return [];
      const shown = Array.isArray(value) ? value.map((code) => state(id, code)).join(t('list.comma')) : withUnit(value, unit);
      return [`${nameOf(name === 'above' || name === 'below' ? `condition.${name}` : name)} ${shown}`];
    });
    return [quantityName(id), ...how].join(' ');
  };
  const withUnit = (value: unknown, unit: string) => `${limitWords(value, words)}${typeof value === 'number' && unit ? ` ${unit}` : ''}`;
  const shown = (name: string, value: unknown): string => {
    if (name === 'is' || name === 'is_not')
      return [value]
        .flat()
        .map((code) => state(about?.quantity, code))
        .join(t('list.comma'));
    if (Array.isArray(value))
      return value.map((one) => (typeof one === 'object' ? condition(one) : quantityName(one))).join(t('list.comma'));
    if (value !== null && typeof value === 'object') return condition(value as Record<string, unknown>);
    if (name === 'direction') return nameOf(`direction.${String(value)}`);
    const unit = judged.has(name) ? about?.unit : measured.has(name) ? about?.quantities[about.quantity ?? '']?.unit : '';
    return typeof value === 'string' && about && Object.hasOwn(about.quantities, value) ? quantityName(value) : withUnit(value, unit ?? '');
  };
  const said = Object.entries(params).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
  return said.map(([name, value]) => `${nameOf(name)}${t('list.colon')}${shown(name, value)}`).join(' · ') || '—';
}
