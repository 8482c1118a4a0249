/** The plan of a roster: layers, turns, hours, who is valid from when. What it would mean is shown before it is kept. */
import { Button, Chip, Group, MultiSelect, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Layer, OnCall, RosterDefinition } from '../../../shared/roster.ts';
import { type DutyRoster, peopleApi } from '../data/people-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { type Double, doublesOf, gapsOf, localOf, mondayOf } from './days.ts';
import { Doubles } from './heads.tsx';
import { kindWords, rankWords, useRosterWords } from './words.ts';

const previewMs = 28 * 86_400_000;
const ranks = ['duty', 'head', 'logistics', 'contractor'] as const;
const kinds = ['daily', 'weekly', 'hours'] as const;

interface EditorAsk {
  /** undefined: a new one. */
  roster: DutyRoster | undefined;
  people: DutyRoster['people'];
  now: number;
  onDone(): void;
}

export function RosterEditor({ roster, people, now, onDone }: EditorAsk) {
  const { t, text } = useWords();
  const { plant, act } = useConsole();
  const zone = roster?.zone ?? plant.site.timezone;
  const [id, setId] = useState(roster?.id ?? '');
  const [plan, setPlan] = useState<Omit<RosterDefinition, 'id'>>(() =>
    roster
      ? {
          ...{ name: roster.name, trades: roster.trades, areas: roster.areas, rank: roster.rank, layers: roster.layers },
          ...(roster.zone === undefined ? {} : { zone: roster.zone }),
        }
      : { name: { zh: '', en: '' }, trades: [], areas: [], rank: 'duty', layers: [freshLayer(now, zone)] },
  );
  const [preview, setPreview] = useState<{ mine: OnCall[]; rosters: DutyRoster[]; doubles: Double[] }>();
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<RosterDefinition>) => {
    setPlan((before) => ({ ...before, ...change }));
    setPreview(undefined);
  };
  const setLayer = (index: number, layer: Layer) => set({ layers: plan.layers.with(index, layer) });
  const whole =
    id !== '' && plan.name.zh.trim() !== '' && plan.name.en.trim() !== '' && plan.layers.every(({ start }) => start.length === 16);
  const look = () =>
    act(async () => {
      const [mine, rosters] = await Promise.all([
        peopleApi.previewRoster(id, { from: iso(now), to: iso(now + previewMs), definition: plan }),
        peopleApi.rosters(),
      ]);
      const others = rosters.filter((one) => one.id !== id);
      const theirs = await Promise.all(
        others.map(async (one) => ({ id: one.id, intervals: await peopleApi.onCall(one.id, now, now + previewMs) })),
      );
      const doubles = doublesOf([{ id, intervals: mine }, ...theirs], now).filter((one) => one.rosters.includes(id));
      setPreview({ mine, rosters, doubles });
    });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const kept = await act(async () => {
      await peopleApi.saveRoster(id, { ...plan, version: roster?.version ?? 0 });
    });
    setBusy(false);
    if (kept) onDone();
  };
  const remove = () =>
    act(async () => {
      if (!roster) return;
      await peopleApi.removeRoster(roster.id);
      onDone();
    });
  const places = [...plant.site.buildings, ...plant.site.departments].map((one) => ({ value: one.id, label: text(one.name) }));
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {!roster && (
          <TextInput label={t('rosters.id')} required value={id} onChange={(e) => setId(e.currentTarget.value)} data-field="id" />
        )}
        <Group grow align="end">
          {(['zh', 'en'] as const).map((language) => (
            <TextInput
              key={language}
              label={t(language === 'zh' ? 'rosters.nameZh' : 'rosters.nameEn')}
              required
              value={plan.name[language]}
              onChange={(event) => set({ name: { ...plan.name, [language]: event.currentTarget.value } })}
              data-field={`name-${language}`}
            />
          ))}
        </Group>
        <MultiSelect
          label={t('rosters.trades')}
          data={plant.site.trades.map((trade) => ({ value: trade.id, label: text(trade.label) }))}
          value={plan.trades}
          onChange={(value) => set({ trades: value as RosterDefinition['trades'] })}
        />
        <MultiSelect label={t('rosters.areas')} searchable data={places} value={plan.areas} onChange={(value) => set({ areas: value })} />
        <Select
          label={t('rosters.rank')}
          data={ranks.map((rank) => ({ value: rank, label: t(rankWords[rank]) }))}
          value={plan.rank}
          onChange={(value) => set({ rank: (value ?? 'duty') as RosterDefinition['rank'] })}
          allowDeselect={false}
        />
        <p className="calm">{t('rosters.layerHint')}</p>
        <Button variant="default" onClick={() => set({ layers: [...plan.layers, freshLayer(now, zone)] })} data-step="add-layer">
          {t('rosters.addLayer')}
        </Button>
        {plan.layers
          .map((layer, index) => (
            <LayerBox
              key={index}
              layer={layer}
              index={index}
              people={people}
              onChange={(changed) => setLayer(index, changed)}
              onRemove={() => set({ layers: plan.layers.toSpliced(index, 1) })}
            />
          ))
          .toReversed()}
        <Button variant="default" disabled={!whole} onClick={() => void look()} data-step="preview">
          {t('rosters.preview')}
        </Button>
        {preview && <Preview intervals={preview.mine} people={people} now={now} />}
        {preview && <Doubles rosters={preview.rosters} doubles={preview.doubles} now={now} />}
        <Group justify="space-between">
          {roster ? <RemoveButton onRemove={() => void remove()} /> : <span />}
          <Button type="submit" loading={busy} disabled={!whole} data-step="save">
            {t('rosters.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Preview({ intervals, people, now }: { intervals: readonly OnCall[]; people: DutyRoster['people']; now: number }) {
  const { t } = useWords();
  const { nameOf, span } = useRosterWords({ people }, now);
  const gaps = gapsOf(intervals, now);
  return (
    <section aria-live="polite" data-preview={gaps.length}>
      {gaps.length === 0 ? (
        <p>{t('rosters.previewWhole')}</p>
      ) : (
        <p className="roster-none">{t('rosters.previewGaps', { n: gaps.length })}</p>
      )}
      <ul className="roster-lines">
        {intervals.slice(0, 40).map((one) => (
          <li key={`${one.person} ${one.from}`}>
            <span className={one.person === null ? 'roster-none' : undefined}>
              {span(one)} · {nameOf(one.person)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function RemoveButton({ onRemove }: { onRemove: () => void }) {
  const { t } = useWords();
  const [asked, setAsked] = useState(false);
  if (!asked)
    return (
      <Button variant="default" onClick={() => setAsked(true)} data-step="remove">
        {t('rosters.removeRoster')}
      </Button>
    );
  return (
    <Stack gap={4}>
      <p>{t('rosters.removeSure')}</p>
      <Button color="red" onClick={onRemove} data-step="remove-now">
        {t('rosters.removeRoster')}
      </Button>
    </Stack>
  );
}

interface LayerAsk {
  layer: Layer;
  index: number;
  people: DutyRoster['people'];
  onChange(layer: Layer): void;
  onRemove(): void;
}

function LayerBox({ layer, index, people, onChange, onRemove }: LayerAsk) {
  const { t } = useWords();
  const { weekday } = useRosterWords({ people }, 0);
  const { restrict = {} } = layer;
  const members = [...new Set(layer.turns.flat().map(({ person }) => person))];
  const names = people.map(({ id, name }) => ({ value: id, label: name }));
  const setRestrict = (change: NonNullable<Layer['restrict']>) => {
    const next = Object.fromEntries(
      Object.entries({ ...restrict, ...change }).filter(
        ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
      ),
    );
    const { restrict: _, ...bare } = layer;
    onChange(Object.keys(next).length === 0 ? bare : { ...layer, restrict: next });
  };
  const setTurn = (turn: number, ids: string[]) =>
    onChange({
      ...layer,
      turns: layer.turns.with(
        turn,
        ids.map((person) => layer.turns.flat().find((one) => one.person === person) ?? { person }),
      ),
    });
  const valid = (person: string) => layer.turns.flat().find((one) => one.person === person);
  const setValid = (person: string, change: { from?: string | undefined; to?: string | undefined }) =>
    onChange({
      ...layer,
      turns: layer.turns.map((turn) =>
        turn.map((one) => {
          if (one.person !== person) return one;
          const { from, to } = { from: one.from, to: one.to, ...change };
          return { person, ...(from ? { from } : {}), ...(to ? { to } : {}) };
        }),
      ),
    });
  return (
    <fieldset className="layer-box" data-layer={index}>
      <legend>{t('rosters.layer', { n: index + 1 })}</legend>
      <Stack gap="xs">
        <Group grow align="end">
          <NumberInput
            label={t('rosters.kind')}
            min={1}
            max={1_000}
            allowDecimal={false}
            value={layer.length}
            onChange={(value) => onChange({ ...layer, length: Math.max(1, Number(value) || 1) })}
          />
          <Select
            aria-label={t('rosters.kind')}
            data={kinds.map((kind) => ({ value: kind, label: t(kindWords[kind]) }))}
            value={layer.kind}
            onChange={(value) => onChange({ ...layer, kind: (value ?? 'weekly') as Layer['kind'] })}
            allowDeselect={false}
          />
        </Group>
        <TextInput
          label={t('rosters.start')}
          type="datetime-local"
          required
          value={layer.start}
          onChange={(event) => onChange({ ...layer, start: event.currentTarget.value.slice(0, 16) })}
        />
        {layer.turns.map((turn, n) => (
          <div className="turn-row" key={n}>
            <MultiSelect
              label={t('rosters.turn', { n: n + 1 })}
              data={names}
              value={turn.map(({ person }) => person)}
              onChange={(ids) => setTurn(n, ids)}
              placeholder={turn.length === 0 ? t('duty.nobody') : ''}
              data-turn={n}
            />
            <Button
              variant="default"
              px="sm"
              aria-label={t('rosters.up', { n: n + 1 })}
              disabled={n === 0}
              onClick={() => onChange({ ...layer, turns: layer.turns.with(n - 1, turn).with(n, layer.turns[n - 1] ?? []) })}
            >
              ↑
            </Button>
            <Button
              variant="default"
              px="sm"
              aria-label={t('rosters.removeTurn', { n: n + 1 })}
              disabled={layer.turns.length === 1}
              onClick={() => onChange({ ...layer, turns: layer.turns.toSpliced(n, 1) })}
            >
              ✕
            </Button>
          </div>
        ))}
        <Group>
          <Button variant="default" onClick={() => onChange({ ...layer, turns: [...layer.turns, []] })} data-step="add-turn">
            {t('rosters.addTurn')}
          </Button>
        </Group>
        <div>
          <p className="small">{t('rosters.weekdays')}</p>
          <Chip.Group
            multiple
            value={(restrict.weekdays ?? []).map(String)}
            onChange={(value) => setRestrict({ weekdays: value.map(Number).sort() })}
          >
            <Group gap={4}>
              {[1, 2, 3, 4, 5, 6, 7].map((day) => (
                <Chip key={day} value={String(day)} size="sm">
                  {weekday(`2026-06-0${day}`)}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </div>
        <Group grow align="end">
          <TextInput
            label={t('rosters.hoursFrom')}
            type="time"
            value={restrict.from ?? ''}
            onChange={(event) => setRestrict({ from: event.currentTarget.value || undefined })}
          />
          <TextInput
            label={t('rosters.hoursTo')}
            type="time"
            value={restrict.to === '24:00' ? '00:00' : (restrict.to ?? '')}
            onChange={(event) => setRestrict({ to: event.currentTarget.value || undefined })}
          />
          <Select
            label={t('rosters.holidays')}
            clearable
            data={(['only', 'never'] as const).map((value) => ({
              value,
              label: t(value === 'only' ? 'rosters.holidays.only' : 'rosters.holidays.never'),
            }))}
            value={restrict.holidays ?? null}
            onChange={(value) => setRestrict({ holidays: (value as 'only' | 'never' | null) ?? undefined })}
          />
        </Group>
        {members.length > 0 && (
          <details>
            <summary>{t('rosters.validity')}</summary>
            {members.map((person) => (
              <Group grow key={person} align="end">
                <TextInput
                  label={`${people.find(({ id }) => id === person)?.name ?? person} · ${t('rosters.from')}`}
                  type="datetime-local"
                  value={valid(person)?.from ?? ''}
                  onChange={(event) => setValid(person, { from: event.currentTarget.value.slice(0, 16) || undefined })}
                />
                <TextInput
                  label={t('rosters.to')}
                  type="datetime-local"
                  value={valid(person)?.to ?? ''}
                  onChange={(event) => setValid(person, { to: event.currentTarget.value.slice(0, 16) || undefined })}
                />
              </Group>
            ))}
          </details>
        )}
        <Group justify="flex-end">
          <Button variant="subtle" color="red" onClick={onRemove} data-step="remove-layer">
            {t('rosters.removeLayer')}
          </Button>
        </Group>
      </Stack>
    </fieldset>
  );
}

const iso = (ms: number) => new Date(ms).toISOString();

/** From this Monday at eight on. */
const freshLayer = (now: number, zone: string): Layer => ({
  ...{ kind: 'weekly', length: 1, start: `${mondayOf(localOf(now, zone).slice(0, 10))}T08:00`, turns: [[]] },
});
