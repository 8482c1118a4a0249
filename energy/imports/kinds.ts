/** The four kinds of files and what their rows become. Checked against the file itself here; against what is known already in check.ts. */
import { type FigureName, type FigureUnit, figureNames, figureOf, figureUnits, inUnit, unitOf } from '../figure-names.ts';
import { type CellContext, momentIn, monthIn, numberIn, plainText } from './cells.ts';
import { type Column, tableOf } from './header.ts';
import type { Sheet, SheetRow } from './sheet.ts';

export const importKinds = ['readings', 'bills', 'figures', 'weather'] as const;
export type ImportKind = (typeof importKinds)[number];

export interface ReadingRow {
  row: number;
  device: string;
  t: number;
  value: number;
}
export interface FigureRow {
  row: number;
  name: string;
  month: string;
  department: string | null;
  value: number;
  unit: FigureUnit;
}
export interface WeatherRow {
  row: number;
  t: number;
  step: 'hour' | 'day';
  c: number;
}
export type ImportRows = { kind: 'readings'; rows: ReadingRow[] } | { kind: 'bills' | 'figures'; rows: FigureRow[] } | { kind: 'weather'; rows: WeatherRow[] }; // biome-ignore format: one

export interface Named {
  id: string;
  names: readonly string[];
}
export interface KindContext extends CellContext {
  meters: readonly Named[];
  departments: readonly Named[];
}

const words: Record<string, readonly string[]> = {
  month: ['month', '月份', '月', '年月', '统计月份', '账期', '账单月份', '所属月份', '日期月份'],
  year: ['year', '年份', '年', '年度'],
  name: ['name', 'figure', 'item', '名称', '指标', '项目', '统计项目'],
  value: ['value', '数值', '值', '本月数', '数量', 'amount'],
  unit: ['unit', '单位', '计量单位'],
  department: ['department', '科室', '部门', '使用科室'],
  medium: ['medium', 'energy', '能源', '能源种类', '能源类别', '类别', '种类'],
  quantity: ['quantity', 'usage', 'use', '用量', '使用量', '消耗量', '数量', 'amount'],
  cost: ['cost', 'yuan', '金额', '费用', '费用合计', '应付金额', '价税合计'],
  time: ['time', 'date', 'timestamp', '日期', '时间', '抄表日期', '抄表时间', '时刻'],
  meter: ['meter', 'device', '表计', '表号', '设备', '电表', '水表', '表计名称', '表计编号', '表名'],
  reading: ['reading', 'value', '读数', '止码', '表码', '示数', '本次读数', '抄见数', '表底数'],
  temperature: ['temperature', 'temp', 'outdoor_temp_c', '气温', '温度', '室外温度', '平均气温', '日平均气温', '日均温度'],
};
const media: Record<string, readonly string[]> = {
  electricity: ['electricity', '电', '用电', '电力'],
  water: ['water', '水', '用水', '自来水'],
  gas: ['gas', '气', '燃气', '天然气'],
  heat: ['heat', '热', '供热', '热力', '采暖', '供暖'],
  oxygen: ['oxygen', '氧气', '医用氧气', '液氧'],
};
const knows =
  (ids: readonly string[]) =>
  (text: string): string | undefined => {
    const plain = text.toLowerCase().replace(/\s+/g, ' ');
    return plain === '' ? undefined : ids.find((id) => words[id]?.includes(plain));
  };
const first = (row: SheetRow, column: Column | undefined) => (column ? (row.cells[column.index] ?? null) : null);
const at = (row: SheetRow, column: Column) => ({ row: row.row, column: `${column.letter} ${column.name}` });

export function rowsOf(kind: ImportKind, sheet: Sheet, context: KindContext): ImportRows {
  if (kind === 'readings') return { kind, rows: readings(sheet, context) };
  if (kind === 'weather') return { kind, rows: weather(sheet, context) };
  const rows = kind === 'bills' ? bills(sheet, context) : figures(sheet, context);
  doubles(
    rows,
    ({ name, month, department }) => `${name} ${month} ${department ?? ''}`,
    context,
    '这个月已经有一行',
    'the month stands there already',
  );
  return { kind, rows };
}

