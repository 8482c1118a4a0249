/** Another setting tried on the past: sliders for the numbers of the rule, a backtest when they are let go, the text for the site file. */
import { Button, Checkbox } from '@mantine/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { resolveLimit } from '../../../shared/limit.ts';
import type { RuleInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { KnobRow } from './knob-row.tsx';
import { type Knob, sliderOf } from './knobs.ts';
import { BacktestOutcome } from './outcome.tsx';
import { OverrideText } from './override-text.tsx';
import { allKnobs, overrideOf, trialOf } from './trial.ts';
import type { BacktestAsk, BacktestState } from './use-backtest.ts';

/** After the last change; a slider that is held waits until it is let go. */
const settleMs = 500;

export type Turned = Readonly<Record<string, number | string>>;

export function TryRule({
  entry,
  device,
  days,
  seen,
  turned,
  turn,
  state,
  run,
}: {
  entry: RuleInfo;
  device: string;
  days: number;
  seen: readonly [number, number] | undefined;
  turned: Turned;
  turn: (turned: Turned) => void;
  state: BacktestState;
  run: (ask: BacktestAsk) => void;
}) {
  const { t, number } = useWords();
  const { link, plant } = useConsole();
  const [everywhere, setEverywhere] = useState(false);
  const [held, setHeld] = useState(false);
  const place = entry.places.find((one) => one.device === device);
  const knobs = allKnobs(entry.knobs, place?.delays ?? entry.rule);
  const inForce = (knob: Knob) => (place?.params?.[knob.name] as number | string | undefined) ?? knob.value;
  const trial = trialOf(knobs, inForce, turned);
  const override = trial && overrideOf(entry.rule.id, trial, everywhere ? undefined : device);
  const wanted = JSON.stringify(override ?? null);

  const start = useCallback(() => {
    const to = Math.ceil(link.now());
    const asked = JSON.parse(wanted);
    run({
      from: to - days * 86_400_000,
      to,
      rules: [entry.rule.id],
      ...(everywhere ? {} : { devices: [device] }),
      ...(asked ? { trial: [asked] } : {}),
    });
  }, [link, days, entry.rule.id, everywhere, device, wanted, run]);
  // Runs for what was turned since; opening the page asks for nothing.
  const asked = useRef('null');
  useEffect(() => {
    const what = `${wanted} ${days} ${everywhere}`;
    if (held || wanted === 'null' || asked.current === what) return;
    const timer = setTimeout(() => {
      asked.current = what;
      start();
    }, settleMs);
    return () => clearTimeout(timer);
  }, [wanted, held, days, everywhere, start]);

  const unit = (knob: Knob) => {
    if (knob.form !== 'limit' || typeof inForce(knob) === 'string') return '';
    return place?.unit ?? '';
  };
  const means = (value: number | string) => {
    const resolved = typeof value === 'string' ? resolveLimit(value, plant.devices.get(device)?.attributes ?? {}) : undefined;
    return resolved === undefined ? '' : `${number(resolved)} ${place?.unit ?? ''}`;
  };
  return (
    <section className="panel try-rule">
      <div className="chart-head">
        <h3>{t('try.title')}</h3>
        {entry.places.length > 1 && (
          <Checkbox
            label={t('try.everywhere', { n: entry.places.length })}
            checked={everywhere}
            onChange={(event) => setEverywhere(event.currentTarget.checked)}
          />
        )}
        <Button variant="default" size="compact-md" onClick={start}>
          {t('try.run', { n: days })}
        </Button>
      </div>
      {entry.knobs.length === 0 && <p className="calm">{t('try.noNumbers')}</p>}
      <div className="knobs">
        {knobs.map((knob) => (
          <KnobRow
            key={knob.name}
            knob={knob}
            inForce={inForce(knob)}
            value={turned[knob.name] ?? inForce(knob)}
            slider={sliderOf(knob, inForce(knob), quantityOf(plant.site.quantities, place) ? seen : undefined)}
            unit={unit(knob)}
            means={means(turned[knob.name] ?? inForce(knob))}
            turn={(value) => turn({ ...turned, [knob.name]: value })}
            hold={() => setHeld(true)}
            release={() => setHeld(false)}
          />
        ))}
      </div>
      <BacktestOutcome state={state} retry={start} />
      {override && <OverrideText override={override} />}
    </section>
  );
}

/** A limit is moved over what was seen only where it stands in the unit of what is drawn. */
function quantityOf(quantities: Record<string, { unit: string }>, place: RuleInfo['places'][number] | undefined): boolean {
  const first = place?.watches[0];
  return first !== undefined && quantities[first.quantity]?.unit === place?.unit;
}
