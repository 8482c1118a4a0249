/** Where one chooses what a board shows: building, comparison, range, and steps through time. All of it stands in the link. */
import { ActionIcon, Button, Group, Popover, SegmentedControl, Select, TextInput, Tooltip } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { momentOf, wallOf } from '../../../shared/zone.ts';
import { comparisons, type TimeRange } from '../../board/compare.ts';
import { comparisonLabels } from '../chart/comparison.ts';
import { ranges, spanOf } from '../chart/ranges.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { type BoardView, isRightRange, stepped, zoomed } from './view.ts';

interface Props {
  view: BoardView;
  change(view: BoardView): void;
}

export function BoardControls({ view, change }: Props) {
  const { t, text } = useWords();
  const { plant, link } = useConsole();
  const steps: { label: TextKey; sign: string; next(now: number): BoardView; idle?: boolean }[] = [
    { label: 'board.back', sign: '◀', next: (now) => stepped(view, now, -1) },
    { label: 'board.forth', sign: '▶', next: (now) => stepped(view, now, 1), idle: view.fixed === undefined },
    { label: 'board.zoomIn', sign: '+', next: (now) => zoomed(view, now, 0.5) },
    { label: 'board.zoomOut', sign: '−', next: (now) => zoomed(view, now, 2) },
  ];
  return (
    <Group gap="xs" className="board-controls">
      <Select
        aria-label={t('board.building')}
        placeholder={t('board.building')}
        clearable
        value={view.building}
        onChange={(building) => change({ ...view, building })}
        data={plant.site.buildings.map(({ id, name }) => ({ value: id, label: text(name) }))}
        w={150}
      />
      <Select
        aria-label={t('chart.compare')}
        placeholder={t('chart.compareNone')}
        clearable
        value={view.compare}
        onChange={(compare) => change({ ...view, compare: comparisons.find((one) => one === compare) ?? null })}
        data={comparisons.map((one) => ({ value: one, label: t(comparisonLabels[one]) }))}
        w={165}
      />
      <SegmentedControl
        aria-label={t('chart.range')}
        value={view.fixed ? '' : view.range}
        onChange={(range) => change({ ...view, range: ranges.find(({ id }) => id === range)?.id ?? view.range, fixed: undefined })}
        data={ranges.map(({ id, label }) => ({ value: id, label: t(label) }))}
      />
      <FromTo view={view} change={change} />
      <Group gap={4} wrap="nowrap">
        {steps.map(({ label, sign, next, idle }) => (
          <Tooltip key={label} label={t(label)}>
            <ActionIcon variant="default" size={34} aria-label={t(label)} disabled={idle === true} onClick={() => change(next(link.now()))}>
              {sign}
            </ActionIcon>
          </Tooltip>
        ))}
      </Group>
    </Group>
  );
}

/** From when to when, in the clocks of the site; typed or picked. */
function FromTo({ view, change }: Props) {
  const { t, dateTime } = useWords();
  const { plant, link } = useConsole();
  const [opened, open] = useState(false);
  const { timezone } = plant.site;
  const { fixed } = view;
  return (
    <Popover opened={opened} onChange={open} position="bottom-end" trapFocus withinPortal>
      <Group gap={4} wrap="nowrap">
        <Popover.Target>
          <Button variant={fixed ? 'filled' : 'default'} onClick={() => open(!opened)} className="board-from-to">
            {fixed ? `${dateTime(fixed.from).slice(0, -3)} – ${dateTime(fixed.to).slice(0, -3)}` : t('board.fromTo')}
          </Button>
        </Popover.Target>
        {fixed && (
          <Button variant="default" onClick={() => change({ ...view, fixed: undefined })}>
            {t('board.live')}
          </Button>
        )}
      </Group>
      <Popover.Dropdown>
        <FromToForm
          times={fixed ?? { from: link.now() - spanOf(view.range), to: link.now() }}
          timezone={timezone}
          onChoose={(times) => {
            open(false);
            change({ ...view, fixed: times });
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function FromToForm({ times, timezone, onChoose }: { times: TimeRange; timezone: string; onChoose: (times: TimeRange) => void }) {
  const { t } = useWords();
  const local = (at: number) => new Date(wallOf(timezone, at)).toISOString().slice(0, 16);
  const [from, setFrom] = useState(local(times.from));
  const [to, setTo] = useState(local(times.to));
  const moment = (value: string) => momentOf(timezone, Date.parse(`${value}Z`));
  const wrong = from !== '' && to !== '' && !isRightRange({ from: moment(from), to: moment(to) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (from !== '' && to !== '' && !wrong) onChoose({ from: moment(from), to: moment(to) });
  };
  return (
    <form onSubmit={submit} className="from-to">
      <TextInput type="datetime-local" required label={t('board.from')} value={from} onChange={(event) => setFrom(event.target.value)} />
      <TextInput
        type="datetime-local"
        required
        label={t('board.to')}
        value={to}
        onChange={(event) => setTo(event.target.value)}
        error={wrong ? t('board.fromToWrong') : undefined}
      />
      <Button type="submit">{t('board.show')}</Button>
    </form>
  );
}
