/** A meter read by hand, on the phone before it: the previous reading and the plausible range stand above the field, what cannot be is refused at once. */
import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { type EntryInfo, energyApi, type MeterInfo } from '../data/energy-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useNow } from '../parts/use-now.ts';
import { momentAt, wallText } from './moments.ts';

export function EnterReading({ meters }: { meters: readonly MeterInfo[] }) {
  const { t, text, number, dateTime } = useWords();
  const { plant, link, act, may } = useConsole();
  const zone = plant.site.timezone;
  const now = useNow(link, 60_000);
  const [device, setDevice] = useState('');
  const [at, setAt] = useState<string>();
  const [value, setValue] = useState('');
  const [reason, setReason] = useState('');
  const [sure, setSure] = useState(false);
  const [entry, setEntry] = useState<EntryInfo>();
  const [kept, setKept] = useState<string>();
  const [busy, setBusy] = useState(false);
  const shown = at ?? wallText(zone, now);
  const moment = momentAt(zone, shown);
  useEffect(() => {
    setEntry(undefined);
    if (device === '' || moment === undefined) return;
    energyApi.entry(device, moment).then(setEntry, () => setEntry(undefined));
  }, [device, moment]);
  const read = value.trim() === '' ? undefined : Number(value);
  const unit = entry?.unit ?? '';
  const figure = (one: number | null | undefined) => (one === null || one === undefined ? '–' : `${number(one, 2)} ${unit}`);
  const wrong =
    read === undefined || !entry
      ? undefined
      : Number.isNaN(read) || read < 0
        ? t('entry.noNumber')
        : entry.before && read < entry.before.v
          ? t('entry.below', { value: figure(entry.before.v), time: dateTime(entry.before.t) })
          : entry.after && read > entry.after.v
            ? t('entry.aboveNext', { value: figure(entry.after.v), time: dateTime(entry.after.t) })
            : undefined;
  const far = wrong === undefined && read !== undefined && entry !== undefined && entry.most !== null && read > entry.most;
  const used = read !== undefined && entry?.before && wrong === undefined ? read - entry.before.v : undefined;
  const send = async () => {
    setBusy(true);
    const ok = await act(async () => {
      const done = await energyApi.read({ device, t: moment as number, value: read as number, reason: reason.trim(), sure });
      const closed = done.closedMonths.length > 0 ? ` ${t('doctor.closed', { months: done.closedMonths.join(', ') })}` : '';
      setKept(`${t('entry.kept', { used: done.used === null ? '–' : `${number(done.used, 2)} ${done.unit}` })}${closed}`);
    });
    setBusy(false);
    if (!ok) return;
    setValue('');
    setSure(false);
    setAt(undefined);
    energyApi.entry(device, moment as number).then(setEntry, () => undefined);
  };
  return (
    <section className="panel entry-form">
      <NativeSelect
        label={t('doctor.meter')}
        size="md"
        value={device}
        onChange={(event) => {
          setDevice(event.currentTarget.value);
          setKept(undefined);
        }}
        data={[
          { value: '', label: t('entry.choose') },
          ...meters.map((one) => ({ value: one.device, label: `${text(one.name)} (${one.device})` })),
        ]}
        data-field="device"
      />
      <TextInput
        size="md"
        type="datetime-local"
        label={t('doctor.when')}
        value={shown}
        onChange={(event) => setAt(event.currentTarget.value)}
        data-field="at"
      />
      {entry && (
        <div className="doubt-figures" data-entry={device}>
          <span>
            {t('entry.before')} <b>{figure(entry.before?.v)}</b>{' '}
            {entry.before ? `(${dateTime(entry.before.t)}${entry.before.byHand ? `, ${t('doctor.manual')}` : ''})` : ''}
          </span>
          <span>
            {t('entry.range')} <b>{figure(entry.least)}</b> – <b>{figure(entry.most)}</b>
          </span>
          {entry.expected !== null && (
            <span>
              {t('entry.expected')} <b>{figure(entry.expected)}</b>
            </span>
          )}
        </div>
      )}
      <TextInput
        className="entry-big"
        inputMode="decimal"
        label={unit ? `${t('entry.reading')} (${unit})` : t('entry.reading')}
        value={value}
        onChange={(event) => {
          setValue(event.currentTarget.value);
          setKept(undefined);
        }}
        disabled={device === ''}
        data-field="value"
      />
      {entry?.counted === false && <p className="entry-ask">{t('doctor.notCounted')}</p>}
      {wrong && <p className="entry-wrong">{wrong}</p>}
      {used !== undefined && <p className={far ? 'entry-ask' : 'entry-good'}>{t('entry.used', { used: figure(used) })}</p>}
      {far && (
        <Checkbox
          size="md"
          label={t('entry.sure')}
          checked={sure}
          onChange={(event) => setSure(event.currentTarget.checked)}
          data-field="sure"
        />
      )}
      <TextInput
        size="md"
        label={t('entry.note')}
        value={reason}
        maxLength={300}
        onChange={(event) => setReason(event.currentTarget.value)}
        data-field="reason"
      />
      {kept && <p className="entry-good">{kept}</p>}
      <Button
        size="md"
        disabled={!may('energy:enter') || read === undefined || moment === undefined || wrong !== undefined || !entry || (far && !sure)}
        loading={busy}
        onClick={() => void send()}
        data-step="save"
      >
        {t('register.save')}
      </Button>
    </section>
  );
}
