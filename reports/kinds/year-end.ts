/** 后勤年度工作总结: in the order and tone in which county hospitals write it, with every figure from where it was measured. */
import type { FigureSeries } from '../../energy/index.ts';
import { tradeLabels } from '../../shared/system.ts';
import type { Language, Text } from '../../shared/text.ts';
import type { Block, Cell, Figure } from '../document.ts';
import { shownFigure } from '../document.ts';
import type { Range, Used } from '../facts.ts';
import { registerRows, registerTable } from '../register-rows.ts';
import { change, defineReport, figure, type Period, row } from '../report.ts';
import { retrofits } from '../retrofits.ts';

const media: Record<Used['medium'], Text> = {
  electricity: { zh: '用电', en: 'Electricity' },
  water: { zh: '用水', en: 'Water' },
  heat: { zh: '供热', en: 'Heat' },
  oxygen: { zh: '医用氧气', en: 'Medical oxygen' },
  gas: { zh: '燃气', en: 'Gas' },
};

export default defineReport({
  id: 'year-end',
  title: { zh: '后勤年度工作总结', en: 'Year-end logistics report' },
  summary: {
    zh: '维修、能源、应急、记录，与上年比较；不足与计划留待填写',
    en: 'Repairs, energy, emergencies, records against last year; shortcomings and plan are left to write',
  },
  period: 'year',
  async build(facts, period, language) {
    const zh = language === 'zh';
    const say = (text: Text) => text[language];
    const blocks: Block[] = [];
    const missing: string[] = [];
    const heading = (text: Text) => void blocks.push({ kind: 'heading', level: 1, text: say(text) });
    const thisYear = zh ? '本年' : 'This year';
    const lastYear = zh ? '上年' : 'Last year';
    const head = ['', thisYear, lastYear, zh ? '增减' : 'Change'];
    const from = (note: Text) => void missing.push(say(note));

    // 1. Repairs
    const [now, before] = [facts.tickets(period), facts.tickets(period.before)];
    const query = (range: { from: number; to: number }) => `/api/tickets/statistics?from=${range.from}&to=${range.to}&by=trade`;
    const count = (value: number, range: { from: number; to: number }, what: Text) => figure(value, zh ? '件' : '', 0, query(range), what);
    const opened: Text = { zh: '期间报修的工单数', en: 'tickets opened in the period' };
    const repairs = count(now.total.opened, period, opened);
    const repairsBefore = count(before.total.opened, period.before, opened);
    const perHead = (figures: Figure) =>
      figure(facts.staff === 0 ? null : (figures.value ?? 0) / facts.staff, zh ? '件/人' : 'per head', 1, figures.source, {
        zh: `报修数 ÷ 后勤人员 ${facts.staff} 人`,
        en: `tickets ÷ ${facts.staff} people of the site file`,
      });
    heading({ zh: '一、维修服务', en: '1. Repairs' });
    blocks.push({ kind: 'text', text: repairsSentence(repairs, change(repairs, repairsBefore), now.total.firstTimeFixPct, language) });
    const tradeRows = [...new Set([...now.rows, ...before.rows].map((one) => one.key))].map((key): Cell[] => {
      const of = (all: typeof now) => all.rows.find((one) => one.key === key)?.opened ?? 0;
      const label = key === null ? (zh ? '未分类' : 'none') : say(tradeLabels[key as keyof typeof tradeLabels]);
      return row(label, count(of(now), period, opened), count(of(before), period.before, opened));
    });
    const minutes = (value: number | null, range: { from: number; to: number }) =>
      figure(value, zh ? '分钟' : 'min', 0, query(range), { zh: '从报修到修复，中位数', en: 'from opening to repair, median' });
    blocks.push({
      kind: 'table',
      title: zh ? '报修与维修' : 'Repairs',
      head,
      rows: [
        row(zh ? '报修总数' : 'All tickets', repairs, repairsBefore),
        ...tradeRows,
        row(zh ? '人均' : 'Per head', perHead(repairs), perHead(repairsBefore)),
        row(
          zh ? '已签收' : 'Signed off',
          count(now.total.closed, period, { zh: '已签收或关闭', en: 'signed off or closed' }),
          count(before.total.closed, period.before, { zh: '已签收或关闭', en: 'signed off or closed' }),
        ),
        row(
          zh ? '修复时间' : 'Time to repair',
          minutes(now.total.restore.medianMin, period),
          minutes(before.total.restore.medianMin, period.before),
        ),
        row(
          zh ? '维修费用' : 'Cost',
          figure(now.total.costYuan, zh ? '元' : 'yuan', 2, query(period), {
            zh: '工单上登记的材料和费用',
            en: 'parts and cost booked on tickets',
          }),
          figure(before.total.costYuan, zh ? '元' : 'yuan', 2, query(period.before), {
            zh: '工单上登记的材料和费用',
            en: 'parts and cost booked on tickets',
          }),
        ),
      ],
    });

    // 2. Energy
    heading({ zh: '二、能源消耗', en: '2. Energy and water' });
    const [used, usedBefore] = await Promise.all([facts.used(period), facts.used(period.before)]);
    const usedRows: Cell[][] = [];
    for (const one of used) {
      const other = usedBefore.find((last) => last.medium === one.medium);
      const amount = (use: Used | undefined, range: Period['before']) => usedFigure(use, range, one.unit);
      usedRows.push(row(say(media[one.medium]), amount(one, period), amount(other, period.before)));
      if (one.yuan !== null || (other?.yuan ?? null) !== null) {
        const yuan = (use: Used | undefined) =>
          figure(use?.yuan ?? null, zh ? '元' : 'yuan', 2, use?.source ?? '', {
            zh: '用量 × 电（水）价',
            en: 'amount × price of the site file',
          });
        usedRows.push(row(`${say(media[one.medium])}${zh ? '费用' : ', cost'}`, yuan(one), yuan(other)));
      }
      if (one.value === null)
        from({ zh: `${media[one.medium].zh}：期间没有两次读数`, en: `${media[one.medium].en}: no two readings in the period` });
      else if (one.yuan === null && (one.medium === 'electricity' || one.medium === 'water'))
        from({
          zh: `${media[one.medium].zh}费用：站点文件没有价格（tariffs）`,
          en: `cost of ${media[one.medium].en.toLowerCase()}: the site file has no price (tariffs)`,
        });
    }
    blocks.push({ kind: 'table', title: zh ? '能源与水' : 'Energy and water', head, rows: usedRows });
    const departments = (await facts.departments(period)).filter((one) => one.kwh !== null).toSorted((a, b) => (b.kwh ?? 0) - (a.kwh ?? 0));
    if (departments.length > 0) {
      blocks.push({
        kind: 'table',
        title: zh ? '科室用电（分表计量）' : 'Electricity by department (own meters)',
        head: ['', zh ? '用电' : 'Electricity', zh ? '每床' : 'Per bed'],
        rows: departments.map((one) => [
          say(one.name),
          figure(one.kwh, 'kWh', 0, one.source, { zh: '科室表计期末 − 期初', en: 'meter of the department, end − begin' }),
          one.beds
            ? figure((one.kwh ?? 0) / one.beds, zh ? 'kWh/床' : 'kWh/bed', 0, one.source, {
                zh: '科室用电 ÷ 床位',
                en: 'electricity ÷ beds',
              })
            : '–',
        ]),
      });
    } else from({ zh: '科室用电：没有科室分表读数', en: 'electricity by department: no department meters with readings' });

    const registers = (title: Text, names: readonly string[]) =>
      void blocks.push(...registerTable(title, head, registerRows(facts, period, names, language, missing), language));
    registers({ zh: '能源账单', en: 'Bills' }, [
      'bill-electricity-yuan',
      'bill-water-yuan',
      'bill-gas-yuan',
      'bill-heat-yuan',
      'bill-oxygen-yuan',
    ]);
    registers({ zh: '服务量', en: 'What was done with it' }, ['bed-days', 'outpatients', 'inpatients', 'operations', 'occupancy']);
    // Of a year that is running, for the months that have bed-days.
    const span = (range: Range): Range => ({ from: range.from, to: facts.monthBegin(Math.min(range.to, facts.now)) });
    const [whole, wholeBefore] = period.running
      ? await Promise.all([facts.used(span(period)), facts.used(span(period.before))])
      : [used, usedBefore];
    const [days, daysBefore] = [
      facts.register('bed-days', period, period.running),
      facts.register('bed-days', period.before, period.running),
    ];
    const perBedDay = bedDayRows(whole, wholeBefore, days, daysBefore, language);
    blocks.push(...registerTable({ zh: '单位床日能耗', en: 'Per bed-day' }, head, perBedDay, language));

    // 3. Alarms and outages
    heading({ zh: '三、告警与应急供电', en: '3. Alarms and backup power' });
    const [alarms, alarmsBefore] = [facts.alarms(period), facts.alarms(period.before)];
    const notWhole: Text = { zh: '并非全年有监测', en: 'not watched the whole year' };
    const alarmFigure = (of: 'total' | 'lifeSafety', range: Period['before']) => {
      const found = range === period ? alarms : alarmsBefore;
      const source = `/api/alarms/kpis?from=${range.from}&to=${range.to}`;
      const formula: Text = { zh: '期间发出的告警次数', en: 'alarms raised in the open' };
      const value = found.watched === 'none' ? null : found[of];
      return figure(value, zh ? '次' : '', 0, source, formula, found.watched === 'part' ? notWhole : undefined);
    };
    if (alarms.watched === 'none') from({ zh: '告警：期间规则尚未投入运行', en: 'alarms: the rules did not run yet' });
    const [out, outBefore] = await Promise.all([facts.outages(period), facts.outages(period.before)]);
    const outNote = out.watchedFrom !== null && out.watchedFrom > period.from + 86_400_000 ? notWhole : undefined;
    const outFigure = (value: number | null, unit: string, digits: number, source: string, formula: Text, note?: Text) =>
      figure(value, unit, digits, source, formula, note);
    blocks.push({
      kind: 'table',
      title: zh ? '告警、停电与发电机' : 'Alarms, outages, generator',
      head,
      rows: [
        row(zh ? '告警总数' : 'All alarms', alarmFigure('total', period), alarmFigure('total', period.before)),
        row(zh ? '其中生命安全' : 'Of life safety', alarmFigure('lifeSafety', period), alarmFigure('lifeSafety', period.before)),
        row(
          zh ? '停电次数' : 'Outages',
          outFigure(
            out.count,
            zh ? '次' : '',
            0,
            out.source,
            { zh: '切换开关失去市电的次数', en: 'times the mains were lost at the transfer switch' },
            outNote,
          ),
          outFigure(outBefore.count, zh ? '次' : '', 0, outBefore.source, {
            zh: '切换开关失去市电的次数',
            en: 'times the mains were lost at the transfer switch',
          }),
        ),
        row(
          zh ? '停电时间' : 'Without mains',
          outFigure(out.minutes, zh ? '分钟' : 'min', 0, out.source, { zh: '各次停电时间之和', en: 'sum of all outages' }, outNote),
          outFigure(outBefore.minutes, zh ? '分钟' : 'min', 0, outBefore.source, { zh: '各次停电时间之和', en: 'sum of all outages' }),
        ),
        row(
          zh ? '发电机运行' : 'Generator run',
          outFigure(out.generatorHours, 'h', 1, out.source, { zh: '机组小时计期末 − 期初', en: 'hour meter, end − begin' }),
          outFigure(outBefore.generatorHours, 'h', 1, outBefore.source, { zh: '机组小时计期末 − 期初', en: 'hour meter, end − begin' }),
        ),
        row(
          zh ? '发电量' : 'Generated',
          outFigure(out.generatorKwh, 'kWh', 0, out.source, { zh: '机组电量期末 − 期初', en: 'energy meter of the set, end − begin' }),
          outFigure(outBefore.generatorKwh, 'kWh', 0, outBefore.source, {
            zh: '机组电量期末 − 期初',
            en: 'energy meter of the set, end − begin',
          }),
        ),
      ],
    });
    if (out.count === null) from({ zh: '停电次数：没有监测市电的切换开关', en: 'outages: no transfer switch watches the mains' });

    // 4. Wastewater
    heading({ zh: '四、污水处理', en: '4. Wastewater' });
    const [water, waterBefore] = await Promise.all([facts.wastewater(period), facts.wastewater(period.before)]);
    const share: Text = {
      zh: '小时均值在限值内的比例（GB 18466-2005 表 2）',
      en: 'share of hourly means within the limits (GB 18466-2005 table 2)',
    };
    blocks.push({
      kind: 'table',
      title: zh ? '污水处理' : 'Wastewater',
      head,
      rows: [
        row(
          zh ? '排放量' : 'Discharged',
          figure(water.dischargedM3, 'm³', 0, water.source, { zh: '出水累计期末 − 期初', en: 'outflow counter, end − begin' }),
          figure(waterBefore.dischargedM3, 'm³', 0, waterBefore.source, { zh: '出水累计期末 − 期初', en: 'outflow counter, end − begin' }),
        ),
        row(
          zh ? '余氯达标' : 'Chlorine within limits',
          figure(water.chlorineOkPct, '%', 1, water.source, share),
          figure(waterBefore.chlorineOkPct, '%', 1, waterBefore.source, share),
        ),
        row(
          zh ? 'pH 达标' : 'pH within limits',
          figure(water.phOkPct, '%', 1, water.source, share),
          figure(waterBefore.phOkPct, '%', 1, waterBefore.source, share),
        ),
      ],
    });

    registers({ zh: '投药', en: 'Dosing' }, ['disinfectant']);
    registers({ zh: '废弃物、被服与餐饮', en: 'Waste, laundry, meals' }, [
      'waste-medical',
      'waste-domestic',
      'waste-recyclable',
      'laundry',
      'meals',
    ]);

    // 5. Records
    heading({ zh: '五、巡检与运行记录', en: '5. Rounds and records' });
    const books = facts.books(period);
    if (books.length === 0) {
      from({ zh: '运行记录：本期没有电子记录', en: 'records: none were kept here in the period' });
      blocks.push({ kind: 'text', tone: 'quiet', text: zh ? '本期没有电子记录。' : 'No records were kept here in the period.' });
    } else {
      const times = (value: number, id: string) =>
        figure(value, zh ? '次' : '', 0, `/api/books/${id}/pages?from=${period.from}&to=${period.to}`, {
          zh: '记录簿中的条数',
          en: 'lines of the book',
        });
      blocks.push({
        kind: 'table',
        title: zh ? '记录簿' : 'Books',
        head: ['', zh ? '已记录' : 'Written', zh ? '补填' : 'Late', zh ? '缺失' : 'Missed'],
        rows: books.map((one) => [say(one.title), times(one.written, one.id), times(one.late, one.id), times(one.missed, one.id)]),
      });
    }

    // 6. Fees
    heading({ zh: '六、收费', en: '6. Fees collected' });
    const tenants = (await facts.tenants(period)).filter((one) => one.kwh !== null);
    if (tenants.length === 0) from({ zh: '收费：没有租户表计读数', en: 'fees: no tenant meters with readings' });
    else {
      blocks.push({
        kind: 'table',
        title: zh ? '租户用电' : 'Electricity of tenants',
        head: ['', zh ? '用电' : 'Electricity'],
        rows: tenants.map((one) => [
          say(one.name),
          figure(one.kwh, 'kWh', 0, one.source, { zh: '租户表计期末 − 期初', en: 'meter of the tenant, end − begin' }),
        ]),
      });
    }

    const billed = facts.bills().filter(({ issuedAt, cancelled }) => cancelled === null && issuedAt >= period.from && issuedAt < period.to);
    if (billed.length > 0) {
      const yuan = (pick: (one: (typeof billed)[number]) => number, formula: Text) =>
        figure(billed.reduce((sum, one) => sum + pick(one), 0), zh ? '元' : 'yuan', 2, '/api/energy/bills', formula); // biome-ignore format: short
      blocks.push({
        kind: 'table',
        title: zh ? '租户水电费' : 'Bills of tenants',
        head: ['', zh ? '应收' : 'Billed', zh ? '已收' : 'Paid', zh ? '未收' : 'Open'],
        rows: [
          [
            zh ? `本期开出 ${billed.length} 份` : `${billed.length} bills of the period`,
            yuan(({ total }) => total, { zh: '账单金额之和', en: 'sum of the bills' }),
            yuan(({ paid }) => paid, { zh: '已登记的付款', en: 'payments that were booked' }),
            yuan(({ open }) => open, { zh: '应收 − 已收', en: 'billed − paid' }),
          ],
        ],
      });
    }
    registers({ zh: '收取费用', en: 'Fees collected' }, ['fees']);

    heading({ zh: '七、节能改造与培训演练', en: '7. Retrofits, training, drills' });
    registers({ zh: '演练与培训', en: 'Drills and training' }, ['drills', 'training', 'training-people']);
    blocks.push(...(await retrofits(facts, language)));
    blocks.push({
      kind: 'fill',
      label: zh ? '改造项目的施工、验收情况；培训、演练的内容' : 'How the retrofits were built and accepted; what was trained and drilled',
    });
    heading({ zh: '八、存在的不足', en: '8. Shortcomings' });
    blocks.push({ kind: 'fill', label: zh ? '由后勤负责人填写' : 'To be written by the head of logistics' });
    heading({ zh: '九、下年度工作计划', en: '9. Plan for next year' });
    blocks.push({ kind: 'fill', label: zh ? '由后勤负责人填写' : 'To be written by the head of logistics' });
    return { blocks, missing };
  },
});