function readings(sheet: Sheet, context: KindContext): ReadingRow[] {
  const { mistakes, meters } = context;
  const table = tableOf(sheet, mistakes, knows(['time', 'meter', 'reading']), [['time'], ['meter'], ['reading']]);
  if (!table) return [];
  const of = (id: string) => table.columns.find((column) => column.id === id) as Column;
  const [time, meter, reading] = [of('time'), of('meter'), of('reading')];
  const rows = table.rows.flatMap((row): ReadingRow[] => {
    const moment = momentIn(context, at(row, time), first(row, time));
    const value = numberIn(context, at(row, reading), first(row, reading));
    const device = named(
      meters,
      plainText(first(row, meter)),
      row,
      meter,
      context,
      '本站没有这块表',
      'there is no such meter on this site',
    );
    if (value !== undefined && value < 0) {
      mistakes.add(row.row, at(row, reading).column, value, '读数不能为负', 'a reading is not below nought');
      return [];
    }
    return moment && value !== undefined && device !== undefined ? [{ row: row.row, device, t: moment.t, value }] : [];
  });
  doubles(rows, ({ device, t }) => `${device} ${t}`, context, '同一块表同一时间已经有一行', 'the meter stands there already at this time');
  return rows;
}

function weather(sheet: Sheet, context: KindContext): WeatherRow[] {
  const { mistakes } = context;
  const table = tableOf(sheet, mistakes, knows(['time', 'temperature']), [['time'], ['temperature']]);
  if (!table) return [];
  const of = (id: string) => table.columns.find((column) => column.id === id) as Column;
  const [time, temperature] = [of('time'), of('temperature')];
  const unit = (temperature.unit ?? 'c').replace('°', '').replace('℃', 'c').replace('℉', 'f').toLowerCase();
  if (unit !== 'c' && unit !== 'f') {
    mistakes.add(null, temperature.letter, temperature.unit, '单位不认识；请用 ℃ 或 ℉', 'is an unknown unit; °C or °F');
    return [];
  }
  const read = table.rows.flatMap((row): WeatherRow[] => {
    const moment = momentIn(context, at(row, time), first(row, time));
    const value = numberIn(context, at(row, temperature), first(row, temperature));
    if (!moment || value === undefined) return [];
    const c = unit === 'f' ? (value - 32) / 1.8 : value;
    if (c < -60 || c > 60) {
      mistakes.add(
        row.row,
        at(row, temperature).column,
        value,
        '不像室外温度（−60～60 ℃）；请检查单位',
        'is no outdoor temperature (-60 to 60 °C); check the unit',
      );
      return [];
    }
    return [{ row: row.row, t: moment.t, step: moment.dayOnly ? 'day' : 'hour', c: Math.round(c * 1_000) / 1_000 }];
  });
  doubles(read, ({ t, step }) => `${step} ${t}`, context, '这个时间已经有一行', 'this time stands there already');
  if (mistakes.count > 0) return [];
  // Several within an hour are its mean.
  const hours = new Map<string, WeatherRow & { sum: number; n: number }>();
  for (const one of read) {
    const t = one.step === 'hour' ? Math.floor(one.t / 3_600_000) * 3_600_000 : one.t;
    const known = hours.get(`${one.step} ${t}`) ?? { ...one, t, sum: 0, n: 0 };
    known.sum += one.c;
    known.n++;
    hours.set(`${one.step} ${t}`, known);
  }
  return [...hours.values()].map(({ sum, n, ...one }) => ({ ...one, c: Math.round((sum / n) * 1_000) / 1_000 }));
}

