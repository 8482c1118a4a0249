/**
 * Limits as lines of their own: named in the legend with whose they are, in the colour of their priority. Grafana's own threshold line has the
 * colour of the zone above it, is drawn for the first series only and stands outside the picture when the values are far away.
 */
import type { RuleInForce } from '../../desk/index.ts';
import { type Priority, priorities } from '../../shared/alarm.ts';
import type { ReadingsPanel } from '../board/board.ts';
import { type BoardDevice, expressionOf, factsOf } from '../board/devices.ts';
import { needsOf } from '../board/expression.ts';
import { type DrawnLimit, limitsAt } from '../board/limits.ts';
import { shownUnit } from '../board/units.ts';
import type { Field } from './fields.ts';
import { deviceFilters, name, screenStep, type VariableName } from './influxql.ts';
import type { GrafanaInput } from './input.ts';
import { distinctNames } from './names.ts';
import { words } from './style.ts';

export interface LimitLine {
  query: string;
  alias: string;
  limit: DrawnLimit;
}

const mostNamed = 2;

interface Held {
  limit: DrawnLimit;
  field: Field;
  device: BoardDevice;
}

/** One line for each limit; where devices differ, the nearest of each on either side, since more lines than curves help nobody. */
export function limitLinesOf(
  panel: ReadingsPanel,
  fields: readonly Field[],
  rules: readonly RuleInForce[],
  input: GrafanaInput,
  variables: readonly VariableName[],
): LimitLine[] {
  const { language } = input;
  const drawn = rules.filter(({ rule }) => panel.rules?.includes(rule.id));
  const held = fields.flatMap((field) =>
    field.devices.flatMap((device) => limitsAt(drawn, field.value, device).map((limit): Held => ({ limit, field, device }))),
  );
  const keyOf = ({ limit, field }: Held) => `${factsOf(field.value).id} ${limit.side} ${limit.value}`;
  const devices = new Set(fields.flatMap((field) => field.devices));
  const groups = [...Map.groupBy(held, keyOf).values()];
  const everywhere = (group: Held[]) => new Set(group.map(({ device }) => device)).size === devices.size;
  const differ = groups.some((group) => !everywhere(group));
  const kept = differ ? groups.filter((group) => group.some((one) => isNearest(one, held))) : groups;
  const short = distinctNames([...devices].map((device) => device.name[language]), language); // biome-ignore format: short
  const names = new Map([...devices].map((device, index) => [device, short[index] as string]));
  const zh = language === 'zh';
  return kept.map((group) => {
    const worst = group.map(({ limit }) => limit).reduce((a, b) => (rank(a.priority) <= rank(b.priority) ? a : b));
    const { field } = group[0] as Held;
    const owners = [...new Set(group.map(({ device }) => device))];
    const whose = owners.length <= mostNamed ? owners.map((device) => names.get(device)).join(zh ? '、' : ', ') : undefined;
    const place = everywhere(group) ? '' : ` · ${whose ?? (zh ? `${owners.length} 处` : `${owners.length} places`)}`;
    const unit = shownUnit(factsOf(field.value).unit, language);
    const side = words[worst.side][language];
    const number = `${worst.value}${unit === '' ? '' : ` ${unit}`}`;
    const alias = `${words.limit[language]}${zh ? '：' : ': '}${worst.title[language]} ${zh ? `${side} ` : `${side} `}${number}${place}`;
    return { alias, limit: worst, query: constant(field, owners, worst.value, variables) };
  });
}

const rank = (priority: Priority): number => priorities.indexOf(priority);

/** No other limit of this device on the same side comes before it. */
function isNearest({ limit, device, field }: Held, all: readonly Held[]): boolean {
  const sign = limit.side === 'above' ? 1 : -1;
  return all.every(
    (other) =>
      other.device !== device ||
      other.field.value !== field.value ||
      other.limit.side !== limit.side ||
      sign * other.limit.value >= sign * limit.value,
  );
}

/** InfluxQL has no constants: the value of what is measured, times nothing, plus the limit. */
function constant(field: Field, devices: readonly BoardDevice[], value: number, variables: readonly VariableName[]): string {
  const expression = expressionOf(field.value);
  const [quantity] = expression ? needsOf(expression).quantities : [];
  const where = ['$timeFilter', ...deviceFilters(devices, variables)].join(' AND ');
  const written = value < 0 ? `- ${-value}` : `+ ${value}`;
  return `SELECT mean(${name(quantity as string)}) * 0 ${written} AS "limit" FROM ${name(devices[0]!.system)} WHERE ${where} GROUP BY time(${screenStep}) fill(none)`;
}

/** The axis reaches a little beyond the outermost limit, so that the zone behind it is seen. */
export function softAxis(lines: readonly LimitLine[]): { min: number | undefined; max: number | undefined } {
  const of = (side: 'above' | 'below') => lines.flatMap(({ limit }) => (limit.side === side ? [limit.value] : []));
  const [low, high] = [of('below'), of('above')];
  const all = [...low, ...high];
  if (all.length === 0) return { min: undefined, max: undefined };
  const span = Math.max(...all) - Math.min(...all) || Math.abs(all[0] as number) || 1;
  return {
    min: low.length > 0 ? round(Math.min(...low) - span * 0.1) : undefined,
    max: high.length > 0 ? round(Math.max(...high) + span * 0.1) : undefined,
  };
}

const round = (value: number): number => Number(value.toPrecision(3));
