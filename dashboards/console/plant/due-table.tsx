/** Due dates, the nearest first: each with a word for where it stands, not by colour alone. */
import { type DueThing, plantApi } from '../data/plant-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { type Column, RegisterTable } from './register.tsx';

export { plantApi };

export function DueTable({ rows }: { rows: readonly DueThing[] | undefined }) {
  const { t, text } = useWords();
  const left = (days: number) => (days < 0 ? t('due.past', { n: -days }) : t('due.left', { n: days }));
  const columns: Column<DueThing>[] = [
    { label: t('due.what'), value: ({ title }) => text(title) },
    {
      label: t('due.of'),
      value: ({ of }) => text(of),
      show: ({ of, kind, assets }) => (kind === 'certificate' && assets[0] ? <a href={`#/assets/${assets[0]}`}>{text(of)}</a> : text(of)),
    },
    { label: t('due.date'), value: ({ due }) => due },
    {
      label: t('due.rest'),
      value: (thing) => left(thing.left),
      show: (thing) => <span className={`stage-${thing.stage}`}>{left(thing.left)}</span>,
    },
    {
      label: t('due.ticket'),
      value: ({ ticket }) => ticket ?? '',
      show: ({ ticket }) => (ticket ? <a href={`#/tickets/${ticket}`}>{ticket}</a> : ''),
    },
  ];
  return <RegisterTable name={t('nav.due')} file="due" rows={rows} columns={columns} keyOf={({ subject }) => subject} />;
}
