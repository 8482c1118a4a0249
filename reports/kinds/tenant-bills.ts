/** 租户账单与应收: who was billed in the year, what is paid, what is overdue. */
import type { Text } from '../../shared/text.ts';
import { localTime } from '../../shared/wording.ts';
import type { Cell } from '../document.ts';
import { defineReport, figure } from '../report.ts';

const states: Record<string, Text> = {
  open: { zh: '未付', en: 'open' },
  part: { zh: '部分付', en: 'paid in part' },
  paid: { zh: '已付', en: 'paid' },
  overdue: { zh: '逾期', en: 'overdue' },
  cancelled: { zh: '作废', en: 'cancelled' },
};

export default defineReport({
  id: 'tenant-bills',
  title: { zh: '租户账单与应收款', en: 'Tenant bills and receivables' },
  summary: { zh: '本年度已开账单、已收、未收和逾期', en: 'Bills of the year: paid, open and overdue' },
  period: 'year',
  async build(facts, period, language) {
    const zh = language === 'zh';
    const bills = facts
      .bills()
      .filter(({ bill }) => bill.months.some((month) => month >= monthOf(period.from) && month <= monthOf(period.to - 1)));
    const formula: Text = { zh: '账单金额之和', en: 'sum of bills' };
    const yuan = (value: number, source = '/api/energy/bills') =>
      figure(Math.round(value * 100) / 100, zh ? '元' : 'yuan', 2, source, formula);
    const holding = bills.filter(({ state }) => state !== 'cancelled');
    const sum = (pick: (one: (typeof bills)[number]) => number) => holding.reduce((all, one) => all + pick(one), 0);
    const byTenant = [...Map.groupBy(holding, ({ bill }) => bill.tenant).values()];
    const missing: string[] = [];
    if (holding.length === 0)
      missing.push(
        zh
          ? '本年度没有开出账单：先关闭月份，再在“账单”页开账单'
          : 'no bill was sent in this year: close months, then make bills on the page "Bills"',
      );
    return {
      blocks: [
        {
          kind: 'table',
          title: zh ? '租户（按账期）' : 'Tenants, by the months billed',
          head: zh ? ['', '已开', '已收', '未收', '逾期'] : ['', 'Billed', 'Paid', 'Open', 'Overdue'],
          rows: [
            ...byTenant.map((same): Cell[] => {
              const of = (pick: (one: (typeof same)[number]) => number) => yuan(same.reduce((all, one) => all + pick(one), 0));
              return [
                same[0]?.bill.name[language] ?? '',
                of(({ total }) => total),
                of(({ paid }) => paid),
                of(({ open }) => open),
                of(({ state, open }) => (state === 'overdue' ? open : 0)),
              ];
            }),
            [
              zh ? '合计' : 'All',
              yuan(sum(({ total }) => total)),
              yuan(sum(({ paid }) => paid)),
              yuan(sum(({ open }) => open)),
              yuan(sum(({ state, open }) => (state === 'overdue' ? open : 0))),
            ],
          ],
        },
        {
          kind: 'table',
          title: zh ? '账单' : 'Bills',
          head: zh
            ? ['账单', '租户', '金额', '未付', '到期', '状态', '催缴']
            : ['Bill', 'Tenant', 'Amount', 'Open', 'Due', 'State', 'Reminders'],
          rows: bills.map((one): Cell[] => [
            one.id,
            one.bill.name[language],
            yuan(one.total, `/api/energy/bills/${one.id}`),
            yuan(one.open, `/api/energy/bills/${one.id}`),
            localTime(one.dueAt, facts.timezone).slice(0, 10),
            states[one.state]?.[language] ?? one.state,
            String(one.reminders.length),
          ]),
        },
      ],
      missing,
    };

    function monthOf(t: number): string {
      return localTime(t, facts.timezone).slice(0, 7);
    }
  },
});
