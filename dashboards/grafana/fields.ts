/** What Grafana is told about single fields: names of people instead of ids, units, limits and words where they differ within a panel. */
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type { RuleInForce } from '../../desk/index.ts';
import { quantity } from '../../shared/quantity.ts';
import type { Language, Text } from '../../shared/text.ts';
import { type BoardValue, isStatus, type ReadingsPanel } from '../board/board.ts';
import { type BoardDevice, factsOf } from '../board/devices.ts';
import { type DrawnLimit, limitsAt } from '../board/limits.ts';
import { shownUnit } from '../board/units.ts';
import { colours, mappingsOf, thresholdSteps, unitOf } from './style.ts';

/** A line, bar or column as InfluxDB names it. */
export interface Field {
  key: string;
  /** What people read; undefined where the key is it already. */
  shown: string | undefined;
  value: BoardValue;
  /** Of what is drawn: a count of readings has none, whatever was read. */
  unit: string;
  /** Devices behind it. */
  devices: readonly BoardDevice[];
}

export interface FieldStyle {
  unit: string | undefined;
  thresholds: dashboard.Threshold[] | undefined;
  mappings: dashboard.ValueMapping[] | undefined;
  decimals: number | undefined;
  overrides: { matcher: dashboard.MatcherConfig; properties: dashboard.DynamicConfigValue[] }[];
}

/** Limits of a field: those that hold for all of its devices. */
function limitsOf(field: Field, rules: readonly RuleInForce[]): DrawnLimit[] {
  const [first, ...others] = field.devices.map((device) => limitsAt(rules, field.value, device));
  const same = (a: DrawnLimit, b: DrawnLimit) => a.rule === b.rule && a.side === b.side && a.value === b.value;
  return (first ?? []).filter((limit) => others.every((list) => list.some((other) => same(limit, other))));
}

/** Digits that a reading of the unit deserves; without a word Grafana shows the rounding errors of a sum: 1.17e-12 m³/h. */
const digitsByUnit: Readonly<Record<string, number>> = {
  kWh: 0, kW: 1, kPa: 0, '%': 1, '°C': 1, K: 1, V: 1, A: 1, mA: 0, 'm³': 1, 'm³/h': 2, 'L/min': 1, 'L/h': 1, 'mg/L': 2, h: 1, d: 1,
  'r/min': 0, Hz: 2,
}; // biome-ignore format: a table
const usualDigits = 2;

function digitsOf({ value, unit }: Field): number {
  const whole = isStatus(value) || (typeof value === 'string' && (quantity(value).kind === 'state' || unit === ''));
  return whole && value !== 'ph' && value !== 'power_factor' ? 0 : (digitsByUnit[unit] ?? usualDigits);
}

const agreed = <T>(all: readonly T[]): T | undefined =>
  all.every((one) => JSON.stringify(one) === JSON.stringify(all[0])) ? all[0] : undefined;

/** What all fields share is said once for the panel, the rest by field. */
export function styleOf(panel: ReadingsPanel, fields: readonly Field[], rules: readonly RuleInForce[], language: Language): FieldStyle {
  // What is drawn over a tinted zone must not be tinted itself.
  const fine = panel.kind === 'time-series' ? colours.clear : colours.fine;
  const drawn = rules.filter(({ rule }) => panel.rules?.includes(rule.id));
  const facts = fields.map((field) => {
    const limits = limitsOf(field, drawn);
    return {
      field,
      unit: unitOf(field.unit, language),
      decimals: panel.digits ?? digitsOf(field),
      thresholds: limits.length > 0 ? thresholdSteps(limits, fine) : undefined,
      mappings: mappingsOf(field.value, rules, language),
    };
  });
  const unit = agreed(facts.map((one) => one.unit));
  const thresholds = agreed(facts.map((one) => one.thresholds));
  const mappings = agreed(facts.map((one) => one.mappings));
  const decimals = agreed(facts.map((one) => one.decimals));
  const overrides = facts.flatMap(({ field, ...own }) => {
    const properties: dashboard.DynamicConfigValue[] = [];
    if (field.shown !== undefined && field.shown !== field.key) properties.push({ id: 'displayName', value: field.shown });
    if (unit === undefined) properties.push({ id: 'unit', value: own.unit });
    if (decimals === undefined) properties.push({ id: 'decimals', value: own.decimals });
    if (thresholds === undefined && own.thresholds)
      properties.push({ id: 'thresholds', value: { mode: 'absolute', steps: own.thresholds } });
    if (mappings === undefined && own.mappings) properties.push({ id: 'mappings', value: own.mappings });
    return properties.length === 0 ? [] : [{ matcher: { id: 'byName', options: field.key }, properties }];
  });
  return { unit, thresholds, mappings, decimals, overrides };
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
