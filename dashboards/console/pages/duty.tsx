/** The duty board: who is on call now, until when, who comes next, and how to reach them. Read from two metres. */
import '../people/people.css';
import { Button, Group, Modal, Select, Stack } from '@mantine/core';
import { type FormEvent, useCallback, useState } from 'react';
import type { OnCall } from '../../../shared/roster.ts';
import { type DutyRoster, peopleApi } from '../data/people-api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';
import { useNow } from '../parts/use-now.ts';
import { dialled, nextOn, shiftsOf } from '../people/duty.ts';

const refreshMs = 10_000;
/** The board looks two weeks ahead; an end beyond is none that anybody planned for. */
const openEndMs = 14 * 86_400_000;
const reasons: Record<OnCall['by'], TextKey> = {
  layer: 'duty.layer',
  override: 'duty.override',
  temporary: 'duty.temporary',
  swap: 'duty.swap',
  taken: 'duty.taken',
};

export function DutyPage() {
  const { t } = useWords();
  const [rosters, setRosters] = useState<DutyRoster[]>();
  const load = useLoad(
    useCallback(async () => setRosters(await peopleApi.rosters()), []),
    refreshMs,
  );
  return (
    <div className="column">
      <h2 className="panel">{t('nav.duty')}</h2>
      {rosters?.length === 0 && <p className="panel">{t('duty.none')}</p>}
      <div className="duty-board">
        {rosters?.map((roster) => (
          <RosterCard key={roster.id} roster={roster} onChanged={() => void load()} />
        ))}
      </div>
    </div>
  );
}

function RosterCard({ roster, onChanged }: { roster: DutyRoster; onChanged: () => void }) {
  const { t, text, time } = useWords();
  const { plant, link, session, may, act } = useConsole();
  const now = useNow(link, 5_000);
  const [offering, setOffering] = useState(false);
  const me = session.user.name;
  const nameOf = (id: string | null) => (id === null ? t('duty.nobody') : (roster.people.find((one) => one.id === id)?.name ?? id));
  const mayTake = may('roster:swap') && roster.people.some(({ id }) => id === me);
  const next = nextOn(roster);
  const mine = shiftsOf(roster, me);
  const trades = roster.trades.map((id) => text(plant.site.trades.find((one) => one.id === id)?.label));
  const places = [...plant.site.buildings, ...plant.site.departments];
  const areas = roster.areas.map((id) => text(places.find((one) => one.id === id)?.name));
  const change = async (work: () => Promise<unknown>) => {
    await act(async () => {
      await work();
    });
    onChanged();
  };
  return (
    <section className="panel duty-card" data-roster={roster.id}>
      <h3>{text(roster.name)}</h3>
      <p className="calm small">{[...trades, ...areas].join(' · ') || t('duty.everything')}</p>
      {roster.now.map((one) => {
        const phone = roster.people.find(({ id }) => id === one.person)?.phone ?? null;
        return (
          <div className={one.person === null ? 'duty-now duty-nobody' : 'duty-now'} key={`${one.person} ${one.from}`}>
            <strong className="duty-name">{nameOf(one.person)}</strong>
            {phone !== null && (
              <a className="duty-phone" href={`tel:${dialled(phone)}`}>
                {phone}
              </a>
            )}
            <p>
              {one.to - now > openEndMs ? t('duty.open') : t('duty.until', { time: time(one.to, now) })}{' '}
              <span className="chip">{t(reasons[one.by])}</span>
            </p>
          </div>
        );
      })}
      {next.length > 0 && (
        <p className="duty-next">
          {t('duty.next', { who: next.map(({ person }) => nameOf(person)).join(t('list.comma')), time: time(next[0]?.from ?? now, now) })}
        </p>
      )}
      <ul className="duty-changes">
        {roster.changes.map(({ id, change: one }) =>
          one.kind === 'absence' ? (
            <li key={id}>
              {t('duty.absent', { who: nameOf(one.person), from: time(one.from, now), to: time(one.to, now) })} <q>{one.reason}</q>
            </li>
          ) : one.kind === 'swap' && one.confirmedBy.length < 2 ? (
            <li key={id}>
              {t('duty.asked', { who: nameOf(one.person), other: nameOf(one.other), from: time(one.from, now), to: time(one.to, now) })}
              {[one.person, one.other].includes(me) && !one.confirmedBy.includes(me) && (
                <Button size="compact-md" onClick={() => void change(() => peopleApi.confirmSwap(roster.id, id))} data-step="confirm">
                  {t('duty.confirm')}
                </Button>
              )}
            </li>
          ) : null,
        )}
      </ul>
      <Group gap="xs" mt="auto">
        {mayTake && !roster.now.some(({ person }) => person === me) && (
          <Button onClick={() => void change(() => peopleApi.takeOver(roster.id))} data-step="take-over">
            {t('duty.takeOver')}
          </Button>
        )}
        {mayTake && mine.length > 0 && (
          <Button variant="default" onClick={() => setOffering(true)} data-step="swap">
            {t('duty.offer')}
          </Button>
        )}
        <Button component="a" variant="default" href={peopleApi.calendarOf(roster.id)} download={`${roster.id}.ics`}>
          {t('duty.calendar')}
        </Button>
      </Group>
      <Modal
        opened={offering}
        onClose={() => setOffering(false)}
        title={t('duty.offer')}
        centered
        closeButtonProps={{ 'aria-label': t('dialog.close') }}
      >
        <SwapForm
          roster={roster}
          shifts={mine}
          now={now}
          onDone={(body) => {
            setOffering(false);
            void change(() => peopleApi.offerSwap(roster.id, body));
          }}
        />
      </Modal>
    </section>
  );
}

interface SwapAsk {
  roster: DutyRoster;
  shifts: OnCall[];
  now: number;
  onDone: (body: object) => void;
}

function SwapForm({ roster, shifts, now, onDone }: SwapAsk) {
  const { t, time } = useWords();
  const { session } = useConsole();
  const [shift, setShift] = useState('0');
  const [other, setOther] = useState<string | null>(null);
  const others = roster.people.filter(({ id }) => id !== session.user.name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const chosen = shifts[Number(shift)];
    if (!chosen || other === null) return;
    // What has passed of the present shift stays with who stood it.
    onDone({ from: new Date(Math.max(chosen.from, now)).toISOString(), to: new Date(chosen.to).toISOString(), other });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Select
          label={t('duty.shift')}
          value={shift}
          onChange={(value) => setShift(value ?? '0')}
          data={shifts.map((one, index) => ({ value: String(index), label: `${time(one.from, now)} – ${time(one.to, now)}` }))}
          allowDeselect={false}
        />
        <Select
          label={t('duty.other')}
          value={other}
          onChange={setOther}
          data={others.map(({ id, name }) => ({ value: id, label: name }))}
          data-autofocus
        />
        <p className="calm small">{t('duty.both')}</p>
        <Group justify="flex-end">
          <Button type="submit" disabled={other === null}>
            {t('duty.offer')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
