/** What Grafana is told about single fields: names of people instead of ids, units, limits and words where they differ within a panel. */
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type { RuleInForce } from '../../desk/index.ts';
import type { Language, Text } from '../../shared/text.ts';
import type { BoardValue, ReadingsPanel } from '../board/board.ts';
import { type BoardDevice, factsOf } from '../board/devices.ts';
import { type DrawnLimit, limitsAt } from '../board/limits.ts';
import { shownUnit } from '../board/units.ts';
import { mappingsOf, thresholdSteps, unitOf } from './style.ts';

/** A line, bar or column as InfluxDB names it. */
export interface Field {
  key: string;
  /** What people read; undefined where the key is it already. */
  shown: string | undefined;
  value: BoardValue;
  /** Devices behind it. */
  devices: readonly BoardDevice[];
}

export interface FieldStyle {
  unit: string | undefined;
  thresholds: dashboard.Threshold[] | undefined;
  mappings: dashboard.ValueMapping[] | undefined;
  overrides: { matcher: dashboard.MatcherConfig; properties: dashboard.DynamicConfigValue[] }[];
}

/** Limits of a field: those that hold for all of its devices. */
function limitsOf(field: Field, rules: readonly RuleInForce[]): DrawnLimit[] {
  const [first, ...others] = field.devices.map((device) => limitsAt(rules, field.value, device));
  const same = (a: DrawnLimit, b: DrawnLimit) => a.rule === b.rule && a.side === b.side && a.value === b.value;
  return (first ?? []).filter((limit) => others.every((list) => list.some((other) => same(limit, other))));
}

const agreed = <T>(all: readonly T[]): T | undefined =>
  all.every((one) => JSON.stringify(one) === JSON.stringify(all[0])) ? all[0] : undefined;

/** What all fields share is said once for the panel, the rest by field. */
export function styleOf(panel: ReadingsPanel, fields: readonly Field[], rules: readonly RuleInForce[], language: Language): FieldStyle {
  const drawn = rules.filter(({ rule }) => panel.rules?.includes(rule.id));
  const facts = fields.map((field) => {
    const limits = limitsOf(field, drawn);
    return {
      field,
      unit: unitOf(factsOf(field.value).unit, language),
      thresholds: limits.length > 0 ? thresholdSteps(limits) : undefined,
      mappings: mappingsOf(field.value, rules, language),
    };
  });
  const unit = agreed(facts.map((one) => one.unit));
  const thresholds = agreed(facts.map((one) => one.thresholds));
  const mappings = agreed(facts.map((one) => one.mappings));
  const overrides = facts.flatMap(({ field, ...own }) => {
    const properties: dashboard.DynamicConfigValue[] = [];
    if (field.shown !== undefined && field.shown !== field.key) properties.push({ id: 'displayName', value: field.shown });
    if (unit === undefined) properties.push({ id: 'unit', value: own.unit });
    if (thresholds === undefined && own.thresholds)
      properties.push({ id: 'thresholds', value: { mode: 'absolute', steps: own.thresholds } });
    if (mappings === undefined && own.mappings) properties.push({ id: 'mappings', value: own.mappings });
    return properties.length === 0 ? [] : [{ matcher: { id: 'byName', options: field.key }, properties }];
  });
  return { unit, thresholds, mappings, overrides };
}

/** The limits in words, with the clause that each rests on. */
export function limitLines(panel: ReadingsPanel, fields: readonly Field[], rules: readonly RuleInForce[], language: Language): string[] {
  return (panel.rules ?? []).flatMap((id) => {
    const entry = rules.find(({ rule }) => rule.id === id);
    if (!entry) return [];
    const found = fields.flatMap((field) =>
      field.devices.flatMap((device) =>
        limitsAt([entry], field.value, device).map((limit) => ({ limit, unit: shownUnit(factsOf(field.value).unit, language) })),
      ),
    );
    const sides = (['below', 'above'] as const).flatMap((side) => {
      const values = [
        ...new Set(found.filter(({ limit }) => limit.side === side).map(({ limit, unit }) => `${limit.value} ${unit}`.trim())),
      ];
      if (values.length === 0) return [];
      const sign = side === 'below' ? '<' : '>';
      return [`${sign} ${values.length <= 4 ? values.join(' / ') : '…'}`];
    });
    const title: Text = entry.rule.title;
    return [`- ${id} ${title[language]}: ${sides.join(', ')} (${entry.rule.source})`];
  });
}
