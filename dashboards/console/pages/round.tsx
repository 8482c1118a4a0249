/** One round on the phone: what is read stands there; confirm, correct with a reason, or say what is wrong, with a photo. */
import { Button, FileInput, TextInput } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { PlanItem, RoundValue } from '../../../shared/plant.ts';
import { roundStateLabels } from '../../../shared/plant-words.ts';
import { plantApi, type RoundItemAnswer } from '../data/plant-api.ts';
import { useRoute } from '../hash.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';
import { useList } from '../plant/use-list.ts';
import '../plant/plant.css';

/** `#/rounds/at/<code>`: the round that is due there, at that place; without one, the page of the thing. */
export function RoundAt() {
  const asset = useRoute()[2] ?? '';
  useLoad(
    useCallback(async () => {
      const here = (await plantApi.rounds()).filter(({ body }) => body.items.some((item) => item.asset === asset));
      const open = here.filter(({ state, answered }) => state === 'due' || (state === 'missed' && !answered.includes(asset)));
      // The one that is due longest; a code that was scanned leaves no step back to itself.
      const next = open.findLast(({ state }) => state === 'due') ?? open[0];
      window.location.replace(next ? `#/rounds/${next.id}/${asset}` : `#/assets/${asset}`);
    }, [asset]),
  );
  return null;
}

export function RoundPage({ id }: { id: string }) {
  const { t, text, dateTime } = useWords();
  const { may } = useConsole();
  const at = useRoute()[2];
  const [round, load] = useList(useCallback(() => plantApi.round(Number(id)), [id]));
  const [nodes] = useList(plantApi.assets);
  if (!round || !nodes) return null;
  const { body } = round;
  // Whoever scanned a code sees that place first.
  const items = [...body.items].sort((a, b) => Number(b.asset === at) - Number(a.asset === at));
  return (
    <div className="column">
      <a className="back" href="#/rounds">
        {t('rounds.back')}
      </a>
      <section className="panel">
        <h2>{text(body.title)}</h2>
        <p>
          <span className={`round-${round.state}`}>{text(roundStateLabels[round.state])}</span>{' '}
          {t('rounds.dueAt', { time: dateTime(round.due) })} · {round.answered.length} / {body.items.length}
        </p>
        {items.map((item) => {
          const node = nodes.find((one) => one.id === item.asset);
          const answer = round.answers.find((one) => one.asset === item.asset);
          return (
            <div className="round-item" key={item.asset} data-item={item.asset}>
              <h3>
                {text(node?.name) || item.asset} <span className="calm small">{text(node?.location)}</span>
              </h3>
              {answer ? (
                <Answered item={item} answer={answer} />
              ) : may('round:work') ? (
                <ItemForm round={round.id} item={item} onDone={load} />
              ) : (
                <p className="calm">{t('rounds.open')}</p>
              )}
            </div>
          );
        })}
      </section>
    </div>
  );
}

function Answered({ item, answer }: { item: PlanItem; answer: RoundItemAnswer }) {
  const { t, text, dateTime } = useWords();
  return (
    <>
      {[...item.checks, ...item.readings].map(({ id, title }) => {
        const value = answer.values[id];
        const check = answer.checks[id];
        return (
          <div className="round-line" key={id}>
            <span>{text(title)}</span>
            <span className={answer.findings.includes(id) ? 'stage-urgent' : undefined}>
              {value ? <Value value={value} item={item} id={id} /> : check?.ok ? `✓ ${t('rounds.ok')}` : `✕ ${check?.words ?? ''}`}
            </span>
          </div>
        );
      })}
      <p className="calm small">
        {answer.who} · {dateTime(answer.at)}
        {answer.ticket ? (
          <>
            {' · '}
            <a href={`#/tickets/${answer.ticket}`}>{answer.ticket}</a>
          </>
        ) : null}
      </p>
    </>
  );
}

function Value({ value, item, id }: { value: RoundValue; item: PlanItem; id: string }) {
  const { t, number, time } = useWords();
  const { plant, link } = useConsole();
  const reading = item.readings.find((one) => one.id === id);
  const unit = reading ? plant.site.quantities[reading.quantity]?.unit : '';
  return (
    <>
      {value.v === null ? t('rounds.notRead') : `${number(value.v)} ${unit ?? ''}`}
      {value.t !== undefined && <span className="calm small"> {time(value.t, link.now())}</span>}
      {value.was !== undefined && value.was !== null && <s className="calm"> {number(value.was)}</s>}
      {value.reason ? ` · ${value.reason}` : ''}
    </>
  );
}

