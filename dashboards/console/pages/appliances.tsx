/** Heaters and kettles: by circuit against the breaker, and each with its owner and permit. */
import '../desk/desk.css';
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { Entry } from '../../../desk/index.ts';
import type { Appliance } from '../../../shared/plant.ts';
import { applianceKinds, applianceLabels, appliancePhases, phaseLabels } from '../../../shared/plant-words.ts';
import { hasPermit } from '../../plant/circuits.ts';
import { dayOf } from '../data/days.ts';
import { plantApi } from '../data/plant-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { CircuitSum } from '../plant/circuit-line.tsx';
import { type Column, type FormAsk, FormDialog, maybe, one, RegisterTable } from '../plant/register.tsx';
import { useList } from '../plant/use-list.ts';

export function AppliancesPage() {
  const { t, text } = useWords();
  const { plant, link, may, act } = useConsole();
  const today = dayOf(link.now(), plant.site.timezone);
  const [appliances, load] = useList(plantApi.appliances);
  const [circuits, loadCircuits] = useList(plantApi.circuits);
  const [ask, setAsk] = useState<FormAsk>();
  const nameOf = (id: string) => text(plant.devices.get(id)?.name) || id;
  const keep = (body: object) =>
    act(async () => {
      await plantApi.put('appliances', body);
      load();
      loadCircuits();
    });
  const form = (entry?: Entry<Appliance>): FormAsk => ({
    title: entry?.value.name ?? t('register.add'),
    fields: [
      {
        name: 'circuit',
        label: t('appliances.circuit'),
        kind: 'select',
        required: true,
        options: [...plant.devices.values()]
          .filter(({ system }) => system === 'electricity')
          .map(({ id, name, circuit }) => ({ value: id, label: [circuit, text(name)].filter(Boolean).join(' ') })),
      },
      { name: 'name', label: t('assets.what'), required: true },
      {
        name: 'kind',
        label: t('assets.kind'),
        kind: 'select',
        required: true,
        options: applianceKinds.map((kind) => ({ value: kind, label: text(applianceLabels[kind]) })),
      },
      { name: 'watt', label: t('appliances.watt'), kind: 'number', required: true },
      { name: 'count', label: t('appliances.count'), kind: 'number', required: true },
      {
        name: 'phase',
        label: t('appliances.phase'),
        kind: 'select',
        required: true,
        options: appliancePhases.map((phase) => ({ value: phase, label: text(phaseLabels[phase]) })),
      },
      { name: 'place', label: t('assets.place') },
      { name: 'owner', label: t('appliances.owner'), required: true },
      { name: 'phone', label: t('due.phone') },
      { name: 'permit', label: t('appliances.permit') },
      { name: 'by', label: t('appliances.permitBy') },
      { name: 'until', label: t('appliances.permitUntil'), kind: 'date' },
    ],
    values: {
      ...(Object.fromEntries(Object.entries(entry?.value ?? {}).filter(([, value]) => typeof value === 'string')) as Record<
        string,
        string
      >),
      ...{ kind: entry?.value.kind ?? 'heater', phase: entry?.value.phase ?? 'unknown' },
      ...{ watt: String(entry?.value.watt ?? ''), count: String(entry?.value.count ?? 1) },
      ...{ permit: entry?.value.permit?.number ?? '', by: entry?.value.permit?.by ?? '', until: entry?.value.permit?.until ?? '' },
    },
    send: (values) => {
      const number = maybe(values, 'permit');
      return keep({
        ...(entry ? { ...entry.value, version: entry.version } : {}),
        ...Object.fromEntries(['circuit', 'name', 'kind', 'phase', 'place', 'owner', 'phone'].map((name) => [name, maybe(values, name)])),
        ...{ watt: Number(one(values, 'watt')), count: Number(one(values, 'count')) },
        permit: number === undefined ? undefined : { number, by: one(values, 'by'), until: maybe(values, 'until') },
      });
    },
  });
  const columns: Column<Entry<Appliance>>[] = [
    {
      label: t('appliances.circuit'),
      value: ({ value }) => nameOf(value.circuit),
      show: ({ value }) => <a href={`#/devices/${value.circuit}`}>{nameOf(value.circuit)}</a>,
    },
    { label: t('assets.what'), value: ({ value }) => value.name },
    { label: t('appliances.watt'), value: ({ value }) => value.watt },
    { label: t('appliances.count'), value: ({ value }) => value.count },
    { label: t('appliances.phase'), value: ({ value }) => text(phaseLabels[value.phase]) },
    { label: t('appliances.owner'), value: ({ value }) => [value.owner, value.phone].filter(Boolean).join(' · ') },
    { label: t('assets.place'), value: ({ value }) => value.place ?? '' },
    {
      label: t('appliances.permit'),
      value: ({ value }) =>
        [value.permit?.number, value.permit?.until, value.permit && !hasPermit(value, today) && t('appliances.permitPast')]
          .filter(Boolean)
          .join(' · ') || t('appliances.noPermit'),
    },
  ];
  return (
    <div className="column">
      <section className="panel">
        <h2>{t('appliances.circuits')}</h2>
        <p className="calm">{t('appliances.hint')}</p>
        {circuits?.length === 0 && <p className="calm">{t('register.none')}</p>}
        <ul className="rows">
          {circuits?.map((one) => (
            <li className="row channel-row" key={one.circuit} data-circuit={one.circuit}>
              <div className="row-body">
                <a className="row-title" href={`#/devices/${one.circuit}`}>
                  {text(one.name)}
                </a>
                <CircuitSum load={one} />
              </div>
            </li>
          ))}
        </ul>
      </section>
      <section className="panel">
        <Group justify="space-between">
          <h2>
            {t('nav.appliances')} <b>{appliances?.filter(({ value }) => value.state === 'in-use').length ?? ''}</b>
          </h2>
          {may('plant:change') && (
            <Button onClick={() => setAsk(form())} data-step="add">
              {t('register.add')}
            </Button>
          )}
        </Group>
        <RegisterTable
          name={t('nav.appliances')}
          file="appliances"
          rows={appliances?.filter(({ value }) => value.state === 'in-use')}
          columns={columns}
          keyOf={({ value }) => value.id}
          actions={
            may('plant:change')
              ? (entry) => (
                  <Group gap="xs" justify="flex-end">
                    <Button variant="default" onClick={() => setAsk(form(entry))} data-step="change">
                      {t('register.change')}
                    </Button>
                    <Button
                      variant="default"
                      onClick={() => void keep({ ...entry.value, state: 'removed', version: entry.version })}
                      data-step="remove"
                    >
                      {t('appliances.remove')}
                    </Button>
                  </Group>
                )
              : undefined
          }
        />
      </section>
      <FormDialog ask={ask} onClose={() => setAsk(undefined)} />
    </div>
  );
}
