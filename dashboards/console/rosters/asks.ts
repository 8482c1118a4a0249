/** The dialogs that change a roster, each with what it sends. A change is in force when its dialog closes, but for a swap that waits for both. */
import { type DutyRoster, peopleApi } from '../data/people-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { type FormAsk, type FormField, type FormValues, maybe, one } from '../plant/register.tsx';
import { localOf, meant, momentOfLocal, type Piece } from './days.ts';
import { useRosterWords } from './words.ts';

interface Span {
  from: number;
  to: number;
}

export function useRosterAsks(roster: DutyRoster, now: number, onChanged: () => void) {
  const { t } = useWords();
  const { plant, session, may, act } = useConsole();
  const { nameOf } = useRosterWords(roster, now);
  const zone = roster.zone ?? plant.site.timezone;
  const me = session.user.name;
  const plans = may('roster:edit');
  const people = roster.people.map(({ id, name }) => ({ value: id, label: name }));
  const spanFields = (names: readonly [string, string], labels?: string): FormField[] => [
    { name: names[0], label: labels ?? t('rosters.from'), kind: 'datetime-local', required: true },
    { name: names[1], label: t('rosters.to'), kind: 'datetime-local', required: true },
  ];
  const local = ({ from, to }: Span, [a, b]: readonly [string, string] = ['from', 'to']): FormValues => ({
    [a]: localOf(from, zone),
    // A field of a form has whole minutes: what it covers is not to end a second short.
    [b]: localOf(Math.ceil(to / 60_000) * 60_000, zone),
  });
  const spanOf = (values: FormValues, [a, b]: readonly [string, string] = ['from', 'to']) => {
    const [from, to] = [momentOfLocal(one(values, a), zone), momentOfLocal(one(values, b), zone)];
    return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  };
  const send = (what: string, body: (values: FormValues) => object) => (values: FormValues) =>
    act(async () => {
      await peopleApi.changeRoster(roster.id, what, body(values));
      onChanged();
    });
  const reason: FormField = { name: 'reason', label: t('rosters.reason'), required: true };
  const back = ['backFrom', 'backTo'] as const;

  return {
    /** Whether the person may give this shift away: his own, or whoever plans. */
    mayMove: (piece: Piece) => piece.to > now && piece.person !== null && (plans || (piece.person === me && may('roster:swap'))),
    exchange(from: Piece, onto: Piece): FormAsk {
      const mine = [from.person, onto.person].includes(me);
      const ways = [{ value: 'ask', label: t('rosters.ask') }, ...(plans ? [{ value: 'decide', label: t('rosters.decide') }] : [])];
      const asked = (values: FormValues) => ({ ...spanOf(values), person: from.person, other: onto.person, back: spanOf(values, back) });
      return {
        title: `${t('rosters.exchange')}: ${nameOf(from.person)} ⇄ ${nameOf(onto.person)}`,
        fields: [
          { name: 'how', label: t('rosters.how'), kind: 'select', required: true, options: ways },
          ...spanFields(['from', 'to'], `${nameOf(from.person)} · ${t('rosters.from')}`),
          ...spanFields(back, t('rosters.exchangeBack', { who: nameOf(from.person) })),
          ...(plans ? [{ ...reason, required: false }] : []),
        ],
        values: { how: plans && !mine ? 'decide' : 'ask', ...local(meant(from, now)), ...local(meant(onto, now), back) },
        send: (values) =>
          one(values, 'how') === 'decide'
            ? send('exchanges', (said) => ({ ...asked(said), reason: one(said, 'reason') }))(values)
            : send('swaps', asked)(values),
      };
    },
    give(piece: Piece): FormAsk {
      const decide = plans && piece.person !== me;
      return {
        title: `${t('rosters.give')}: ${nameOf(piece.person)}`,
        fields: [
          {
            name: 'other',
            label: t('duty.other'),
            kind: 'select',
            required: true,
            options: people.filter(({ value }) => value !== piece.person),
          },
          ...spanFields(['from', 'to']),
          ...(decide ? [reason] : []),
        ],
        values: local(meant(piece, now)),
        send: decide
          ? send('overrides', (said) => ({
              ...{ ...spanOf(said), remove: piece.person, add: one(said, 'other'), reason: one(said, 'reason') },
            }))
          : send('swaps', (said) => ({ ...spanOf(said), person: piece.person, other: one(said, 'other') })),
      };
    },
    /** @param add somebody who stands there already; else to be chosen */
    override(span: Span, given: { add?: string; remove?: string } = {}, title = t('rosters.override')): FormAsk {
      return {
        title,
        fields: [
          { name: 'add', label: t('rosters.add'), kind: 'select', options: people },
          { name: 'remove', label: t('rosters.remove'), kind: 'select', options: people },
          ...spanFields(['from', 'to']),
          reason,
        ],
        values: { ...given, ...local(span) },
        send: send('overrides', (said) => ({
          ...{ ...spanOf(said), add: maybe(said, 'add') ?? null, remove: maybe(said, 'remove') ?? null, reason: one(said, 'reason') },
        })),
      };
    },
    absence(span: Span, person: string = me): FormAsk {
      return {
        title: t('rosters.away'),
        fields: [
          {
            name: 'person',
            label: t('rosters.person'),
            kind: 'select',
            required: true,
            options: people.filter(({ value }) => plans || value === me),
          },
          ...spanFields(['from', 'to']),
          reason,
        ],
        values: { person, ...local(span) },
        send: send('absences', (said) => ({ ...spanOf(said), person: one(said, 'person'), reason: one(said, 'reason') })),
      };
    },
  };
}
