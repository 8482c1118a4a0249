/** The data doctor: what the counter engine doubts, with the picture before and after; a person decides, with a reason, and can take it back. */
import '../energy/energy.css';
import { Button, Group, SegmentedControl, TextInput } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import type { Correction } from '../../../energy/index.ts';
import { energyApi, type PictureChoice, type PictureInfo, type SuspectInfo } from '../data/energy-api.ts';
import { Picture } from '../energy/picture.tsx';
import { type SwapAsk, SwapWizard } from '../energy/swap-wizard.tsx';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useNow } from '../parts/use-now.ts';
import { type Column, type FormAsk, FormDialog, one, RegisterTable } from '../plant/register.tsx';
import { useList } from '../plant/use-list.ts';

/** What happened, and what was booked for it. */
const words: Record<SuspectInfo['verdict'], [what: TextKey, done: TextKey]> = {
  jump: ['doctor.jump', 'doctor.jump.done'],
  glitch: ['doctor.glitch', 'doctor.glitch.done'],
  rollover: ['doctor.rollover', 'doctor.rollover.done'],
  reset: ['doctor.reset', 'doctor.reset.done'],
  swap: ['doctor.swapped', 'doctor.swapped.done'],
  'catch-up': ['doctor.catchUp', 'doctor.catchUp.done'],
  return: ['doctor.return', 'doctor.return.done'],
  'above-rating': ['doctor.aboveRating', 'doctor.aboveRating.done'],
  held: ['doctor.held', 'doctor.held.done'],
  unknown: ['doctor.fall', 'doctor.fall.done'],
  accepted: ['doctor.accepted', 'doctor.accepted.done'],
  'unmatched-swap': ['doctor.unmatched', 'doctor.unmatched.done'],
  gap: ['doctor.gap', 'doctor.gap.done'],
};
const kindKeys: Record<Correction['body']['kind'], TextKey> = {
  swap: 'doctor.kind.swap',
  decision: 'doctor.kind.decision',
  reading: 'doctor.kind.reading',
  review: 'doctor.kind.review',
};
/** Where an exchange of the meter may be the reason. */
const swapLike = new Set<SuspectInfo['verdict']>(['jump', 'unknown', 'reset', 'glitch', 'rollover']);

export function SuspectsPage() {
  const { t, text, number, dateTime } = useWords();
  const { plant, link, may, act } = useConsole();
  const now = useNow(link, 60_000);
  const [state, setState] = useState<'open' | 'all'>('open');
  const ask = useCallback(() => energyApi.suspects(state), [state]);
  const [found, load] = useList(ask);
  const [meters] = useList(energyApi.meters);
  const [made, loadMade] = useList(energyApi.corrections);
  const [swap, setSwap] = useState<SwapAsk>();
  const [undo, setUndo] = useState<FormAsk>();
  const nameOf = (device: string) => text(meters?.find((one) => one.device === device)?.name ?? plant.devices.get(device)?.name) || device;
  const again = () => {
    load();
    loadMade();
  };
  const takeBack = (row: Correction): FormAsk => ({
    title: `${t('doctor.undo')} · ${nameOf(row.device)}`,
    fields: [{ name: 'reason', label: t('doctor.reason'), required: true }],
    values: {},
    send: (values) =>
      act(async () => {
        await energyApi.undoCorrection(row.id, one(values, 'reason'));
        again();
      }),
  });
  const columns: Column<Correction>[] = [
    {
      label: t('doctor.when'),
      value: ({ t: at }) => dateTime(at),
      show: ({ t: at }) => <span className="register-whole">{dateTime(at)}</span>,
    },
    { label: t('doctor.meter'), value: ({ device }) => nameOf(device) },
    { label: t('doctor.what'), value: ({ body }) => `${t(kindKeys[body.kind])}${detailOf(body, number)}` },
    { label: t('doctor.reason'), value: ({ reason }) => reason },
    { label: t('audit.who'), value: ({ madeBy, madeAt }) => `${madeBy}, ${dateTime(madeAt)}` },
    {
      label: t('doctor.undone'),
      value: ({ undone }) => (undone ? `${undone.by}, ${dateTime(undone.at)}: ${undone.reason}` : ''),
    },
  ];
  return (
    <div className="column">
      <section className="panel doctor-head">
        <Group justify="space-between">
          <h2>{t('nav.suspects')}</h2>
          {may('energy:change') && (
            <Button onClick={() => setSwap({ t: now })} data-step="swap">
              {t('doctor.swap')}
            </Button>
          )}
        </Group>
        {found && (
          <p className={found.open > 0 ? 'entry-ask' : 'entry-good'} data-open={found.open}>
            <b>{found.open > 0 ? t('doctor.open', { n: found.open }) : t('doctor.none')}</b>
          </p>
        )}
        <p className="calm small">{t('doctor.hint')}</p>
        <SegmentedControl
          value={state}
          onChange={(value) => setState(value as 'open' | 'all')}
          data={[
            { value: 'open', label: t('doctor.showOpen') },
            { value: 'all', label: t('doctor.showAll') },
          ]}
          aria-label={t('doctor.show')}
        />
      </section>
      <div className="doubts">
        {found?.suspects.slice(0, 100).map((doubt) => (
          <Doubt key={`${doubt.device} ${doubt.verdict} ${doubt.from} ${doubt.to}`} doubt={doubt} onDone={again} onSwap={setSwap} />
        ))}
      </div>
      <section className="panel">
        <h2>{t('doctor.made')}</h2>
        <RegisterTable
          name={t('doctor.made')}
          file="corrections"
          rows={made}
          columns={columns}
          keyOf={({ id }) => String(id)}
          actions={(row) =>
            may('energy:change') && row.undone === null ? (
              <Button variant="default" onClick={() => setUndo(takeBack(row))} data-step="undo">
                {t('doctor.undo')}
              </Button>
            ) : null
          }
        />
      </section>
      <FormDialog ask={undo} onClose={() => setUndo(undefined)} />
      <SwapWizard
        ask={swap}
        meters={meters ?? []}
        onClose={() => setSwap(undefined)}
        onDone={() => {
          setSwap(undefined);
          again();
        }}
      />
    </div>
  );
}

