/** Tickets of a month or year against the year before: how many, how fast, how well, at what cost. */
import '../people/people.css';
import { Button, Group, NativeSelect, SegmentedControl } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { TicketFigures } from '../../../desk/index.ts';
import { type Trade, tradeLabels } from '../../../shared/system.ts';
import { momentOf, wallOf } from '../../../shared/zone.ts';
import { managementApi } from '../data/management-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useAnswer } from '../parts/loads.tsx';
import { useNow } from '../parts/use-now.ts';

const kinds = [
  ['year', 'stats.year'],
  ['month', 'stats.month'],
] as const;
const groups = { trade: 'stats.by.trade', place: 'stats.by.place', person: 'stats.by.person', month: 'stats.by.month' } as const;
type Grouping = keyof typeof groups;

export function StatisticsPage() {
  const { t, text, number, language } = useWords();
  const { plant, link } = useConsole();
  const zone = plant.site.timezone;
  const [kind, setKind] = useState<'year' | 'month'>('year');
  const [steps, setSteps] = useState(0);
  const [by, setBy] = useState<Grouping>('trade');
  const today = new Date(wallOf(zone, useNow(link, 60_000)));
  const edge = (k: number) =>
    momentOf(
      zone,
      kind === 'year' ? Date.UTC(today.getUTCFullYear() + k, 0, 1) : Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + k, 1),
    );
  const [from, to] = [edge(steps), edge(steps + 1)];
  const label = new Date(wallOf(zone, from)).toISOString().slice(0, kind === 'year' ? 4 : 7);
  const [found] = useAnswer(useCallback(() => managementApi.statistics(from, to, by), [from, to, by]));

  const nameOf = (key: string | null) => {
    if (key === null) return t('stats.nobody');
    if (by === 'trade') return text(tradeLabels[key as Trade]);
    if (by === 'place')
      return (
        text(plant.site.departments.find((one) => one.id === key)?.name ?? plant.site.buildings.find((one) => one.id === key)?.name) || key
      );
    return key;
  };
  const minutes = (n: number) => (n < 1 ? t('stats.underMinute') : t('stats.minutes', { n: Math.round(n) }));
  const pair = ({ medianMin, p90Min }: TicketFigures['restore']) =>
    medianMin === null || p90Min === null ? '–' : `${minutes(medianMin)} / ${minutes(p90Min)}`;
  const line = (one: TicketFigures, before: TicketFigures | undefined, name: string) => (
    <tr key={name}>
      <th scope="row">{name}</th>
      <td>{one.opened}</td>
      <td>{found?.before.total.opened === 0 ? t('stats.noRecords') : (before?.opened ?? 0)}</td>
      <td>{one.closed}</td>
      <td>{one.open}</td>
      <td>{one.cancelled}</td>
      <td data-overdue={one.overdue || undefined}>
        {one.overdueOpen > 0 ? <strong>{t('stats.overdueOpen', { n: one.overdue, open: one.overdueOpen })}</strong> : one.overdue}
      </td>
      <td>{pair(one.acknowledge)}</td>
      <td>{pair(one.arrive)}</td>
      <td>{pair(one.restore)}</td>
      <td>{one.firstTimeFixPct === null ? '–' : `${one.firstTimeFixPct.toFixed(0)} %`}</td>
      <td>{one.repeatFaults}</td>
      <td>{number(one.costYuan, 2)}</td>
    </tr>
  );
  const exported = (format: string, grouping?: Grouping) =>
    `/api/tickets/export?from=${from}&to=${to}&format=${format}&lang=${language}${grouping ? `&by=${grouping}` : ''}`;
  const lastYear = (key: string | null) =>
    found?.before.rows.find((one) => one.key === (by === 'month' && key !== null ? `${Number(key.slice(0, 4)) - 1}${key.slice(4)}` : key));
  return (
    <div className="column">
      <section className="panel">
        <h2>{t('nav.statistics')}</h2>
        <p className="calm">{t('stats.hint')}</p>
        <Group gap="xs" mb="sm">
          <Button variant="default" onClick={() => setSteps(steps - 1)}>
            {t('stats.earlier')}
          </Button>
          <strong>{label}</strong>
          <Button variant="default" disabled={steps >= 0} onClick={() => setSteps(steps + 1)}>
            {t('stats.later')}
          </Button>
          <SegmentedControl
            value={kind}
            data={kinds.map(([value, label]) => ({ value, label: t(label) }))}
            onChange={(value) => {
              setKind(value);
              setSteps(0);
            }}
          />
          <NativeSelect
            aria-label={t('stats.by')}
            value={by}
            data={Object.entries(groups).map(([value, label]) => ({ value, label: t(label) }))}
            onChange={(event) => setBy(event.currentTarget.value as Grouping)}
          />
          <Button component="a" variant="default" href={exported('xlsx')} download>
            {t('stats.workbook')}
          </Button>
          <Button component="a" variant="default" href={exported('csv')} download>
            {t('stats.csvTickets')}
          </Button>
          <Button component="a" variant="default" href={exported('csv', by)} download>
            {t('stats.csvFigures')}
          </Button>
        </Group>
        {found?.total.opened === 0 && <p className="calm">{t('stats.none')}</p>}
        {found && found.total.opened > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard
          <section className="book-scroll" tabIndex={0} aria-label={t('nav.statistics')}>
            <table className="book-table">
              <thead>
                <tr>
                  {[
                    '',
                    t('stats.opened'),
                    t('stats.lastYear'),
                    t('stats.closed'),
                    t('stats.open'),
                    t('stats.cancelled'),
                    t('stats.overdue'),
                    t('stats.acknowledge'),
                    t('stats.arrive'),
                    t('stats.restore'),
                    t('stats.first'),
                    t('stats.repeat'),
                    t('stats.cost'),
                  ].map((text, at) => (
                    <th scope="col" key={at === 0 ? 'name' : text}>
                      {text}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {line(found.total, found.before.total, t('stats.total'))}
                {found.rows.map((one) => line(one, lastYear(one.key), nameOf(one.key)))}
              </tbody>
            </table>
          </section>
        )}
      </section>
    </div>
  );
}
