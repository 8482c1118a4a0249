/** Rounds that are due, done or missed, and the plans behind them. */
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { Entry } from '../../../desk/index.ts';
import type { Plan } from '../../../shared/plant.ts';
import { roundStateLabels } from '../../../shared/plant-words.ts';
import { plantApi, type RoundRow } from '../data/plant-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { itemsOf, whenOf, whenText } from '../plant/plan-form.ts';
import { type Column, type FormAsk, FormDialog, many, one, RegisterTable } from '../plant/register.tsx';
import { useList } from '../plant/use-list.ts';

export function RoundsPage() {
  const { t, text, dateTime } = useWords();
  const { plant, may, act } = useConsole();
  const [rounds] = useList(plantApi.rounds as () => Promise<RoundRow[]>);
  const [plans, loadPlans] = useList(plantApi.plans);
  const [nodes] = useList(plantApi.assets);
  const [ask, setAsk] = useState<FormAsk>();
  const columns: Column<RoundRow>[] = [
    {
      label: t('rounds.round'),
      value: ({ body }) => text(body.title),
      show: ({ id, body }) => <a href={`#/rounds/${id}`}>{text(body.title)}</a>,
    },
    { label: t('rounds.due'), value: ({ due }) => dateTime(due) },
    {
      label: t('alarms.state'),
      value: ({ state }) => text(roundStateLabels[state]),
      show: ({ state }) => <span className={`round-${state}`}>{text(roundStateLabels[state])}</span>,
    },
    { label: t('rounds.progress'), value: ({ answered, body }) => `${answered.length} / ${body.items.length}` },
    { label: t('rounds.findings'), value: ({ findings }) => findings },
    { label: t('rounds.doneAt'), value: ({ doneAt, doneBy }) => (doneAt === null ? '' : `${dateTime(doneAt)} ${doneBy ?? ''}`) },
    { label: t('rounds.missedAt'), value: ({ missedAt }) => (missedAt === null ? '' : dateTime(missedAt)) },
  ];
  const planColumns: Column<Entry<Plan>>[] = [
    { label: t('rounds.plan'), value: ({ value }) => text(value.title) },
    { label: t('plans.when'), value: ({ value }) => whenText(value.when, t) },
    { label: t('plans.things'), value: ({ value }) => value.items.length },
    { label: t('plans.trade'), value: ({ value }) => text(plant.site.trades.find(({ id }) => id === value.trade)?.label) },
    { label: t('alarms.state'), value: ({ value }) => t(value.state === 'in-use' ? 'plans.inUse' : 'plans.stopped') },
  ];
  const quantities = Object.entries(plant.site.quantities).filter(([id]) =>
    [...plant.devices.values()].some((device) => id in device.latest),
  );
  const form = (): FormAsk => ({
    title: t('plans.new'),
    fields: [
      { name: 'zh', label: t('assets.nameZh'), required: true },
      { name: 'en', label: t('assets.nameEn'), required: true },
      {
        name: 'trade',
        label: t('plans.trade'),
        kind: 'select',
        required: true,
        options: plant.site.trades.map(({ id, label }) => ({ value: id, label: text(label) })),
      },
      {
        name: 'system',
        label: t('tickets.system'),
        kind: 'select',
        required: true,
        options: plant.site.systems.map(({ id, label }) => ({ value: id, label: text(label) })),
      },
      { name: 'when', label: t('plans.when'), required: true, hint: t('plans.whenHint') },
      {
        name: 'counter',
        label: t('plans.counter'),
        kind: 'select',
        hint: t('plans.counterHint'),
        options: [...plant.devices.values()]
          .filter(({ latest }) => 'run_hours_h' in latest)
          .map(({ id, name }) => ({ value: id, label: text(name) })),
      },
      {
        name: 'assets',
        label: t('plans.things'),
        kind: 'multi',
        required: true,
        options: (nodes ?? [])
          .filter(({ kind }) => kind !== 'building')
          .map(({ id, name }) => ({ value: id, label: `${text(name)} (${id})` })),
      },
      { name: 'checks', label: t('plans.checks'), kind: 'lines', hint: t('plans.checksHint') },
      {
        name: 'readings',
        label: t('plans.readings'),
        kind: 'multi',
        hint: t('plans.readingsHint'),
        options: quantities.map(([id, { label }]) => ({ value: id, label: text(label) })),
      },
    ],
    values: { when: '08:00, 20:00', trade: 'electrical', system: 'electricity' },
    send: (values) =>
      act(async () => {
        const devicesOf = (id: string) => nodes?.find((node) => node.id === id)?.devices ?? [];
        await plantApi.put('plans', {
          ...{ title: { zh: one(values, 'zh'), en: one(values, 'en') }, trade: one(values, 'trade'), system: one(values, 'system') },
          when: whenOf(one(values, 'when'), one(values, 'counter') || undefined),
          items: itemsOf(
            many(values, 'assets'),
            one(values, 'checks').split('\n'),
            many(values, 'readings'),
            (asset, quantity) => devicesOf(asset).find((device) => quantity in (plant.devices.get(device)?.latest ?? {})),
            (quantity) => plant.site.quantities[quantity]?.label ?? { zh: quantity, en: quantity },
          ),
        });
        loadPlans();
      }),
  });
  const stop = ({ value, version }: Entry<Plan>) =>
    act(async () => {
      await plantApi.put('plans', { ...value, state: value.state === 'in-use' ? 'stopped' : 'in-use', version });
      loadPlans();
    });
  return (
    <div className="column">
      <section className="panel">
        <h2>{t('nav.rounds')}</h2>
        <p className="calm">{t('rounds.hint')}</p>
        <RegisterTable name={t('nav.rounds')} file="rounds" rows={rounds} columns={columns} keyOf={({ id }) => String(id)} />
      </section>
      <section className="panel">
        <Group justify="space-between">
          <h2>
            {t('plans.plans')} <b>{plans?.length ?? ''}</b>
          </h2>
          {may('plant:change') && (
            <Button onClick={() => setAsk(form())} data-step="add">
              {t('plans.new')}
            </Button>
          )}
        </Group>
        <RegisterTable
          name={t('plans.plans')}
          file="plans"
          rows={plans}
          columns={planColumns}
          keyOf={({ value }) => value.id}
          actions={
            may('plant:change')
              ? (entry) => (
                  <Button variant="default" onClick={() => void stop(entry)} data-step="stop">
                    {t(entry.value.state === 'in-use' ? 'plans.stop' : 'plans.resume')}
                  </Button>
                )
              : undefined
          }
        />
      </section>
      <FormDialog ask={ask} onClose={() => setAsk(undefined)} />
    </div>
  );
}
