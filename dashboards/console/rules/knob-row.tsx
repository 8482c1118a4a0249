/** One number of a rule: a slider that keeps to sensible values, and a field for any other. */
import { Button } from '@mantine/core';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import type { Knob, Slider } from './knobs.ts';

export function KnobRow({
  knob,
  inForce,
  value,
  slider,
  unit,
  means,
  turn,
  hold,
  release,
}: {
  knob: Knob;
  inForce: number | string;
  value: number | string;
  slider: Slider;
  unit: string;
  /** What a relative limit comes to here; empty for others. */
  means: string;
  turn: (value: number | string) => void;
  hold: () => void;
  release: () => void;
}) {
  const { t } = useWords();
  const name = t(`param.${knob.name}` as TextKey);
  const shown = `${value}${unit ? ` ${unit}` : ''}${means ? ` = ${means}` : ''}`;
  return (
    <div className={`knob${value === inForce ? '' : ' turned'}`} data-knob={knob.name}>
      <label htmlFor={`knob-${knob.name}`}>{name}</label>
      <input
        id={`knob-${knob.name}`}
        type="range"
        min={slider.min}
        max={slider.max}
        step={slider.step}
        value={slider.at(value)}
        aria-valuetext={shown}
        onChange={(event) => turn(slider.written(Number(event.currentTarget.value)))}
        onPointerDown={hold}
        onPointerUp={release}
        onPointerCancel={release}
      />
      <output htmlFor={`knob-${knob.name}`}>
        <b>{shown}</b>
        {value !== inForce && (
          <span className="calm">
            {' '}
            {t('try.inForce', { value: inForce })}
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              aria-label={`${t('try.back')}: ${name}`}
              onClick={() => {
                turn(inForce);
                release();
              }}
            >
              {t('try.back')}
            </Button>
          </span>
        )}
      </output>
    </div>
  );
}