function bills(sheet: Sheet, context: KindContext): FigureRow[] {
  const { mistakes } = context;
  const long = knows(['month', 'year', 'medium', 'quantity', 'cost', 'unit']);
  const isBill = (text: string) => {
    const found = figureOf(text);
    return found?.id.startsWith('bill-') ? `figure:${found.id}` : undefined;
  };
  const wide = billFigures.map(({ id }) => `figure:${id}`);
  const table = tableOf(sheet, mistakes, (text) => long(text) ?? isBill(text), [['month'], ['quantity', 'cost', ...wide]]);
  if (!table) return [];
  const of = (id: string) => table.columns.find((column) => column.id === id);
  const medium = of('medium');
  if (!medium) return wideRows(table, context);
  const month = of('month') as Column;
  return table.rows.flatMap((row): FigureRow[] => {
    const when = monthIn(context, at(row, month), first(row, month), of('year') && first(row, of('year')));
    const word = plainText(first(row, medium));
    const which = Object.keys(media).find((id) => media[id]?.includes(word.toLowerCase()));
    if (!which)
      mistakes.add(
        row.row,
        at(row, medium).column,
        word,
        '能源种类不认识；请写 电、水、燃气、供热、氧气',
        'is an unknown medium; electricity, water, gas, heat, oxygen',
      );
    return [
      ['quantity', `bill-${which}`],
      ['cost', `bill-${which}-yuan`],
    ].flatMap(([id, name]): FigureRow[] => {
      const column = of(id as string);
      const figure = figureOf(name as string);
      if (!column) return [];
      const value = numberIn(context, at(row, column), first(row, column));
      if (when === undefined || value === undefined || !figure) return [];
      const unit = id === 'quantity' && of('unit') ? plainText(first(row, of('unit'))) : column.unit;
      const factor = factorOf(figure, unit, row, column, context);
      return factor === undefined
        ? []
        : [{ row: row.row, name: figure.id, month: when, department: null, value: scaled(value, factor), unit: figure.unit }];
    });
  });
}

function figures(sheet: Sheet, context: KindContext): FigureRow[] {
  const { mistakes, departments } = context;
  const long = knows(['month', 'year', 'name', 'value', 'unit', 'department']);
  const wide = (text: string) => {
    const found = figureOf(text);
    return found && `figure:${found.id}`;
  };
  const ids = figureNames.map(({ id }) => `figure:${id}`);
  const table = tableOf(sheet, mistakes, (text) => long(text) ?? wide(text), [['month'], ['value', ...ids]]);
  if (!table) return [];
  const of = (id: string) => table.columns.find((column) => column.id === id);
  const [name, value] = [of('name'), of('value')];
  if (!name || !value) return wideRows(table, context);
  const month = of('month') as Column;
  return table.rows.flatMap((row): FigureRow[] => {
    const when = monthIn(context, at(row, month), first(row, month), of('year') && first(row, of('year')));
    const number = numberIn(context, at(row, value), first(row, value));
    const { text, unit: inName } = nameOf(plainText(first(row, name)));
    if (text === '') mistakes.add(row.row, at(row, name).column, '', '没有名称', 'has no name');
    if (text.length > 80) mistakes.add(row.row, at(row, name).column, text, '名称太长', 'is too long a name');
    const department = of('department') ? departmentIn(departments, row, of('department') as Column, context) : null;
    const unitText = of('unit') ? plainText(first(row, of('unit'))) : (inName ?? value.unit);
    const figure = figureOf(text);
    if (when === undefined || number === undefined || text === '' || text.length > 80 || department === undefined) return [];
    if (figure) {
      const factor = factorOf(figure, unitText || undefined, row, of('unit') ?? value, context);
      return factor === undefined
        ? []
        : [{ row: row.row, name: figure.id, month: when, department, value: scaled(number, factor), unit: figure.unit }];
    }
    const unit = unitText ? unitOf(unitText) : undefined;
    if (unit === undefined) {
      const allowed = Object.values(figureUnits).map(({ label }) => label.zh).join('、'); // biome-ignore format: one
      mistakes.add(row.row, at(row, of('unit') ?? value).column, unitText ?? '', `“${text}”不是已知的名称，需要写明单位：${allowed}`, `"${text}" is no known figure and needs a unit: ${Object.keys(figureUnits).join(', ')}`); // biome-ignore format: one
      return [];
    }
    return [{ row: row.row, name: text, month: when, department, value: number, unit }];
  });
}

const billFigures = figureNames.filter(({ id }) => id.startsWith('bill-'));

