/** The filters of the alarm desk. On a phone only the search is in sight, the rest behind a button that says how many are set. */
import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { priorities, priorityLabels } from '../../../shared/alarm.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { type AlarmFilter, alarmViews } from './alarm-filter.ts';

export function AlarmFilters({ filter, onChange }: { filter: AlarmFilter; onChange: (change: AlarmFilter) => void }) {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const [open, setOpen] = useState(false);
  const set = Object.keys(filter).filter((name) => name !== 'text').length;
  const select = (name: 'priority' | 'system' | 'building' | 'view' | 'trade', all: string, data: { value: string; label: string }[]) => (
    <Select
      key={name}
      aria-label={all}
      placeholder={all}
      clearable
      value={filter[name] ?? null}
      onChange={(value) => onChange({ [name]: value ?? '' })}
      data={data}
      data-filter={name}
    />
  );
  return (
    <search className={`filters${open ? ' open' : ''}`}>
      <TextInput
        aria-label={t('alarms.search')}
        placeholder={t('alarms.search')}
        value={filter.text ?? ''}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
        data-search
      />
      <Button className="filters-toggle" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('alarms.filter')}
        {set > 0 ? ` (${set})` : ''}
      </Button>
      <div className="filters-more">
        {select(
          'view',
          t('alarms.allStates'),
          Object.entries(alarmViews).map(([id, key]) => ({ value: id, label: t(key) })),
        )}
        {select(
          'priority',
          t('alarms.filterAll'),
          priorities.map((id) => ({ value: id, label: text(priorityLabels[id]) })),
        )}
        {select(
          'system',
          t('devices.system'),
          plant.site.systems.map(({ id, label }) => ({ value: id, label: text(label) })),
        )}
        {select(
          'building',
          t('board.building'),
          plant.site.buildings.map(({ id, name }) => ({ value: id, label: text(name) })),
        )}
        {select(
          'trade',
          t('alarms.allTrades'),
          plant.site.trades.map(({ id, label }) => ({ value: id, label: text(label) })),
        )}
      </div>
    </search>
  );
}
