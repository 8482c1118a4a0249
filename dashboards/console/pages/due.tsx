/** What falls due: certificates of things and people, maintenance contracts with their cost, and the rules behind the dates. */
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { Entry } from '../../../desk/index.ts';
import type { Certificate, Contract, Deadline } from '../../../shared/plant.ts';
import { confidenceLabels } from '../../../shared/plant-words.ts';
import { plantApi } from '../data/plant-api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { DueTable } from '../plant/due-table.tsx';
import { type Column, type FormAsk, FormDialog, many, maybe, one, RegisterTable } from '../plant/register.tsx';
import { useList } from '../plant/use-list.ts';

const states: Record<Certificate['state'], TextKey> = {
  valid: 'due.state.valid',
  replaced: 'due.state.replaced',
  withdrawn: 'due.state.withdrawn',
};

export function DuePage() {
  const { t, text, number } = useWords();
  const { may, act } = useConsole();
  const [due, loadDue] = useList(plantApi.due);
  const [nodes] = useList(plantApi.assets);
  const [rules] = useList(plantApi.deadlines);
  const [certificates, loadCertificates] = useList(plantApi.certificates);
  const [contracts, loadContracts] = useList(plantApi.contracts);
  const [ask, setAsk] = useState<FormAsk>();
  const things = (nodes ?? [])
    .filter(({ kind }) => kind !== 'building')
    .map(({ id, name }) => ({ value: id, label: `${text(name)} (${id})` }));
  const nameOf = (id: string) => text(nodes?.find((node) => node.id === id)?.name) || id;
  const keep = (register: string, body: object) =>
    act(async () => {
      await plantApi.put(register, body);
      for (const load of [loadDue, loadCertificates, loadContracts]) load();
    });
  const certificate = (): FormAsk => ({
    title: t('due.newCertificate'),
    fields: [
      {
        name: 'rule',
        label: t('due.what'),
        kind: 'select',
        required: true,
        options: (rules ?? []).filter(({ of }) => of !== 'contract').map(({ id, title }) => ({ value: id, label: text(title) })),
      },
      { name: 'asset', label: t('due.thing'), kind: 'select', options: things },
      { name: 'person', label: t('due.person'), hint: t('due.personHint') },
      { name: 'last', label: t('due.last'), kind: 'date', hint: t('due.lastHint') },
      { name: 'due', label: t('due.date'), kind: 'date' },
      { name: 'number', label: t('due.number') },
      { name: 'issued_by', label: t('due.issuedBy') },
    ],
    values: {},
    send: (values) =>
      keep(
        'certificates',
        Object.fromEntries(['rule', 'asset', 'person', 'last', 'due', 'number', 'issued_by'].map((name) => [name, maybe(values, name)])),
      ),
  });
  const contract = (entry?: Entry<Contract>): FormAsk => ({
    title: entry?.value.title ?? t('due.newContract'),
    fields: [
      { name: 'title', label: t('due.contract'), required: true },
      { name: 'company', label: t('due.company'), required: true },
      { name: 'phone', label: t('due.phone') },
      { name: 'assets', label: t('due.things'), kind: 'multi', options: things },
      { name: 'from', label: t('due.from'), kind: 'date', required: true },
      { name: 'to', label: t('due.to'), kind: 'date', required: true },
      { name: 'cost', label: t('due.cost'), kind: 'number', required: true },
      { name: 'visits', label: t('due.visits'), kind: 'number' },
    ],
    values: {
      ...{ title: entry?.value.title ?? '', company: entry?.value.company ?? '', phone: entry?.value.phone ?? '' },
      ...{ assets: entry?.value.assets ?? [], from: entry?.value.from ?? '', to: entry?.value.to ?? '' },
      ...{ cost: String(entry?.value.cost_yuan ?? ''), visits: String(entry?.value.visits_per_year ?? '') },
    },
    send: (values) => {
      const visits = maybe(values, 'visits');
      return keep('contracts', {
        ...(entry ? { ...entry.value, version: entry.version } : {}),
        ...{ title: one(values, 'title'), company: one(values, 'company'), phone: maybe(values, 'phone'), assets: many(values, 'assets') },
        ...{ from: one(values, 'from'), to: one(values, 'to'), cost_yuan: Number(one(values, 'cost')) },
        visits_per_year: visits === undefined ? undefined : Number(visits),
      });
    },
  });
  const shownOf = ({ asset, person }: Certificate) => (asset === undefined ? (person ?? '') : nameOf(asset));
  const ruleOf = (id: string) => text(rules?.find((rule) => rule.id === id)?.title) || id;
  const certificateColumns: Column<Entry<Certificate>>[] = [
    { label: t('due.what'), value: ({ value }) => ruleOf(value.rule) },
    { label: t('due.of'), value: ({ value }) => shownOf(value) },
    { label: t('due.number'), value: ({ value }) => value.number ?? '' },
    { label: t('due.last'), value: ({ value }) => value.last ?? '' },
    { label: t('due.date'), value: ({ value }) => value.due },
    { label: t('alarms.state'), value: ({ value }) => t(states[value.state]) },
  ];
  const contractColumns: Column<Entry<Contract>>[] = [
    { label: t('due.contract'), value: ({ value }) => value.title },
    { label: t('due.company'), value: ({ value }) => [value.company, value.phone].filter(Boolean).join(' · ') },
    { label: t('due.things'), value: ({ value }) => value.assets.map(nameOf).join(t('list.comma')) },
    { label: t('due.from'), value: ({ value }) => value.from },
    { label: t('due.to'), value: ({ value }) => value.to },
    { label: t('due.cost'), value: ({ value }) => value.cost_yuan, show: ({ value }) => number(value.cost_yuan, 0) },
  ];
  const ruleColumns: Column<Deadline>[] = [
    { label: t('due.what'), value: ({ title }) => text(title) },
    {
      label: t('due.every'),
      value: ({ every }) =>
        every === null
          ? t('due.byReport')
          : every.months === undefined
            ? t('due.days', { n: every.days ?? 0 })
            : t('due.months', { n: every.months }),
    },
    { label: t('alarms.source'), value: ({ source }) => text(source) },
    { label: t('due.sure'), value: ({ confidence }) => text(confidenceLabels[confidence]) },
  ];
  const running = contracts?.filter(({ value }) => value.state === 'running') ?? [];
  return (
    <div className="column">
      <section className="panel">
        <h2>{t('nav.due')}</h2>
        <DueTable rows={due} />
      </section>
      <section className="panel">
        <Group justify="space-between">
          <h2>
            {t('due.certificates')} <b>{certificates?.length ?? ''}</b>
          </h2>
          {may('plant:change') && (
            <Button onClick={() => setAsk(certificate())} data-step="add-certificate">
              {t('due.newCertificate')}
            </Button>
          )}
        </Group>
        <RegisterTable
          name={t('due.certificates')}
          file="certificates"
          rows={certificates}
          columns={certificateColumns}
          keyOf={({ value }) => value.id}
          actions={
            may('plant:change')
              ? ({ value, version }) =>
                  value.state === 'valid' && (
                    <Button
                      variant="default"
                      onClick={() => void keep('certificates', { ...value, state: 'replaced', version })}
                      data-step="replace"
                    >
                      {t('due.replace')}
                    </Button>
                  )
              : undefined
          }
        />
      </section>
      <section className="panel">
        <Group justify="space-between">
          <h2>
            {t('due.contracts')} <b>{running.length}</b>
          </h2>
          {may('plant:change') && (
            <Button onClick={() => setAsk(contract())} data-step="add-contract">
              {t('due.newContract')}
            </Button>
          )}
        </Group>
        {running.length > 0 && (
          <p className="calm">
            {t('due.costAll', {
              yuan: number(
                running.reduce((sum, { value }) => sum + value.cost_yuan, 0),
                0,
              ),
            })}
          </p>
        )}
        <RegisterTable
          name={t('due.contracts')}
          file="contracts"
          rows={contracts}
          columns={contractColumns}
          keyOf={({ value }) => value.id}
          actions={
            may('plant:change')
              ? (entry) => (
                  <Button variant="default" onClick={() => setAsk(contract(entry))} data-step="change">
                    {t('register.change')}
                  </Button>
                )
              : undefined
          }
        />
      </section>
      <section className="panel">
        <h2>{t('due.rules')}</h2>
        <RegisterTable name={t('due.rules')} file="deadlines" rows={rules} columns={ruleColumns} keyOf={({ id }) => id} />
      </section>
      <FormDialog ask={ask} onClose={() => setAsk(undefined)} />
    </div>
  );
}
