/** One week planned by itself, such as a holiday week: it replaces the rotation. It begins as what the week is now. */
import { Button, Group, MultiSelect, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { OnCall } from '../../../shared/roster.ts';
import { type DutyRoster, peopleApi } from '../data/people-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { localOf, shiftsOfWeek, timesTyped } from './days.ts';
import { useRosterWords } from './words.ts';

interface WeekPlanAsk {
  roster: DutyRoster;
  monday: string;
  intervals: readonly OnCall[];
  now: number;
  onDone(): void;
}

export function WeekPlan({ roster, monday, intervals, now, onDone }: WeekPlanAsk) {
  const { t, time, shortTime } = useWords();
  const { plant, act } = useConsole();
  const { weekday } = useRosterWords(roster, now);
  const zone = roster.zone ?? plant.site.timezone;
  const [typed, setTyped] = useState(() => firstTime(roster));
  const [people, setPeople] = useState<Record<number, string[]>>({});
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const times = timesTyped(typed);
  const shifts = times ? shiftsOfWeek(monday, times, zone).filter(({ to }) => to > now) : [];
  const planned = ({ from, to }: { from: number; to: number }) =>
    people[from] ?? [
      ...new Set(intervals.filter((one) => one.from < to && one.to > from && one.person !== null).map((one) => one.person as string)),
    ];
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const [first, last] = [shifts[0], shifts.at(-1)];
    if (!first || !last) return;
    setBusy(true);
    const iso = (ms: number) => new Date(ms).toISOString();
    const kept = await act(async () => {
      await peopleApi.changeRoster(roster.id, 'temporary', {
        ...{ from: iso(first.from), to: iso(last.to), reason },
        shifts: shifts.map((shift) => ({ from: iso(shift.from), to: iso(shift.to), people: planned(shift) })),
      });
    });
    setBusy(false);
    if (kept) onDone();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <p className="calm">{t('rosters.planHint')}</p>
        <TextInput
          label={t('rosters.times')}
          description={t('rosters.timesHint')}
          value={typed}
          error={!times}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-field="times"
        />
        <div className="plan-days">
          {shifts.map((shift) => (
            <MultiSelect
              key={shift.from}
              label={`${weekday(localOf(shift.from, zone).slice(0, 10))} ${shortTime(shift.from, 86_400_000)} ${time(shift.from, shift.from)} – ${time(shift.to, shift.from)}`}
              data={roster.people.map(({ id, name }) => ({ value: id, label: name }))}
              value={planned(shift)}
              onChange={(value) => setPeople((before) => ({ ...before, [shift.from]: value }))}
              placeholder={planned(shift).length === 0 ? t('duty.nobody') : ''}
              error={planned(shift).length === 0}
            />
          ))}
        </div>
        <TextInput
          label={t('rosters.reason')}
          required
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          maxLength={200}
          data-field="reason"
        />
        <Group justify="flex-end">
          <Button type="submit" loading={busy} disabled={!times || shifts.length === 0 || reason.trim() === ''} data-step="save">
            {t('rosters.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** When turns change in the rotation. */
const firstTime = (roster: DutyRoster): string => roster.layers[0]?.start.slice(11) ?? '08:00';
