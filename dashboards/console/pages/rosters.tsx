/** Rosters: what nobody covers first, who is on call now and next, the calendar to change it, and who changed what. */
import '../plant/plant.css';
import '../people/people.css';
import '../rosters/rosters.css';
import { Button, Group, Modal, SegmentedControl } from '@mantine/core';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { OnCall } from '../../../shared/roster.ts';
import type { AuditEntry } from '../data/api.ts';
import { dayEnd, dayOf, dayStart } from '../data/days.ts';
import { type DutyRoster, peopleApi } from '../data/people-api.ts';
import { useHashQuery } from '../hash.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';
import { NoChannel } from '../parts/no-channel.tsx';
import { useNow } from '../parts/use-now.ts';
import { type FormAsk, FormDialog } from '../plant/register.tsx';
import { useList } from '../plant/use-list.ts';
import { useRosterAsks } from '../rosters/asks.ts';
import { RosterCalendar, samePiece } from '../rosters/calendar.tsx';
import { CalendarFeedButton } from '../rosters/calendar-feed.tsx';
import { type CalendarView, calendarOf, daysOf, meant, mondayOf, moved, type Piece } from '../rosters/days.ts';
import { RosterEditor } from '../rosters/editor.tsx';
import { Doubles, doublesNow, Gaps, Heads } from '../rosters/heads.tsx';
import { Changes, History } from '../rosters/records.tsx';
import { WeekPlan } from '../rosters/week-plan.tsx';
import { useRosterWords } from '../rosters/words.ts';

const dayMs = 86_400_000;
/** Around what is shown, so that shifts of a week are known as a whole. */
const aroundMs = 9 * dayMs;

export function RostersPage() {
  const { t } = useWords();
  const { link, may } = useConsole();
  const now = useNow(link, 30_000);
  const [rosters, load] = useList(peopleApi.rosters);
  const [query, change] = useHashQuery();
  const [making, setMaking] = useState(false);
  const shown = rosters?.find(({ id }) => id === query.get('roster')) ?? rosters?.[0];
  const show = (roster: string, day?: string) => {
    change({ roster, day }, 'step');
    // On a phone the calendar is below the list.
    requestAnimationFrame(() => document.getElementById('roster-calendar')?.scrollIntoView({ block: 'start' }));
  };
  return (
    <div className="column">
      <NoChannel />
      <section className="panel">
        <Group justify="space-between" mb="xs">
          <h2>{t('nav.rosters')}</h2>
          {may('roster:edit') && (
            <Button variant="default" onClick={() => setMaking(true)} data-step="new">
              {t('rosters.new')}
            </Button>
          )}
        </Group>
        {rosters && <Gaps rosters={rosters} now={now} onShow={show} />}
        {rosters && <Doubles rosters={rosters} doubles={doublesNow(rosters, now)} now={now} />}
        {rosters?.length === 0 && <p>{t('duty.none')}</p>}
        {rosters && rosters.length > 0 && <Heads rosters={rosters} shown={shown?.id} now={now} onShow={show} />}
      </section>
      {shown && <RosterSection key={shown.id} roster={shown} now={now} onChanged={load} />}
      <Modal
        opened={making}
        onClose={() => setMaking(false)}
        title={t('rosters.new')}
        size="lg"
        closeButtonProps={{ 'aria-label': t('dialog.close') }}
      >
        <RosterEditor
          roster={undefined}
          people={rosters?.[0]?.people ?? []}
          now={now}
          onDone={() => {
            setMaking(false);
            load();
          }}
        />
      </Modal>
    </div>
  );
}

