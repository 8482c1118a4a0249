/** The alarm desk: what is open, what is hidden, filtered as the person at the desk needs it. */
import '../desk/desk.css';
import { Button, Group } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Alarm } from '../../../shared/alarm.ts';
import { byUrgency, isHidden, isLifeDanger } from '../../../shared/alarm-order.ts';
import { api } from '../data/api.ts';
import { filterOf, fits } from '../desk/alarm-filter.ts';
import { AlarmFilters } from '../desk/alarm-filters.tsx';
import { inBulk } from '../desk/alarm-steps.ts';
import { useHashQuery } from '../hash.ts';
import { useWords } from '../i18n/i18n.tsx';
import { ActionDialog, type Question } from '../parts/action-dialog.tsx';
import { AlarmRow } from '../parts/alarm-row.tsx';
import { useConsole } from '../parts/context.ts';
import { NoChannel } from '../parts/no-channel.tsx';
import { useNow } from '../parts/use-now.ts';

const mostNamed = 6;
/** Requests on their way together. */
const atOnce = 6;

export function AlarmsPage() {
  const { t, text } = useWords();
  const { plant, link, may } = useConsole();
  const now = useNow(link, 5_000);
  const [question, ask] = useState<Question>();
  const [query, setQuery] = useHashQuery();
  const filter = useMemo(() => filterOf(query), [query]);
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const words = (alarm: Alarm) =>
    [
      text(alarm.title),
      text(alarm.location),
      text(alarm.message),
      alarm.id,
      text(plant.devices.get(alarm.device)?.name),
      alarm.ticket,
    ].join(' ');
  const shown = [...plant.alarms.values()].filter((alarm) => fits(alarm, filter, words)).sort(byUrgency);
  // A danger to life stays on top even while it is shelved or suppressed: its row says so.
  const open = shown.filter((alarm) => !isHidden(alarm) || isLifeDanger(alarm));
  const hidden = shown.filter((alarm) => !open.includes(alarm));
  const selectable = may('alarm:acknowledge') ? open.filter(inBulk) : [];
  const selected = selectable.filter(({ id }) => chosen.has(id));
  const select = (ids: readonly string[], on: boolean) =>
    choose((before) => new Set(on ? [...before, ...ids] : [...before].filter((id) => !ids.includes(id))));
  return (
    <div className="column">
      <NoChannel />
      <section className="panel">
        <h2>
          {t('alarms.title')} <b>{open.length}</b>
        </h2>
        <AlarmFilters filter={filter} onChange={setQuery} />
        {selectable.length > 1 && <Bulk selectable={selectable} selected={selected} select={select} ask={ask} />}
        {open.length === 0 ? <p className="calm">{t(Object.keys(filter).length > 0 ? 'alarms.noneFit' : 'alarms.none')}</p> : null}
        <ul className="rows">
          {open.map((alarm) => (
            <AlarmRow
              key={alarm.id}
              alarm={alarm}
              now={now}
              ask={ask}
              detail
              selected={chosen.has(alarm.id)}
              onSelect={selectable.length > 1 && selectable.includes(alarm) ? (on) => select([alarm.id], on) : undefined}
            />
          ))}
        </ul>
      </section>
      {hidden.length > 0 && (
        <section className="panel">
          <h2>
            {t('alarms.hidden')} <b>{hidden.length}</b>
          </h2>
          <ul className="rows">
            {hidden.map((alarm) => (
              <AlarmRow key={alarm.id} alarm={alarm} now={now} ask={ask} detail />
            ))}
          </ul>
        </section>
      )}
      <p className="calm small">{t('app.supplement')}</p>
      <ActionDialog question={question} onClose={() => ask(undefined)} />
    </div>
  );
}

interface BulkProps {
  selectable: readonly Alarm[];
  selected: readonly Alarm[];
  select: (ids: readonly string[], on: boolean) => void;
  ask: (question: Question) => void;
}

/** Several at once, each with a move and an audit entry of its own. */
function Bulk({ selectable, selected, select, ask }: BulkProps) {
  const { t, text } = useWords();
  const { act, link } = useConsole();
  const all = selectable.map(({ id }) => id);
  const acknowledge = () =>
    ask({
      title: t('alarms.acknowledgeMany', { n: selected.length }),
      subject: [...new Set(selected.map(({ title }) => text(title)))].slice(0, mostNamed).join(' · '),
      label: t('dialog.comment'),
      required: false,
      run: (comment) =>
        act(async () => {
          const waiting = [...selected];
          const work = async () => {
            for (let next = waiting.shift(); next; next = waiting.shift()) {
              link.put({ alarm: await api.moveAlarm(next.id, 'acknowledge', comment ? { comment } : {}) });
            }
          };
          await Promise.all(Array.from({ length: atOnce }, work));
          select(all, false);
        }),
    });
  return (
    <Group className="bulk" gap="sm">
      <Button variant="default" onClick={() => select(all, selected.length < all.length)}>
        {selected.length < all.length ? t('alarms.selectAll', { n: all.length }) : t('alarms.selectNone')}
      </Button>
      <Button disabled={selected.length === 0} onClick={acknowledge} data-step="bulk">
        {t('alarms.acknowledgeMany', { n: selected.length })}
      </Button>
      <span className="calm small">{t('alarms.criticalSingly')}</span>
    </Group>
  );
}
