/** Another setting tried on the past: sliders for the numbers of the rule, a backtest when they are let go, the text for the site file. */
import { Button, Checkbox } from '@mantine/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { hasOneLimit, resolveLimit } from '../../../shared/limit.ts';
import type { RuleInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { BacktestOutcome } from './outcome.tsx';
import { OverrideText } from './override-text.tsx';
import { ParameterRow } from './parameter-row.tsx';
import { type RuleParameter, sliderOf } from './parameters.ts';
import { ProposeLimit } from './propose-limit.tsx';
import { allParameters, overrideOf, trialOf } from './trial.ts';
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
  const parameters = allParameters(entry.parameters, place?.delays ?? entry.rule);
  const inForce = (parameter: RuleParameter) => (place?.params?.[parameter.name] as number | string | undefined) ?? parameter.value;
  const trial = trialOf(parameters, inForce, turned);
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

  const unit = (parameter: RuleParameter) => {
    if (parameter.form !== 'limit' || typeof inForce(parameter) === 'string') return '';
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
      {hasOneLimit(entry.rule.kind) && (
        <ProposeLimit
          key={device}
          rule={entry.rule.id}
          device={device}
          unit={place?.unit ?? ''}
          take={(limit) => turn({ ...turned, limit })}
        />
      )}
      {entry.parameters.length === 0 && <p className="calm">{t('try.noNumbers')}</p>}
      <div className="parameters">
        {parameters.map((parameter) => (
          <ParameterRow
            key={parameter.name}
            kind={entry.rule.kind}
            parameter={parameter}
            inForce={inForce(parameter)}
            value={turned[parameter.name] ?? inForce(parameter)}
            slider={sliderOf(parameter, inForce(parameter), quantityOf(plant.site.quantities, place) ? seen : undefined)}
            unit={unit(parameter)}
            means={means(turned[parameter.name] ?? inForce(parameter))}
            turn={(value) => turn({ ...turned, [parameter.name]: value })}
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