/** The calendar of one roster with all that changes it. */
function RosterSection({ roster, now, onChanged }: { roster: DutyRoster; now: number; onChanged: () => void }) {
  const { t, text, shortTime } = useWords();
  const { plant, session, may, act } = useConsole();
  const zone = roster.zone ?? plant.site.timezone;
  const [query, change] = useHashQuery();
  const view: CalendarView = query.get('view') === 'month' ? 'month' : 'week';
  const asked = query.get('day') ?? '';
  const day = /^\d{4}-\d\d-\d\d$/.test(asked) && !Number.isNaN(Date.parse(asked)) ? asked : dayOf(now, zone);
  const days = useMemo(() => daysOf(view, day), [view, day]);
  const [first, last] = [days[0] as string, days.at(-1) as string];
  const [intervals, setIntervals] = useState<OnCall[]>([]);
  const [history, setHistory] = useState<AuditEntry[]>();
  const [picked, setPicked] = useState<Piece>();
  const [ask, setAsk] = useState<FormAsk>();
  const [dialog, setDialog] = useState<'edit' | 'week'>();
  const range = useRef('');
  // What the server says of the roster changes with each change of it, by whomever.
  const state = JSON.stringify([roster.version, roster.changes]);
  const load = useLoad(
    useCallback(async () => {
      void state;
      const mine = `${first} ${last}`;
      range.current = mine;
      const found = await peopleApi.onCall(roster.id, dayStart(first, zone) - aroundMs, dayEnd(last, zone) + aroundMs);
      if (range.current === mine) setIntervals(found);
      setHistory(await peopleApi.rosterHistory(roster.id));
    }, [roster.id, first, last, zone, state]),
  );
  const changed = useCallback(() => {
    setPicked(undefined);
    onChanged();
    void load();
  }, [onChanged, load]);
  const asks = useRosterAsks(roster, now, changed);
  const { nameOf, span } = useRosterWords(roster, now);
  const since = roster.recordedSince;
  const calendar = useMemo(() => {
    const known = intervals.filter(({ to }) => to > since).map((one) => ({ ...one, from: Math.max(one.from, since) }));
    return calendarOf(days, known, zone);
  }, [days, intervals, since, zone]);
  const plans = may('roster:edit');
  const me = session.user.name;
  const known = roster.people.some(({ id }) => id === me);
  const pick = (piece: Piece) => {
    if (samePiece(picked, piece)) return setPicked(undefined);
    if (picked && asks.mayMove(picked) && piece.person !== null && piece.person !== picked.person && piece.to > now)
      return setAsk(asks.exchange(picked, piece));
    setPicked(piece.end > now ? piece : undefined);
  };
  const drop = (from: Piece, onto: Piece) => {
    if (asks.mayMove(from)) setAsk(asks.exchange(from, onto));
  };
  const week = { from: Math.max(now, dayStart(day, zone)), to: dayEnd(day, zone) };
  return (
    <section className="panel roster-section" id="roster-calendar" data-roster={roster.id}>
      <div className="roster-bar">
        <h3>
          {text(roster.name)}{' '}
          <span className="calm">
            {view === 'week'
              ? `${shortTime(dayStart(first, zone), dayMs)} – ${shortTime(dayStart(last, zone), dayMs)}`
              : shortTime(dayStart(`${day.slice(0, 7)}-01`, zone), 28 * dayMs)}
          </span>
        </h3>
        <Group gap={4}>
          <Button
            variant="default"
            aria-label={t('rosters.earlier')}
            onClick={() => change({ day: moved(view, day, -1) })}
            data-step="earlier"
          >
            ‹
          </Button>
          <Button variant="default" onClick={() => change({ day: undefined })} data-step="today">
            {t('rosters.today')}
          </Button>
          <Button variant="default" aria-label={t('rosters.later')} onClick={() => change({ day: moved(view, day, 1) })} data-step="later">
            ›
          </Button>
        </Group>
        <SegmentedControl
          aria-label={t('rosters.view')}
          value={view}
          onChange={(value) => change({ view: value === 'month' ? 'month' : undefined })}
          data={(['week', 'month'] as const).map((value) => ({ value, label: t(value === 'week' ? 'rosters.week' : 'rosters.month') }))}
        />
      </div>
      {may('roster:swap') && <p className="calm small">{t('rosters.hint')}</p>}
      <RosterCalendar
        roster={roster}
        days={calendar}
        view={view}
        month={day.slice(0, 7)}
        now={now}
        picked={picked}
        onPick={pick}
        onDrop={drop}
      />
      {picked && (
        <div className="roster-picked" role="status">
          <p>
            <b>
              {nameOf(picked.person)}, {span(picked)}
            </b>
            {asks.mayMove(picked) && <> {t('rosters.pickOther')}</>}
          </p>
          {asks.mayMove(picked) && (
            <>
              <Button onClick={() => setAsk(asks.give(picked))} data-step="give">
                {t('rosters.give')}
              </Button>
              <Button variant="default" onClick={() => setAsk(asks.absence(meant(picked, now), picked.person ?? me))} data-step="away">
                {t('rosters.away')}
              </Button>
            </>
          )}
          {plans && (
            <Button
              variant={picked.person === null ? 'filled' : 'default'}
              onClick={() =>
                setAsk(asks.override(meant(picked, now), {}, t(picked.person === null ? 'rosters.fill' : 'rosters.addPerson')))
              }
              data-step="fill"
            >
              {t(picked.person === null ? 'rosters.fill' : 'rosters.addPerson')}
            </Button>
          )}
          <Button variant="subtle" onClick={() => setPicked(undefined)}>
            {t('rosters.unpick')}
          </Button>
        </div>
      )}
      <Group gap="xs" mt="sm">
        {may('roster:swap') && known && !roster.now.some(({ person }) => person === me) && (
          <Button
            onClick={() =>
              void act(async () => {
                await peopleApi.takeOver(roster.id);
                changed();
              })
            }
            data-step="take-over"
          >
            {t('duty.takeOver')}
          </Button>
        )}
        {may('roster:swap') && (plans || known) && (
          <Button variant="default" onClick={() => setAsk(asks.absence(week, known ? me : ''))} data-step="absence">
            {t('rosters.away')}
          </Button>
        )}
        {plans && (
          <>
            <Button variant="default" onClick={() => setAsk(asks.override(week))} data-step="override">
              {t('rosters.override')}
            </Button>
            <Button variant="default" onClick={() => setDialog('week')} data-step="week-plan">
              {t('rosters.planWeek')}
            </Button>
            <Button variant="default" onClick={() => setDialog('edit')} data-step="edit">
              {t('rosters.edit')}
            </Button>
          </>
        )}
        <Button component="a" variant="default" href={peopleApi.calendarOf(roster.id)} download={`${roster.id}.ics`}>
          {t('rosters.subscribe')}
        </Button>
        {known && (
          <Button component="a" variant="default" href={peopleApi.calendarOf(roster.id, me)} download={`${roster.id}-${me}.ics`}>
            {t('rosters.mine')}
          </Button>
        )}
        {known && <CalendarFeedButton />}
      </Group>
      {roster.source === 'site' && <p className="calm small roster-note">{t('rosters.siteFile')}</p>}
      <Changes roster={roster} now={now} onChanged={changed} />
      <History roster={roster} now={now} entries={history} />
      <FormDialog ask={ask} onClose={() => setAsk(undefined)} />
      <Modal
        opened={dialog !== undefined}
        onClose={() => setDialog(undefined)}
        title={`${text(roster.name)} · ${t(dialog === 'week' ? 'rosters.planWeek' : 'rosters.edit')}`}
        size="lg"
        closeButtonProps={{ 'aria-label': t('dialog.close') }}
      >
        {dialog === 'week' && (
          <WeekPlan
            roster={roster}
            monday={mondayOf(day)}
            intervals={intervals}
            now={now}
            onDone={() => {
              setDialog(undefined);
              changed();
            }}
          />
        )}
        {dialog === 'edit' && (
          <RosterEditor
            roster={roster}
            people={roster.people}
            now={now}
            onDone={() => {
              setDialog(undefined);
              changed();
            }}
          />
        )}
      </Modal>
    </section>
  );
}
