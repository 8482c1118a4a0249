/** What a tariff is: one YAML file, its prices by date, its periods by month, day and hour. */
import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parse, parseDocument } from 'yaml';
import { z } from 'zod';
import { Fault, reasonOf } from '../shared/errors.ts';
import { standards } from './power-factor.ts';

export const periods = ['sharp', 'peak', 'flat', 'valley', 'deep'] as const;
export type Period = (typeof periods)[number];

const text = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a day such as 2026-01-01');
/** Up to six places; written as a number or in quotes. */
const price = z.number().min(-10).max(1000);
const span = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$/, 'a span such as 08:00-11:00');
const spans = z.partialRecord(z.enum(periods), z.array(span).min(1));

/**
 * An hour of a price series by the tariff's clocks, or a quarter of one, which goes before its hour. In the hour that comes twice in autumn the offset tells
 * which one: `2026-10-25T02+02:00` is the first in Berlin, `2026-10-25T02+01:00` the second.
 */
const seriesHour = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:(00|15|30|45))?([+-]\d{2}:\d{2})?$/;

const schedule = z.strictObject({
  months: z.array(z.int().min(1).max(12)).min(1).optional(),
  days: z.enum(['workday', 'weekend', 'holiday']).optional(),
  /** What is not named is flat. */
  hours: spans,
});

const basic = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('capacity'), price, capacity_kva: z.number().positive() }),
  z.strictObject({
    kind: z.enum(['demand', 'contract']),
    price,
    contract_kw: z.number().positive().optional(),
    capacity_kva: z.number().positive(),
    /** From so many kWh per kVA in the month the price is reduced (2023: 260 kWh, 90 %). */
    busy: z.strictObject({ kwh_per_kva: z.number().positive(), share: z.number().positive().max(1) }).optional(),
  }),
]);

const version = z.strictObject({
  from: date,
  /** yuan by period (with everything in it), or one for all hours, or a price for each hour. */
  energy: z.union([
    z.strictObject({ prices: z.partialRecord(z.enum(periods), price), schedules: z.array(schedule).min(1) }),
    z.strictObject({ price }),
    z.strictObject({ series: z.record(z.string(), price) }),
    z.strictObject({ tiers: z.array(z.strictObject({ up_to: z.number().positive().optional(), price })).min(1) }),
  ]),
  /** Charges per unit besides energy. `adjusted`: the power factor acts on it; funds are free of it. */
  adders: z.array(z.strictObject({ id: z.string().regex(/^[a-z-]+$/), name: text, price, adjusted: z.boolean() })).default([]),
  basic: basic.optional(),
  power_factor: z.strictObject({ standard: z.enum(standards) }).optional(),
});

export const tariffSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: text,
  region: text,
  medium: z.enum(['electricity', 'water', 'gas', 'heat', 'oxygen']),
  unit: z.enum(['kWh', 'm3', 'GJ']).default('kWh'),
  timezone: z.string().default('Asia/Shanghai'),
  currency: z.string().default('CNY'),
  /** Holidays of China with moved working days, or the days themselves, or none. */
  calendar: z.union([z.literal('china'), z.literal('none'), z.array(date)]).default('none'),
  /** Of the platform's own files in both languages. */
  source: z.union([z.string().min(1), text]),
  /** A read at the source, B second hand, K knowledge, to be checked against the bill before it is used. */
  confidence: z.enum(['A', 'B', 'K']),
  versions: z.array(version).min(1),
});
export type Tariff = z.output<typeof tariffSchema>;
export type TariffVersion = Tariff['versions'][number];

/** @throws Fault payload/invalid with every mistake */
export function readTariff(file: string): Tariff {
  let raw: unknown;
  try {
    raw = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Fault('payload/invalid', `${file}: ${reasonOf(error)}`, { cause: error });
  }
  return checkTariff(raw, file);
}

