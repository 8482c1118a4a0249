/** Every transition of every alarm: who did what, when, with which words; by time, device, rule and person. */
import '../desk/desk.css';
import { Button, Group, Select, TextInput } from '@mantine/core';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { type AlarmState, alarmStateLabels } from '../../../shared/alarm.ts';
import { save as saveFile } from '../chart/save.ts';
import { type AlarmJournalInfo, api, type JournalAsk, type RuleInfo } from '../data/api.ts';
import { dayEnd, dayOf, dayStart } from '../data/days.ts';
import { eventLabel } from '../desk/events.ts';
import { journalCsv } from '../desk/journal-csv.ts';
import { useHashQuery } from '../hash.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';

const weekMs = 7 * 86_400_000;
const pageLength = 200;
/** What a spreadsheet still opens well. */
const mostRows = 100_000;

export function JournalPage() {
  const words = useWords();
  const { t, text } = words;
  const { plant, link, act } = useConsole();
  const [query, change] = useHashQuery();
  const { timezone } = plant.site;
  const [entries, setEntries] = useState<AlarmJournalInfo[]>();
  const [rules, setRules] = useState<RuleInfo[]>([]);
  const [saving, setSaving] = useState(false);
  const [opened] = useState(() => link.now());
  const from = query.get('from') ?? dayOf(opened - weekMs, timezone);
  const to = query.get('to') ?? dayOf(opened, timezone);
  const ask = useMemo(
    (): JournalAsk => ({
      from: dayStart(from, timezone),
      to: dayEnd(to, timezone),
      device: query.get('device') ?? undefined,
      rule: query.get('rule') ?? undefined,
      who: query.get('who') ?? undefined,
      limit: pageLength,
    }),
    [from, to, timezone, query],
  );
  const read = useCallback(
    async (before?: number) => {
      if (Number.isNaN(ask.from) || Number.isNaN(ask.to)) return;
      const more = await api.journal({ ...ask, before });
      setEntries((shown) => (before === undefined ? more : [...(shown ?? []), ...more]));
    },
    [ask],
  );
  useLoad(read);
  useEffect(() => {
    api.rules().then(setRules, () => undefined);
  }, []);
  const save = async () => {
    setSaving(true);
    await act(async () => {
      const all: AlarmJournalInfo[] = [];
      for (;;) {
        const page = await api.journal({ ...ask, limit: 1_000, before: all.at(-1)?.seq });
        all.push(...page);
        if (page.length < 1_000 || all.length >= mostRows) break;
      }
      saveFile(journalCsv(all, timezone, words), `alarms-${from}-${to}.csv`);
    });
    setSaving(false);
  };
  const day = (name: 'from' | 'to', label: string, value: string) => (
    <TextInput
      type="date"
      label={label}
      value={value}
      onChange={(event) => change({ [name]: event.currentTarget.value })}
      data-filter={name}
    />
  );
  return (
    <div className="column">
      <section className="panel">
        <Group justify="space-between" mb="xs">
          <h2>{t('nav.journal')}</h2>
          <Button variant="default" loading={saving} onClick={() => void save()} data-step="csv">
            {t('chart.csv')}
          </Button>
        </Group>
        <search className="filters-more always">
          {day('from', t('journal.from'), from)}
          {day('to', t('journal.to'), to)}
          <Select
            label={t('journal.device')}
            placeholder={t('journal.any')}
            searchable
            clearable
            limit={50}
            value={query.get('device')}
            onChange={(value) => change({ device: value ?? '' })}
            data={[...plant.devices.values()].map(({ id, name }) => ({ value: id, label: `${text(name)} (${id})` }))}
            data-search
          />
          <Select
            label={t('alarms.rule')}
            placeholder={t('journal.any')}
            searchable
            clearable
            value={query.get('rule')}
            onChange={(value) => change({ rule: value ?? '' })}
            data={rules.map(({ rule }) => ({ value: rule.id, label: `${text(rule.title)} (${rule.id})` }))}
          />
          <TextInput
            label={t('journal.who')}
            placeholder={t('journal.any')}
            defaultValue={query.get('who') ?? ''}
            onBlur={(event) => change({ who: event.currentTarget.value.trim() })}
            onKeyDown={(event) => event.key === 'Enter' && change({ who: event.currentTarget.value.trim() })}
          />
        </search>
        {entries?.length === 0 && <p className="calm">{t('journal.none')}</p>}
        <ol className="journal-rows">
          {entries?.map((entry) => (
            <JournalRow key={entry.seq} entry={entry} />
          ))}
        </ol>
        {entries && entries.length > 0 && entries.length % pageLength === 0 && (
          <Button variant="default" onClick={() => void act(() => read(entries.at(-1)?.seq))}>
            {t('audit.older')}
          </Button>
        )}
      </section>
    </div>
  );
}

function JournalRow({ entry }: { entry: AlarmJournalInfo }) {
  const { t, text, dateTime } = useWords();
  const label = eventLabel(entry.event);
  return (
    <li data-seq={entry.seq}>
      <time>{dateTime(entry.t)}</time>
      <span>
        <a href={`#/alarms/${encodeURIComponent(entry.id)}`}>{text(entry.title)}</a>
        <span className="calm small"> {text(entry.location)}</span>
      </span>
      <span>
        {label ? t(label) : entry.event} <span className="chip">{text(alarmStateLabels[entry.to as AlarmState]) || entry.to}</span>
      </span>
      <span>{entry.who === 'engine' ? t('who.engine') : entry.who}</span>
      <span>{entry.why && <q>{entry.why}</q>}</span>
    </li>
  );
}