/** A column for each figure. Blank cells are none, but a row with nothing in it is a mistake. */
function wideRows({ columns, rows }: { columns: Column[]; rows: SheetRow[] }, context: KindContext): FigureRow[] {
  const { mistakes, departments } = context;
  const of = (id: string) => columns.find((column) => column.id === id);
  const month = of('month') as Column;
  const [year, department] = [of('year'), of('department')];
  const own = columns.flatMap((column) => {
    const figure = column.id?.startsWith('figure:') ? figureOf(column.id.slice('figure:'.length)) : undefined;
    if (!figure && column.id === undefined && column.name !== '' && rows.some((row) => first(row, column) !== null))
      mistakes.add(null, column.letter, column.name, '这一列不认识；请删除，或改用“月份、名称、数值、单位”的长表', 'is an unknown column; remove it, or use a table of month, name, value, unit'); // biome-ignore format: one
    return figure ? [{ column, figure }] : [];
  });
  for (const { column, figure } of own) factorOf(figure, column.unit, undefined, column, context);
  return rows.flatMap((row): FigureRow[] => {
    const when = monthIn(context, at(row, month), first(row, month), year && first(row, year));
    const whose = department ? departmentIn(departments, row, department, context) : null;
    return own.flatMap(({ column, figure }): FigureRow[] => {
      const value = numberIn(context, at(row, column), first(row, column));
      const factor = column.unit === undefined ? 1 : inUnit(figure.unit, column.unit);
      if (when === undefined || whose === undefined || value === undefined || factor === undefined) return [];
      return [{ row: row.row, name: figure.id, month: when, department: whose, value: scaled(value, factor), unit: figure.unit }];
    });
  });
}

const nameOf = (text: string) => {
  if (figureOf(text)) return { text, unit: undefined };
  const match = /^(.*?)\s*[([]\s*([^)\]]{1,12})\s*[)\]]$/.exec(text);
  return match?.[1] ? { text: match[1].trim(), unit: match[2]?.trim() } : { text, unit: undefined };
};

/** Decimals that come from the factor alone are cut. */
const scaled = (value: number, factor: number) => (factor === 1 ? value : Number((value * factor).toPrecision(12)));

function factorOf(
  figure: FigureName,
  unit: string | undefined,
  row: SheetRow | undefined,
  column: Column,
  { mistakes }: KindContext,
): number | undefined {
  const factor = unit === undefined || unit === '' ? 1 : inUnit(figure.unit, unit);
  if (factor === undefined) {
    const allowed = Object.keys(figureUnits[figure.unit].words).join(', ');
    mistakes.add(
      row?.row ?? null,
      column.letter,
      unit,
      `${figure.label.zh}的单位不能是“${unit}”；可以是 ${allowed}`,
      `${figure.label.en} cannot be in "${unit}"; allowed: ${allowed}`,
    );
  }
  return factor;
}

function named(
  all: readonly Named[],
  text: string,
  row: SheetRow,
  column: Column,
  { mistakes }: KindContext,
  zh: string,
  en: string,
): string | undefined {
  const found = all.filter(({ id, names }) => id === text || names.includes(text));
  if (found.length === 1) return found[0]?.id;
  const some = all.slice(0, 8).map(({ id }) => id).join(', '); // biome-ignore format: one
  if (text === '') mistakes.add(row.row, at(row, column).column, '', '空白', 'is blank');
  else if (found.length > 1)
    mistakes.add(
      row.row,
      at(row, column).column,
      text,
      `有 ${found.length} 个同名，请写编号`,
      `${found.length} have this name; write the id`,
    );
  else mistakes.add(row.row, at(row, column).column, text, `${zh}；编号如 ${some}`, `${en}; ids such as ${some}`);
  return undefined;
}

/** null: the whole site. */
function departmentIn(all: readonly Named[], row: SheetRow, column: Column, context: KindContext): string | null | undefined {
  const text = plainText(first(row, column));
  if (text === '' || ['全院', '合计', 'all', 'site'].includes(text.toLowerCase())) return null;
  return named(all, text, row, column, context, '没有这个科室', 'there is no such department');
}

function doubles<R extends { row: number }>(
  rows: readonly R[],
  keyOf: (row: R) => string,
  { mistakes }: KindContext,
  zh: string,
  en: string,
): void {
  const seen = new Map<string, number>();
  for (const one of rows) {
    const key = keyOf(one);
    const before = seen.get(key);
    if (before !== undefined) mistakes.add(one.row, null, key, `重复：${zh}（第 ${before} 行）`, `twice: ${en} (row ${before})`);
    else seen.set(key, one.row);
  }
}