/** kWh and m³ for each bed-day, where the amount and every month of bed-days are known. */
function bedDayRows(used: Used[], before: Used[], now: FigureSeries, last: FigureSeries, language: Language): Cell[][] {
  return used.flatMap((one) => {
    const other = before.find((use) => use.medium === one.medium);
    const each = (use: Used | undefined, days: FigureSeries) => {
      const value = use?.value ?? null;
      return figure(
        value === null || !days.total ? null : value / days.total,
        `${one.unit}/${language === 'zh' ? '床日' : 'bed-day'}`,
        2,
        days.source,
        {
          zh: '用量 ÷ 实际占用床日（缺月份时不计算）',
          en: 'amount ÷ bed-days (not worked out while a month is missing)',
        },
      );
    };
    const [a, b] = [each(one, now), each(other, last)];
    return a.value === null && b.value === null ? [] : [row(media[one.medium][language], a, b)];
  });
}

function repairsSentence(repairs: Figure, against: Figure, firstTime: number | null, language: Language): string {
  const compared =
    against.value === null
      ? language === 'zh'
        ? '上年无可比数据'
        : 'nothing of last year to compare with'
      : language === 'zh'
        ? `比上年${against.value >= 0 ? '增加' : '减少'} ${Math.abs(against.value).toFixed(1)} %`
        : `${Math.abs(against.value).toFixed(1)} % ${against.value >= 0 ? 'more' : 'fewer'} than last year`;
  const first =
    firstTime === null
      ? ''
      : language === 'zh'
        ? `，一次修复率 ${firstTime.toFixed(1)} %`
        : `; ${firstTime.toFixed(1)} % were right the first time`;
  return language === 'zh'
    ? `全年受理报修 ${shownFigure(repairs, language)}，${compared}${first}。`
    : `${shownFigure(repairs, language)} tickets in the year, ${compared}${first}.`;
}

export function usedFigure(use: Used | undefined, range: { from: number }, unit: string): Figure {
  const partial = use?.from !== null && use?.from !== undefined && use.from > range.from + 86_400_000;
  return figure(
    use?.value ?? null,
    unit,
    0,
    use?.source ?? '',
    { zh: '总表期末 − 期初（合理增量之和）', en: 'main meter, end − begin (sum of plausible steps)' },
    partial
      ? {
          zh: `自 ${new Date(use.from as number).toISOString().slice(0, 10)} 起有读数`,
          en: `known since ${new Date(use.from as number).toISOString().slice(0, 10)}`,
        }
      : undefined,
  );
}