function Doubt({ doubt, onDone, onSwap }: { doubt: SuspectInfo; onDone: () => void; onSwap: (ask: SwapAsk) => void }) {
  const { t, text, number, dateTime } = useWords();
  const { may, act } = useConsole();
  const { device, verdict, from, to, a, b, delta, unit, state, closedMonths, counted } = doubt;
  const [choice, setChoice] = useState<PictureChoice | 'look'>();
  const [picture, setPicture] = useState<PictureInfo>();
  const [reason, setReason] = useState('');
  const [value, setValue] = useState('');
  const [busy, setBusy] = useState(false);
  const entered = value.trim() === '' ? undefined : Number(value);
  const middle = Math.round((from + to) / 2);
  useEffect(() => {
    if (choice === undefined) return;
    const more =
      choice === 'look'
        ? {}
        : choice === 'enter'
          ? entered === undefined || Number.isNaN(entered)
            ? {}
            : { choice, value: entered, t: middle }
          : { choice };
    energyApi.picture({ device, from, to, ...more }).then(setPicture, () => setPicture(undefined));
  }, [choice, device, from, to, entered, middle]);
  const send = async () => {
    setBusy(true);
    const body =
      choice === 'enter' ? { action: 'enter', device, t: middle, value: entered, reason } : { action: choice, device, t: to, reason };
    const kept = await act(async () => void (await energyApi.correct(body)));
    setBusy(false);
    if (!kept) return;
    setChoice(undefined);
    onDone();
  };
  const [what, done] = words[verdict];
  const deciding = choice === 'accept' || choice === 'reject' || choice === 'enter';
  const step = (id: PictureChoice, label: TextKey) => (
    <Button variant={choice === id ? 'filled' : 'default'} onClick={() => setChoice(id)} data-step={id}>
      {t(label)}
    </Button>
  );
  return (
    <section className="doubt" data-state={state} data-verdict={verdict}>
      <div className="doubt-head">
        <b>{text(doubt.name)}</b>
        <span>{t(what)}</span>
        <span className="calm">{from === to ? dateTime(to) : `${dateTime(from)} – ${dateTime(to)}`}</span>
      </div>
      <div className="doubt-figures">
        <span>
          {t('doctor.register')} <b>{number(a, 2)}</b> → <b>{number(b, 2)}</b> {unit}
        </span>
        <span>
          {t('doctor.booked')} <b>{number(delta, 2)}</b> {unit}
        </span>
      </div>
      <p className="small">{t(done)}</p>
      {closedMonths.length > 0 && <p className="entry-ask small">{t('doctor.closed', { months: closedMonths.join(', ') })}</p>}
      {!counted && state !== 'settled' && (
        <p className="entry-ask small" data-note="not-counted">
          {t('doctor.notCounted')}
        </p>
      )}
      {doubt.correction && (
        <p className="small entry-good">
          {t(kindKeys[doubt.correction.body.kind])}: {doubt.correction.reason} ({doubt.correction.madeBy},{' '}
          {dateTime(doubt.correction.madeAt)})
        </p>
      )}
      <div className="doubt-steps">
        <Button
          variant={choice === 'look' ? 'filled' : 'default'}
          onClick={() => setChoice(choice === undefined ? 'look' : undefined)}
          data-step="look"
        >
          {t(choice === undefined ? 'doctor.look' : 'doctor.close')}
        </Button>
        {may('energy:change') && state !== 'settled' && (
          <>
            {step('accept', 'doctor.accept')}
            {step('reject', 'doctor.reject')}
            {verdict === 'gap' && step('enter', 'doctor.enter')}
            {swapLike.has(verdict) && (
              <Button variant="default" onClick={() => onSwap({ device, t: to, final: a, first: b })} data-step="swap">
                {t('doctor.swap')}
              </Button>
            )}
          </>
        )}
      </div>
      {choice !== undefined && picture && <Picture picture={picture} from={from} to={to} chosen={deciding} />}
      {deciding && (
        <div className="entry-form">
          {choice === 'enter' && (
            <TextInput
              className="entry-big"
              inputMode="decimal"
              label={`${t('doctor.enterAt', { time: dateTime(middle) })} (${unit})`}
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
              required
              data-field="value"
            />
          )}
          <TextInput
            label={t('doctor.reason')}
            value={reason}
            maxLength={300}
            onChange={(event) => setReason(event.currentTarget.value)}
            required
            data-field="reason"
          />
          <Button
            disabled={reason.trim() === '' || (choice === 'enter' && !(entered !== undefined && entered >= a && entered <= b))}
            loading={busy}
            onClick={() => void send()}
            data-step="confirm"
          >
            {t('doctor.confirm')}
          </Button>
        </div>
      )}
    </section>
  );
}

function detailOf(body: Correction['body'], number: (value: number, digits?: number) => string): string {
  if (body.kind === 'swap') return ` ${number(body.final, 2)} → ${number(body.first, 2)}${body.serial ? `, ${body.serial}` : ''}`;
  if (body.kind === 'reading') return ` ${number(body.value, 2)}`;
  return '';
}
