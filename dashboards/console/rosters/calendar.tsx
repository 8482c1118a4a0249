/** The calendar of one roster: a week as bars of 24 hours, a month as a sheet. Every shift is a button that can also be dragged. */
import { type KeyboardEvent, useState } from 'react';
import type { DutyRoster } from '../data/people-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import type { CalendarDay, CalendarView, Piece } from './days.ts';
import { reasonWords, useRosterWords } from './words.ts';

interface CalendarAsk {
  roster: DutyRoster;
  days: readonly CalendarDay[];
  view: CalendarView;
  /** Days of another month are shown paler. */
  month: string;
  now: number;
  picked: Piece | undefined;
  onPick(piece: Piece): void;
  /** `from` was dropped onto `onto`. */
  onDrop(from: Piece, onto: Piece): void;
}

/** The same shift on another day is another piece of it. */
export const samePiece = (a: Piece | undefined, b: Piece) =>
  a !== undefined && a.person === b.person && a.from === b.from && a.begin === b.begin && a.by === b.by;

export function RosterCalendar(ask: CalendarAsk) {
  const { t, text, number, shortTime } = useWords();
  const { weekday } = useRosterWords(ask.roster, ask.now);
  const [dragged, setDragged] = useState<Piece>();
  const { days, view, now, month } = ask;
  const label = t('rosters.calendar', { roster: text(ask.roster.name) });
  const one = (piece: Piece) => (
    <PieceButton
      key={`${piece.person} ${piece.begin} ${piece.by}`}
      ask={ask}
      piece={piece}
      dragged={dragged}
      onDrag={setDragged}
      onDropped={() => {
        if (dragged) ask.onDrop(dragged, piece);
        setDragged(undefined);
      }}
    />
  );
  if (view === 'week')
    return (
      <section className="roster-week" aria-label={label}>
        <div className="roster-hours" aria-hidden="true">
          {[0, 6, 12, 18].map((hour) => (
            <span key={hour}>{String(hour).padStart(2, '0')}</span>
          ))}
        </div>
        {days.map((day) => (
          <div className="roster-row" key={day.day} data-day={day.day} data-today={now >= day.begin && now < day.end ? 'yes' : undefined}>
            <h4>
              {weekday(day.day)} <span>{shortTime(day.begin, 86_400_000)}</span>
            </h4>
            <div className="roster-track" style={{ height: `${day.lanes * 46}px` }}>
              {day.pieces.map(one)}
              {now >= day.begin && now < day.end && (
                <i className="roster-now" style={{ left: `${((now - day.begin) / (day.end - day.begin)) * 100}%` }} />
              )}
            </div>
          </div>
        ))}
      </section>
    );
  return (
    <section className="roster-month" aria-label={label}>
      {days.slice(0, 7).map((day) => (
        <b className="roster-weekday" key={day.day}>
          {weekday(day.day)}
        </b>
      ))}
      {days.map((day) => (
        <div
          className="roster-cell"
          key={day.day}
          data-day={day.day}
          data-today={now >= day.begin && now < day.end ? 'yes' : undefined}
          data-other={day.day.slice(0, 7) === month ? undefined : 'yes'}
        >
          <span className="roster-date">{number(Number(day.day.slice(8)), 0)}</span>
          {day.pieces.map(one)}
        </div>
      ))}
    </section>
  );
}

interface PieceAsk {
  ask: CalendarAsk;
  piece: Piece;
  dragged: Piece | undefined;
  onDrag(piece: Piece | undefined): void;
  onDropped(): void;
}

function PieceButton({ ask, piece, dragged, onDrag, onDropped }: PieceAsk) {
  const { t, time } = useWords();
  const { nameOf, span } = useRosterWords(ask.roster, ask.now);
  const { roster, view, now, picked } = ask;
  const colour = roster.people.findIndex(({ id }) => id === piece.person) % 8;
  const name = nameOf(piece.person);
  const over = piece.end <= now;
  const begins = piece.begin === piece.from && piece.left > 0;
  const target = dragged !== undefined && dragged.person !== null && piece.person !== null && dragged.person !== piece.person && !over;
  const words = `${name}, ${span(piece)}, ${t(reasonWords[piece.by])}`;
  return (
    <button
      type="button"
      className="roster-piece"
      data-person={piece.person ?? ''}
      data-nobody={piece.person === null ? 'yes' : undefined}
      data-by={piece.by}
      data-over={over ? 'yes' : undefined}
      data-target={target ? 'yes' : undefined}
      style={{
        ...(piece.person === null ? {} : { '--person': `var(--s${Math.max(0, colour)})` }),
        ...(view === 'week' ? { left: `${piece.left * 100}%`, width: `${piece.width * 100}%`, top: `${piece.lane * 46}px` } : {}),
      }}
      aria-pressed={samePiece(picked, piece)}
      title={words}
      draggable={!over && piece.person !== null}
      onClick={() => ask.onPick(piece)}
      onKeyDown={toNeighbour}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', words);
        onDrag(piece);
      }}
      onDragEnd={() => onDrag(undefined)}
      onDragOver={(event) => target && event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        onDropped();
      }}
    >
      {begins && <time>{time(piece.begin, piece.begin)}</time>} {name}
      {piece.by !== 'layer' && <small> {t(reasonWords[piece.by])}</small>}
    </button>
  );
}

/** The arrow keys go from shift to shift. */
function toNeighbour(event: KeyboardEvent<HTMLButtonElement>): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const all = [...(event.currentTarget.closest('section')?.querySelectorAll<HTMLButtonElement>('.roster-piece') ?? [])];
  const next = all[all.indexOf(event.currentTarget) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
