/** One thing of the plant: what it is, what of it falls due, what happened to it; a fault of it is reported here. */
import { Button, Group } from '@mantine/core';
import { useCallback, useState } from 'react';
import { assetKindLabels, assetStateLabels } from '../../../shared/plant-words.ts';
import { type AssetEvent, plantApi } from '../data/plant-api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { DueTable } from '../plant/due-table.tsx';
import { type Column, type FormAsk, FormDialog, one, RegisterTable } from '../plant/register.tsx';
import { useList } from '../plant/use-list.ts';
import { useAssetForm } from './assets.tsx';

const kinds: Record<AssetEvent['kind'], TextKey> = {
  alarm: 'nav.alarms',
  ticket: 'nav.tickets',
  record: 'nav.books',
  certificate: 'due.certificate',
  part: 'nav.parts',
  round: 'nav.rounds',
};
const pageOf: Partial<Record<AssetEvent['kind'], string>> = { alarm: 'alarms', ticket: 'tickets' };

export function AssetPage({ id }: { id: string }) {
  const { t, text, dateTime, language } = useWords();
  const { plant, may, act } = useConsole();
  const [nodes, load] = useList(plantApi.assets);
  const [due] = useList(plantApi.due);
  const [history, again] = useList(useCallback(() => plantApi.history(id), [id]));
  const [ask, setAsk] = useState<FormAsk>();
  const form = useAssetForm(nodes ?? [], load);
  const node = nodes?.find((other) => other.id === id);
  if (!nodes) return null;
  if (!node) return <p className="panel">{t('assets.unknown', { id })}</p>;
  const { facts } = node;
  const parent = nodes.find((other) => other.id === node.parent);
  const shown: [TextKey, string | undefined][] = [
    ['assets.kind', text(assetKindLabels[node.kind])],
    ['assets.code', node.id],
    ['assets.parent', parent && text(parent.name)],
    ['assets.place', text(node.location)],
    ['assets.state', facts ? text(assetStateLabels[facts.state]) : undefined],
    ['assets.registration', facts?.registration],
    ['assets.model', facts?.model],
    ['assets.maker', facts?.maker],
    ['assets.serial', facts?.serial],
    ['assets.installed', facts?.installed],
    ['assets.parameters', facts?.parameters],
    ['assets.officer', facts?.officer],
  ];
  const columns: Column<AssetEvent>[] = [
    { label: t('audit.when'), value: ({ t: at }) => dateTime(at) },
    { label: t('assets.kind'), value: ({ kind }) => t(kinds[kind]) },
    {
      label: t('assets.what'),
      value: ({ title }) => text(title),
      show: (event) => {
        const page = pageOf[event.kind];
        return page ? <a href={`#/${page}/${encodeURIComponent(event.id)}`}>{text(event.title)}</a> : text(event.title);
      },
    },
    { label: t('alarms.state'), value: ({ state }) => state },
  ];
  const report = (): FormAsk => ({
    title: t('assets.report'),
    fields: [
      { name: 'title', label: t('assets.what'), required: true },
      { name: 'description', label: t('assets.words'), kind: 'lines', required: true },
    ],
    values: {},
    send: (values) =>
      act(async () => {
        const made = await plantApi.report(id, { title: one(values, 'title'), description: one(values, 'description') });
        again();
        window.location.hash = `#/tickets/${made.id}`;
      }),
  });
  return (
    <div className="column">
      <a className="back" href="#/assets">
        {t('assets.back')}
      </a>
      <section className="panel">
        <Group justify="space-between">
          <h2>{text(node.name)}</h2>
          <Group>
            <Button component="a" variant="default" href={plantApi.cards([id], language)} target="_blank">
              {t('assets.cards')}
            </Button>
            {may('plant:change') && node.from === 'register' && (
              <Button variant="default" onClick={() => setAsk(form(node))} data-step="change">
                {t('register.change')}
              </Button>
            )}
            {may('ticket:open') && (
              <Button onClick={() => setAsk(report())} data-step="report">
                {t('assets.report')}
              </Button>
            )}
          </Group>
        </Group>
        <dl className="facts">
          {shown.map(([label, value]) =>
            value ? (
              <div key={label}>
                <dt>{t(label)}</dt>
                <dd>{value}</dd>
              </div>
            ) : null,
          )}
          {node.devices.length > 0 && (
            <div>
              <dt>{t('assets.devices')}</dt>
              {node.devices.map((device) => (
                <dd key={device}>
                  <a className="fact-link" href={`#/devices/${device}`}>
                    {text(plant.devices.get(device)?.name) || device}
                  </a>
                </dd>
              ))}
            </div>
          )}
        </dl>
      </section>
      <section className="panel">
        <h2>{t('nav.due')}</h2>
        <DueTable rows={due?.filter(({ assets }) => assets.includes(id))} />
      </section>
      <section className="panel">
        <h2>{t('alarms.history')}</h2>
        <RegisterTable
          name={t('alarms.history')}
          file={`history-${id}`}
          rows={history}
          columns={columns}
          keyOf={(event) => `${event.kind} ${event.id}`}
        />
      </section>
      <FormDialog ask={ask} onClose={() => setAsk(undefined)} />
    </div>
  );
}
