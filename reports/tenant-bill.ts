/** A bill for a tenant as a document: what was used at which price, what is to be paid until when, and what was paid. */
import type { IssuedBill } from '../energy/index.ts';
import type { NameOfMeter } from '../shared/meter-names.ts';
import { decimals } from '../shared/rounded.ts';
import type { Language, Text } from '../shared/text.ts';
import { localTime } from '../shared/wording.ts';
import type { Block, Cell, ReportDocument } from './document.ts';
import { figure } from './report.ts';

export const mediumNames: Record<string, Text> = {
  electricity: { zh: '电', en: 'Electricity' },
  water: { zh: '水', en: 'Water' },
  heat: { zh: '热', en: 'Heat' },
  gas: { zh: '燃气', en: 'Gas' },
  oxygen: { zh: '氧气', en: 'Oxygen' },
};

export const partNames: Record<string, Text> = {
  sharp: { zh: '尖峰', en: 'Sharp' },
  peak: { zh: '高峰', en: 'Peak' },
  flat: { zh: '平段', en: 'Flat' },
  valley: { zh: '低谷', en: 'Valley' },
  deep: { zh: '深谷', en: 'Deep valley' },
  energy: { zh: '用量', en: 'Use' },
  capacity: { zh: '容量电费', en: 'Capacity charge' },
  demand: { zh: '需量电费', en: 'Demand charge' },
  contract: { zh: '合同需量电费', en: 'Contract demand' },
  'over-contract': { zh: '超合同需量', en: 'Above the contract' },
  'power-factor': { zh: '功率因数调整', en: 'Power factor' },
  later: { zh: '前期更正', en: 'Correction of an earlier month' },
};
export const partName = (part: string, language: Language): string =>
  partNames[part]?.[language] ?? (part.startsWith('tier-') ? `${language === 'zh' ? '阶梯' : 'Tier'} ${part.slice(5)}` : part);

/** Of a part of a bill that is reckoned on money, as the power factor's, the quantity is yuan. */
export const unitName = (unit: string, language: Language): string => (unit === 'yuan' && language === 'zh' ? '元' : unit);

/** A mean price has as many places as its amount needs. */
const placesOf = (price: number): number => Math.min(decimals.price, Math.max(4, (String(price).split('.')[1] ?? '').length));

const formula: Text = { zh: '数量 × 单价，四舍五入到分', en: 'quantity × price, to the cent' };

export function tenantBillDocument(one: IssuedBill, language: Language, timezone: string, nameOf: NameOfMeter): ReportDocument {
  const zh = language === 'zh';
  const { bill } = one;
  const day = (t: number) => localTime(t, timezone).slice(0, 10);
  const source = `/api/energy/bills/${one.id}`;
  const meters = bill.meters.map((id) => nameOf(id)[language]);
  const yuan = (value: number) => figure(value, zh ? '元' : 'yuan', 2, source, formula);
  const lines = bill.lines.map(({ month, medium, part, quantity, unit, price, amount }): Cell[] => [
    month,
    `${mediumNames[medium]?.[language] ?? medium} · ${partName(part, language)}`,
    quantity === null
      ? null
      : figure(quantity, unitName(unit, language), 2, `/api/energy/consumption?scope=tenant&id=${bill.tenant}&medium=${medium}`, {
          zh: '表计 15 分钟用量之和',
          en: 'quarter hours of the meters',
        }),
    price === null ? null : figure(price, '', placesOf(price), source, { zh: '约定单价或当月均价', en: 'agreed, or mean of the month' }),
    yuan(amount),
  ]);
  const guessed = Object.entries(bill.estimatedShare).filter(([, share]) => (share ?? 0) > 0.0005);
  const blocks: Block[] = [
    {
      kind: 'table',
      title: zh ? '应付' : 'To be paid',
      head: zh ? ['账单', '金额', '已付', '未付', '到期日'] : ['Bill', 'Amount', 'Paid', 'Open', 'Due'],
      rows: [[one.id, yuan(one.total), yuan(one.paid), yuan(one.open), day(one.dueAt)]],
    },
    {
      kind: 'table',
      title: zh ? '明细' : 'Lines',
      head: zh ? ['月份', '项目', '数量', '单价', '金额（元）'] : ['Month', 'Item', 'Quantity', 'Price', 'Yuan'],
      rows: lines,
    },
    {
      kind: 'text',
      text: zh ? `计量表：${meters.join('、') || '无（按分摊）'}` : `Meters: ${meters.join(', ') || 'none (a share)'}`,
      tone: 'quiet',
    },
    ...guessed.map(
      ([medium, share]): Block => ({
        kind: 'text',
        tone: 'warning',
        text: zh
          ? `${mediumNames[medium]?.zh ?? medium}：用量中有 ${((share ?? 0) * 100).toFixed(1)}% 为补算，不是实测`
          : `${mediumNames[medium]?.en ?? medium}: ${((share ?? 0) * 100).toFixed(1)} % of the use is filled in, not measured`,
      }),
    ),
    ...(one.payments.some(({ undone }) => !undone)
      ? [
          {
            kind: 'table' as const,
            title: zh ? '付款' : 'Payments',
            head: zh ? ['日期', '金额', '备注'] : ['Day', 'Amount', 'Note'],
            rows: one.payments
              .filter(({ undone }) => !undone)
              .map((payment): Cell[] => [payment.paidOn, yuan(payment.yuan), payment.note ?? '']),
          },
        ]
      : []),
    ...one.reminders.map(
      ({ number, at }): Block => ({
        kind: 'text',
        tone: 'warning',
        text: zh ? `第 ${number} 次催缴：${day(at)}` : `Reminder ${number}: ${day(at)}`,
      }),
    ),
    ...(one.cancelled
      ? [
          {
            kind: 'text' as const,
            tone: 'warning' as const,
            text: zh ? `本账单已作废：${one.cancelled.reason}` : `This bill is cancelled: ${one.cancelled.reason}`,
          },
        ]
      : []),
    { kind: 'text', tone: 'quiet', text: zh ? `账单内容校验（SHA-256）：${one.sha256}` : `Hash of the bill (SHA-256): ${one.sha256}` },
    { kind: 'fill', label: zh ? '出具单位（盖章）、经办人' : 'Issued by (stamp, signature)' },
  ];
  const periodText = bill.period.replace('-H1', zh ? ' 上半年' : ', first half').replace('-H2', zh ? ' 下半年' : ', second half');
  return {
    kind: 'tenant-bill',
    title: zh ? `${bill.hospital.zh}能源费用账单` : `${bill.hospital.en}: energy bill`,
    subtitle: `${bill.name[language]}  ${periodText}`,
    language,
    blocks,
    missing: [],
  };
}