function ItemForm({ round, item, onDone }: { round: number; item: PlanItem; onDone: () => void }) {
  const { t, text } = useWords();
  const { act } = useConsole();
  const [read, setRead] = useState<Record<string, RoundValue>>();
  const [failed, setFailed] = useState<Record<string, string | undefined>>({});
  const [other, setOther] = useState<Record<string, { v: string; reason: string } | undefined>>({});
  const [photo, setPhoto] = useState<File | null>(null);
  const [busy, setBusy] = useState(false);
  const { asset } = item;
  useLoad(useCallback(async () => setRead(await plantApi.filled(round, asset)), [round, asset]));
  if (!read) return null;
  const good = (id: string) => read[id] !== undefined && read[id].v !== null;
  const incomplete =
    item.checks.some(({ id }) => failed[id]?.trim() === '') ||
    item.readings.some(({ id }) => {
      const said = other[id];
      if (said === undefined) return !good(id);
      return said.v.trim() === '' || !Number.isFinite(Number(said.v)) || (good(id) && said.reason.trim() === '');
    });
  const send = async () => {
    setBusy(true);
    await act(async () => {
      const done = await plantApi.answer({
        ...{ round, asset },
        checks: Object.fromEntries(
          item.checks.map(({ id }) => [id, failed[id] === undefined ? { ok: true } : { ok: false, words: failed[id] }]),
        ),
        values: Object.fromEntries(
          item.readings.map(({ id }) => {
            const said = other[id];
            return [id, said === undefined ? 'as-read' : { v: Number(said.v), reason: said.reason || undefined }];
          }),
        ),
      });
      if (photo && done.ticket) await plantApi.photo(done.ticket, photo);
      onDone();
    });
    setBusy(false);
  };
  return (
    <>
      {item.readings.map(({ id, title }) => {
        const said = other[id];
        return (
          <div key={id} data-reading={id}>
            <div className="round-line">
              <span>
                {text(title)} <strong>{read[id] ? <Value value={read[id]} item={item} id={id} /> : t('rounds.notRead')}</strong>
              </span>
              {good(id) && (
                <Button
                  variant="default"
                  onClick={() => setOther({ ...other, [id]: said ? undefined : { v: '', reason: '' } })}
                  data-step="correct"
                >
                  {t(said ? 'rounds.asRead' : 'rounds.correct')}
                </Button>
              )}
            </div>
            {(said !== undefined || !good(id)) && (
              <TextInput
                label={t('rounds.byEye')}
                size="md"
                inputMode="decimal"
                value={said?.v ?? ''}
                onChange={(event) => setOther({ ...other, [id]: { v: event.currentTarget.value, reason: said?.reason ?? '' } })}
              />
            )}
            {said !== undefined && good(id) && (
              <TextInput
                label={t('dialog.reason')}
                size="md"
                value={said.reason}
                onChange={(event) => setOther({ ...other, [id]: { ...said, reason: event.currentTarget.value } })}
              />
            )}
          </div>
        );
      })}
      {item.checks.map(({ id, title }) => (
        <div key={id} data-check={id}>
          <div className="round-line">
            <span>{text(title)}</span>
            <Button
              variant={failed[id] === undefined ? 'default' : 'filled'}
              color="red"
              aria-pressed={failed[id] !== undefined}
              aria-label={`${text(title)}: ${t('rounds.fail')}`}
              onClick={() => setFailed({ ...failed, [id]: failed[id] === undefined ? '' : undefined })}
              data-step="fail"
            >
              {t('rounds.fail')}
            </Button>
          </div>
          {failed[id] !== undefined && (
            <TextInput
              label={t('rounds.what')}
              size="md"
              value={failed[id]}
              onChange={(event) => setFailed({ ...failed, [id]: event.currentTarget.value })}
            />
          )}
        </div>
      ))}
      {Object.values(failed).some((words) => words !== undefined) && (
        <FileInput label={t('rounds.photo')} size="md" accept="image/*" capture="environment" clearable value={photo} onChange={setPhoto} />
      )}
      <Button size="lg" fullWidth disabled={incomplete} loading={busy} onClick={() => void send()} data-step="confirm">
        {t(Object.values(failed).some((words) => words !== undefined) ? 'rounds.confirmFailed' : 'rounds.confirm')}
      </Button>
    </>
  );
}
