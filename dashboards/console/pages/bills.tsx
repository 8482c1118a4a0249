/** Bills of tenants: what is overdue first, then every bill with what is paid and open, and what must be done before bills can be made. */
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { wallOf } from '../../../shared/zone.ts';
import { moneyApi, type ShownBill } from '../data/money-api.ts';
import { isoDay, monthName, periodName } from '../energy/words.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useNow } from '../parts/use-now.ts';
import { type Column, type FormAsk, FormDialog, maybe, one, RegisterTable } from '../plant/register.tsx';
import { useList } from '../plant/use-list.ts';

const states = {
  open: 'bills.state.open',
  part: 'bills.state.part',
  paid: 'bills.state.paid',
  overdue: 'bills.state.overdue',
  cancelled: 'bills.state.cancelled',
} as const;
const often = { monthly: 'bills.monthly', 'half-yearly': 'bills.half-yearly' } as const;

export function BillsPage() {
  const words = useWords();
  const { t, text, number, language } = words;
  const { plant, link, may, act } = useConsole();
  const [found, load] = useList(moneyApi.bills);
  const [ask, setAsk] = useState<FormAsk>();
  const zone = plant.site.timezone;
  const now = new Date(wallOf(zone, useNow(link, 60_000)));
  const whole = (shown: string) => <span className="register-whole">{shown}</span>;
  const done = (work: () => Promise<unknown>) =>
    act(async () => {
      await work();
      load();
    });
  const lastMonths = Array.from({ length: 24 }, (_, i) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1 - i, 1)).toISOString().slice(0, 7),
  );
  const halves = [0, 1, 2, 3].map((i) => {
    const at = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 6 * (i + 1), 1));
    return `${at.getUTCFullYear()}-H${at.getUTCMonth() < 6 ? 1 : 2}`;
  });
  const newBills = (): FormAsk => ({
    title: t('bills.new'),
    fields: [
      {
        name: 'period',
        label: t('bills.period'),
        kind: 'select',
        required: true,
        hint: t('bills.periodHint'),
        options: [...lastMonths, ...halves].map((value) => ({ value, label: periodName(words, value) })),
      },
    ],
    values: {},
    send: (values, key) => done(() => moneyApi.issue(one(values, 'period'), key)),
  });
  const close = (): FormAsk => ({
    title: t('bills.close'),
    fields: [
      {
        name: 'month',
        label: t('bills.month'),
        kind: 'select',
        required: true,
        hint: t('bills.closeHint'),
        options: lastMonths
          .filter((month) => !found?.closed.includes(month))
          .map((value) => ({ value, label: monthName(language, value) })),
      },
    ],
    values: {},
    send: (values) => done(() => moneyApi.close(one(values, 'month'))),
  });
  const pay = (bill: ShownBill): FormAsk => ({
    title: `${t('bills.pay')} ${bill.id}`,
    fields: [
      { name: 'yuan', label: t('bills.yuan'), kind: 'number', required: true },
      { name: 'paidOn', label: t('bills.paidOn'), kind: 'date', required: true },
      { name: 'note', label: t('bills.note') },
    ],
    values: { yuan: bill.open.toFixed(2), paidOn: now.toISOString().slice(0, 10) },
    send: (values, key) =>
      done(() =>
        moneyApi.pay(bill.id, { yuan: Number(one(values, 'yuan')), paidOn: one(values, 'paidOn'), note: maybe(values, 'note') }, key),
      ),
  });
  const cancel = (bill: ShownBill): FormAsk => ({
    title: `${t('bills.cancel')} ${bill.id}`,
    fields: [{ name: 'reason', label: t('bills.reason'), required: true }],
    values: {},
    send: (values) => done(() => moneyApi.cancel(bill.id, one(values, 'reason'))),
  });
  const columns: Column<ShownBill>[] = [
    { label: t('bills.tenant'), value: ({ name }) => text(name) },
    { label: t('bills.billed'), value: ({ period }) => period, show: ({ period }) => whole(periodName(words, period)) },
    { label: t('bills.id'), value: ({ id }) => id, show: ({ id }) => <span className="small calm">{id}</span> },
    { label: t('bills.total'), value: ({ total }) => total, show: ({ total }) => whole(number(total, 2)) },
    { label: t('bills.left'), value: ({ open }) => open, show: ({ open }) => whole(number(open, 2)) },
    { label: t('bills.due'), value: ({ dueAt }) => isoDay(zone, dueAt), show: ({ dueAt }) => whole(isoDay(zone, dueAt)) },
    { label: t('bills.state'), value: ({ state }) => t(states[state]), show: ({ state }) => whole(t(states[state])) },
    { label: t('bills.reminders'), value: ({ reminders }) => reminders.length },
  ];
  const urgency = ({ state, dueAt }: ShownBill) =>
    state === 'overdue' ? dueAt - 1e15 : state === 'open' || state === 'part' ? dueAt : 1e15 - dueAt;
  const bills = found?.bills.toSorted((a, b) => urgency(a) - urgency(b));
  const isSettled = ({ state }: ShownBill) => state === 'paid' || state === 'cancelled';
  const years = [...Map.groupBy(bills?.filter(isSettled) ?? [], ({ period }) => period.slice(0, 4))].sort(([a], [b]) => (a < b ? 1 : -1));
  const list = (name: string, file: string, rows: readonly ShownBill[] | undefined) => (
    <RegisterTable name={name} file={file} rows={rows} columns={columns} keyOf={({ id }) => id} actions={steps} />
  );
  const steps = (bill: ShownBill) => (
    <>
      <Button component="a" variant="default" href={`/api/energy/bills/${bill.id}/document?format=pdf&lang=${language}`} download>
        PDF
      </Button>
      <Button component="a" variant="default" href={`/api/energy/bills/${bill.id}/document?format=xlsx&lang=${language}`} download>
        XLSX
      </Button>
      {may('energy:bill') && bill.open > 0 && (
        <>
          <Button onClick={() => setAsk(pay(bill))} data-step="pay">
            {t('bills.pay')}
          </Button>
          {bill.state === 'overdue' && (
            <Button variant="default" onClick={() => void done(() => moneyApi.remind(bill.id))} data-step="remind">
              {t('bills.remind')}
            </Button>
          )}
          {bill.paid === 0 && (
            <Button variant="default" onClick={() => setAsk(cancel(bill))} data-step="cancel">
              {t('bills.cancel')}
            </Button>
          )}
        </>
      )}
    </>
  );
  return (
    <div className="column">
      <section className="panel" data-part="bills">
        <Group justify="space-between">
          <h2>{t('nav.bills')}</h2>
          <Group gap="xs">
            {may('energy:close') && (
              <Button variant="default" onClick={() => setAsk(close())} data-step="close-month">
                {t('bills.close')}
              </Button>
            )}
            {may('energy:bill') && (
              <Button onClick={() => setAsk(newBills())} data-step="make-bills">
                {t('bills.new')}
              </Button>
            )}
          </Group>
        </Group>
        {found && (
          <p className={found.overdue > 0 ? 'stage-urgent' : 'calm'}>
            <strong>
              {found.overdue > 0
                ? t('bills.overdue', { yuan: number(found.overdue, 2) })
                : found.open > 0
                  ? t('bills.open', { yuan: number(found.open, 2) })
                  : found.bills.length === 0
                    ? t('bills.none')
                    : t('bills.settled')}
            </strong>
          </p>
        )}
        <p className="calm">{t('bills.hint')}</p>
        {found && (
          <p className="calm">
            {found.closed.length === 0
              ? t('bills.noneClosed')
              : t('bills.closed', {
                  n: found.closed.length,
                  first: monthName(language, found.closed.toSorted()[0] as string),
                  last: monthName(language, found.closed.toSorted().at(-1) as string),
                })}
          </p>
        )}
        {list(
          t('bills.list'),
          'bills',
          bills?.filter((bill) => !isSettled(bill)),
        )}
        {/* What is settled is looked up, not worked at: folded by year. */}
        {years.map(([year, settled]) => (
          <details key={year} className="bills-settled" data-year={year}>
            <summary>
              {t('bills.settledIn', {
                year,
                n: settled.filter(({ state }) => state === 'paid').length,
                yuan: number(
                  settled.reduce((sum, { state, total }) => sum + (state === 'paid' ? total : 0), 0),
                  2,
                ),
              })}
            </summary>
            {list(t('bills.list'), `bills-${year}`, settled)}
          </details>
        ))}
      </section>
      <section className="panel">
        <h2>{t('bills.tenants')}</h2>
        <RegisterTable
          name={t('bills.tenants')}
          file="tenants"
          rows={found?.tenants}
          columns={[
            { label: t('bills.tenant'), value: ({ name }) => text(name) },
            { label: t('bills.every'), value: ({ bills: every }) => t(often[every]) },
            { label: t('bills.days'), value: ({ dueDays }) => dueDays },
            { label: t('bills.contact'), value: ({ contact }) => contact ?? '' },
          ]}
          keyOf={({ id }) => id}
        />
      </section>
      <FormDialog ask={ask} onClose={() => setAsk(undefined)} />
    </div>
  );
}