export function checkTariff(raw: unknown, file: string): Tariff {
  const checked = tariffSchema.safeParse(raw);
  if (!checked.success)
    throw new Fault(
      'payload/invalid',
      checked.error.issues.map((issue) => `${file}: ${issue.path.join('.') || 'file'}: ${issue.message}`).join('\n'),
    );
  const mistakes = mistakesOf(checked.data);
  if (mistakes.length > 0) throw new Fault('payload/invalid', mistakes.map(({ from, en }) => `${file}: version ${from}: ${en}`).join('\n'));
  return { ...checked.data, versions: [...checked.data.versions].sort((a, b) => a.from.localeCompare(b.from)) };
}

interface VersionMistake {
  /** As in the file. */
  version: number;
  from: string;
  zh: string;
  en: string;
}

/** What a schema cannot say: periods without a price, hours that are none. */
function mistakesOf({ versions }: Tariff): VersionMistake[] {
  return versions.flatMap(({ energy, from }, version) => {
    const say = (zh: string, en: string) => ({ version, from, zh, en });
    if ('series' in energy)
      return Object.keys(energy.series)
        .filter((hour) => !seriesHour.test(hour))
        .slice(0, 20)
        .map((hour) =>
          say(
            `“${hour}”不是有效的时刻，应如 2026-07-01T13；重复的一小时须写时差，如 2026-10-25T02+02:00`,
            `"${hour}" is no hour such as 2026-07-01T13, or 2026-10-25T02+02:00 where one comes twice`,
          ),
        );
    if (!('schedules' in energy)) return [];
    const used = new Set<Period>(['flat', ...energy.schedules.flatMap(({ hours }) => Object.keys(hours) as Period[])]);
    return [...used]
      .filter((period) => energy.prices[period] === undefined)
      .map((period) => say(`有“${period}”时段但没有对应的价格`, `has hours of "${period}" and no price for it`));
  });
}

/** Where and what, for people who mend the file. */
export interface TariffMistake {
  line: number | null;
  /** Such as `versions.0.energy.prices`; empty: the file as a whole. */
  at: string;
  zh: string;
  en: string;
}

const mostMistakes = 20;

/** Words that zod leaves in English. */
const typeWords: Record<string, string> = {
  number: '数值',
  string: '文字',
  object: '键值表',
  array: '列表',
  undefined: '空',
  boolean: '是/否',
  null: '空',
};
const inChinese = (message: string) => message.replace(/[a-z]+/g, (word) => typeWords[word] ?? word);

type Issue = z.core.$ZodIssue;
/** Of what may have several forms, the mistakes of the one that was meant: that with the fewest. */
function closest(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const meant = issue.errors.toSorted((a, b) => a.length - b.length)[0] as Issue[];
  return meant.flatMap((one) => closest({ ...one, path: [...issue.path, ...one.path] }));
}

/** @returns the tariff, or all that is wrong with its file */
export function lookAtTariff(file: string): { tariff: Tariff } | { mistakes: TariffMistake[] } {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const en = reasonOf(error);
    return { mistakes: [{ line: null, at: '', zh: `文件无法读取：${en}`, en: `the file cannot be read: ${en}` }] };
  }
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0)
    return {
      mistakes: document.errors.slice(0, mostMistakes).map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, at: '', zh: `YAML 格式有误：${message}`, en: `is no YAML: ${message}` })), // biome-ignore format: one
    };
  const lineOf = (path: readonly PropertyKey[]): number | null => {
    // What is missing has no line: that of what it is missing in.
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return null;
  };
  const raw: unknown = document.toJS();
  const checked = tariffSchema.safeParse(raw);
  if (!checked.success) {
    const chinese = (tariffSchema.safeParse(raw, { error: z.locales.zhCN().localeError }).error?.issues ?? []).flatMap(closest);
    return {
      mistakes: checked.error.issues
        .flatMap(closest)
        .slice(0, mostMistakes)
        .map(({ path, message }, i) => ({
          line: lineOf(path),
          at: path.join('.'),
          zh: inChinese(chinese[i]?.message ?? message),
          en: message,
        })),
    };
  }
  const mistakes = mistakesOf(checked.data).map(({ version, zh, en }) => ({ line: lineOf(['versions', version]), at: `versions.${version}`, zh, en })); // biome-ignore format: one
  return mistakes.length > 0 ? { mistakes } : { tariff: checkTariff(raw, file) };
}
