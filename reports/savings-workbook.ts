/** A saving as a workbook that comes to the same result with plain formulas: data, model, result, adjustments. */
import type { ProjectResult, Slice } from '../energy/index.ts';
import { decimals, roundTo, withoutNoise } from '../shared/rounded.ts';
import type { Language } from '../shared/text.ts';
import { wallOf } from '../shared/zone.ts';
import { type Sheet, workbookOf } from './sheet.ts';

type Row = Sheet['rows'][number];
const columns = ['part', 'heatingBelow', 'coolingAbove', 'heating', 'cooling', 'heatingRound', 'coolingRound', 'base'] as const;

/** @throws RangeError when there is no result */
export function savingsWorkbook(one: ProjectResult, language: Language, timezone: string): Promise<Buffer> {
  return workbookOf(savingsSheets(one, language, timezone), one.project.name[language]);
}

/** Sheets by their English names, which the formulas use. */
export function savingsSheets(one: ProjectResult, language: Language, timezone: string): Sheet[] {
  const { result, slices, unit } = one;
  if (!result) throw new RangeError('there is no result to write down');
  const zh = language === 'zh';
  const shapes = result.method === 'hourly' ? [] : result.parameters;
  const named = new Map(shapes.map((shape, i) => [String(shape.part), i + 1]));
  const predictedAt = new Map(result.points.map((point) => [point.from, point.predicted]));
  const usable = (list: readonly Slice[]) => list.filter(({ y, temperature }) => Number.isFinite(y) && Number.isFinite(temperature));
  const model: Sheet = {
    name: 'Model',
    head: [
      zh ? '分段' : 'part',
      'heatingBelow °F',
      'coolingAbove °F',
      `heating ${unit}/°F`,
      `cooling ${unit}/°F`,
      'heatingRound',
      'coolingRound',
      `base ${unit}`,
      'low',
      'high',
      'kLow',
      'kHigh',
    ],
    rows: shapes.map((shape, i): Row => {
      const r = i + 2;
      // With both slopes the roundings are shares of the stretch between the bends; with one they are degrees, and the bend is where the line begins.
      const both = `D${r}*E${r}>0`;
      const share = `MAX(1,F${r}+G${r})`;
      const rounded = (column: 'F' | 'G') => `IF(OR(F${r}>=0.01,G${r}>=0.01),${column}${r}/${share}*(C${r}-B${r}),0)`;
      return [
        ...columns.map((name) => shape[name] as string | number),
        { formula: `B${r}+IF(${both},${rounded('F')},0)` },
        { formula: `C${r}-IF(${both},${rounded('G')},0)` },
        { formula: `IF(${both},${rounded('F')},F${r})` },
        { formula: `IF(${both},${rounded('G')},G${r})` },
      ];
    }),
  };
  const data = (list: readonly Slice[]): Row[] =>
    usable(list).map((slice, i): Row => {
      const r = i + 2;
      const predicted = predictedAt.get(slice.from);
      const at = (column: string) => `INDEX(Model!$${column}$2:$${column}$${shapes.length + 1},D${r})`;
      const formula =
        `${at('H')}+IF(B${r}<${at('I')},${at('D')}*(${at('I')}-B${r})+IF(${at('K')}>0,${at('D')}*${at('K')}*(EXP(MAX(-700,(B${r}-${at('I')})/MAX(${at('K')},1E-9)))-1),0),` +
        `IF(B${r}>${at('J')},${at('E')}*(B${r}-${at('J')})+IF(${at('L')}>0,${at('E')}*${at('L')}*(EXP(MAX(-700,(${at('J')}-B${r})/MAX(${at('L')},1E-9)))-1),0),0))`;
      const part = partOf(slice, named);
      return [
        new Date(wallOf(timezone, slice.from))
          .toISOString()
          .slice(0, result.method === 'hourly' ? 16 : 10)
          .replace('T', ' '),
        slice.temperature,
        withoutNoise(slice.y),
        shapes.length === 0 ? null : part,
        shapes.length === 0 ? (predicted ?? null) : { formula, ...(predicted === undefined ? {} : { result: predicted }) },
        { formula: `C${r}-E${r}` },
      ];
    });
  const head = [
    zh ? '日期' : 'date',
    zh ? '气温 °F' : 'temperature °F',
    zh ? `用量 ${unit}` : `used ${unit}`,
    zh ? '分段' : 'part',
    zh ? '模型' : 'model',
    zh ? '差' : 'difference',
  ];
  const [base, report] = [data(slices.baseline), data(slices.reporting)];
  const last = report.length + 1;
  const months = new Set(usable(slices.reporting).map(({ wall }) => new Date(wall).getUTCMonth())).size;
  const k =
    result.method === 'hourly'
      ? '1.26'
      : result.method === 'daily'
        ? '-0.00024*B13^2+0.03535*B13+1.00286'
        : '-0.00022*B13^2+0.03306*B13+0.94054';
  const yes = (formula: string, value?: number): Row[number] => ({ formula, ...(value === undefined ? {} : { result: value }) });
  const lines: [string, string, Row[number], string][] = [
    ['模型应有用量', 'would have used', yes(`SUM(Reporting!E2:E${last})`, roundTo(result.counterfactual, decimals.used)), 'Σ model'],
    ['实际用量', 'used', yes(`SUM(Reporting!C2:C${last})`, roundTo(result.observed, decimals.used)), 'Σ used'],
    [result.claimed ? '节约' : '差值', result.claimed ? 'saved' : 'difference', yes('B2-B3', roundTo(result.saved, decimals.used)), ''],
    ['基准期点数 n', 'points of the baseline n', result.fit.n, ''],
    ['参数个数 p', 'parameters p', result.fit.p, ''],
    ['CV(RMSE)', 'CV(RMSE)', result.fit.cvrmse, zh ? '首次拟合' : 'of the first fit'],
    ['残差自相关 ρ', 'autocorrelation ρ', result.fit.rho, zh ? '首次拟合' : 'of the first fit'],
    ["有效点数 n'", "effective points n'", yes('MAX(1,B5*(1-B8)/(1+B8))', result.fit.effective), 'n(1−ρ)/(1+ρ)'],
    ['置信度', 'confidence', result.confidence, ''],
    ['t', 't', yes('TINV(1-B10,B5-B6)'), ''],
    ['报告期点数 m', 'points reported m', yes(`COUNT(Reporting!C2:C${last})`, report.length), ''],
    ['报告期月数 M', 'months reported M', months, ''],
    ['系数 k', 'factor k', yes(k), 'Sun & Baltazar 2013'],
    ['ASHRAE 公式半宽', 'half width, ASHRAE formula', yes('ABS(B2/B12*B7)*B11*SQRT(B5/B9*(1+2/B9)*B12)*B14', result.half.opendsm), ''],
    ['分块自助法半宽', 'half width, block bootstrap', result.half.bootstrap, zh ? '1000 次重抽样' : '1,000 draws'],
    ['取较宽者', 'the wider', yes('MAX(B15,B16)', Math.max(result.half.opendsm, result.half.bootstrap)), ''],
    ['下限', 'low', yes('B4-B17', roundTo(result.low, decimals.used)), ''],
    ['上限', 'high', yes('B4+B17', roundTo(result.high, decimals.used)), ''],
    ['单价', 'price', one.price === null ? null : roundTo(one.price, decimals.price), zh ? '元' : 'yuan'],
    [
      '金额',
      'yuan',
      one.price === null ? null : yes('ROUND(B4*B20,2)', one.yuan ? roundTo(one.yuan.saved, decimals.yuan) : undefined),
      zh ? '元' : 'yuan',
    ],
    ['数据与结果校验', 'hash of data and result', one.sha256, ''],
  ];
  return [
    {
      name: 'Result',
      head: [zh ? '项目' : 'item', zh ? `数值 (${unit})` : `value (${unit})`, zh ? '说明' : 'note'],
      rows: lines.map(([zhLabel, enLabel, value, note]): Row => [zh ? zhLabel : enLabel, value, note]),
    },
    model,
    { name: 'Baseline', head, rows: base },
    { name: 'Reporting', head, rows: report },
    {
      name: 'Adjustments',
      head: zh ? ['编号', '原因', '每天', '方法', '签字'] : ['id', 'cause', 'a day', 'method', 'signed'],
      rows: one.adjustments.map(
        (event): Row => [
          event.id,
          event.cause[language],
          roundTo(event.kwhPerDay, decimals.used),
          event.method[language],
          event.signed ?? (zh ? '未签字，不计入' : 'not signed, not counted'),
        ],
      ),
    },
  ];
}

const seasonsByMonth = [
  'winter',
  'winter',
  'shoulder',
  'shoulder',
  'shoulder',
  'summer',
  'summer',
  'summer',
  'summer',
  'shoulder',
  'winter',
  'winter',
];

/** Names of parts say which days: `all: summer+winter`, `weekend: shoulder`. */
function partOf({ wall }: Slice, named: ReadonlyMap<string, number>): number {
  const date = new Date(wall);
  const weekend = [0, 6].includes(date.getUTCDay());
  for (const [name, number] of named) {
    const [days = '', seasons = ''] = name.split(': ');
    if (seasons.split('+').includes(seasonsByMonth[date.getUTCMonth()] as string) && (days === 'all' || (days === 'weekend') === weekend))
      return number;
  }
  return 1;
}
