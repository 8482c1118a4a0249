/** What tenants used, were billed and have paid. */
import type { Text } from '../../shared/text.ts';
import type { Block, Cell } from '../document.ts';
import { type Chapter, figure } from './chapter.ts';

export const fees: Chapter = {
  title: { zh: '收费', en: 'Fees collected' },
  async build({ facts, period, zh, say, lacks, registers, table }) {
    const tenants = (await facts.tenants(period)).filter((one) => one.kwh !== null);
    if (tenants.length === 0) lacks({ zh: '收费：没有租户表计读数', en: 'fees: no tenant meters with readings' });
    const billed = facts.bills().filter(({ issuedAt, cancelled }) => cancelled === null && issuedAt >= period.from && issuedAt < period.to);
    if (billed.length === 0) lacks({ zh: '租户账单：本期没有开出', en: 'bills of tenants: none in the period' });
    const sum = (list: typeof billed, of: 'total' | 'paid' | 'open') =>
      list.reduce((cents, one) => cents + Math.round(one[of] * 100), 0) / 100;
    const money = (list: typeof billed, label: string): Cell[] => {
      const yuan = (of: 'total' | 'paid' | 'open', formula: Text) =>
        figure(sum(list, of), zh ? '元' : 'yuan', 2, '/api/energy/bills', formula);
      return [
        label,
        figure(list.length, zh ? '份' : '', 0, '/api/energy/bills', { zh: '本期开出、未作废的份数', en: 'made in the period and not cancelled' }),
        yuan('total', { zh: '账单金额之和', en: 'sum of the bills' }),
        yuan('paid', { zh: '已登记的付款', en: 'payments that were booked' }),
        yuan('open', { zh: '应收 − 已收', en: 'billed − paid' }),
      ]; // biome-ignore format: one
    };
    const byTenant = [...Map.groupBy(billed, ({ bill }) => bill.tenant).values()];
    const blocks: Block[] = [];
    if (tenants.length > 0)
      blocks.push(
        table(
          { zh: '租户用电', en: 'Electricity of tenants' },
          tenants.map((one): Cell[] => [
            say(one.name),
            figure(one.kwh, 'kWh', 0, one.source, { zh: '租户表计期末 − 期初', en: 'meter of the tenant, end − begin' }),
          ]),
          ['', zh ? '用电' : 'Electricity'],
        ),
      );
    if (billed.length > 0)
      blocks.push(
        table(
          { zh: '租户水电费（按开票日期）', en: 'Bills of tenants, by the day they were made' },
          [...byTenant.map((list) => money(list, say((list[0] as (typeof billed)[number]).bill.name))), money(billed, zh ? '合计' : 'All')],
          ['', ...(zh ? ['账单', '应收', '已收', '未收'] : ['Bills', 'Billed', 'Paid', 'Open'])],
        ),
      );
    return [...blocks, ...registers({ zh: '收取费用', en: 'Fees collected' }, ['fees'], billed.length > 0 ? ['fees'] : [])];
  },
};
